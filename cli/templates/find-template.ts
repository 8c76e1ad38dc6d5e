// Which template is meant: one of the config folder before a shipped one of the same name, in the language of the answer.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { refused } from '../failure.js'
import { isMissing, readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { english } from './en.js'
import { french } from './fr.js'
import { templateNames } from './template.js'
import { vietnamese } from './vi.js'
import { simplifiedChinese } from './zh-hans.js'
import { traditionalChinese } from './zh-hant.js'

const shipped = [english, vietnamese, simplifiedChinese, traditionalChinese, french]
const maxBytes = 65_536
/** NAME.LANGUAGE.txt in the folder `templates`. */
const fileName = /^([a-z][a-z0-9-]{0,31})\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})\.txt$/

export interface FoundTemplate {
  readonly name: string
  readonly language: string
  /** Where it stands; null for a shipped one. */
  readonly file: string | null
}

type Place = Pick<Station, 'folder'>

const folderOf = (station: Place) => join(station.folder.path, 'templates')

/** All of them, by name and language; one's own in the place of shipped ones. */
export async function listTemplates(station: Place): Promise<FoundTemplate[]> {
  const own = await ownTemplates(station)
  const others = shipped.flatMap(({ language }) =>
    templateNames
      .filter(name => !own.some(one => one.name === name && one.language === language))
      .map(name => ({ name, language, file: null })),
  )
  const key = ({ language, name }: FoundTemplate) => `${name} ${language}`
  return [...own, ...others].toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
}

/**
 * @param isByMail for an answer that leaves by mail: NAME-mail comes before NAME
 * @throws Failure where there is none of this name in this language
 */
export async function findTemplate(
  station: Place,
  name: string,
  language: string,
  isByMail = false,
): Promise<string> {
  const all = await listTemplates(station)
  const named = (which: string) => all.find(one => one.name === which && one.language === language)
  const found = (isByMail ? named(`${name}-mail`) : undefined) ?? named(name)
  if (found === undefined) {
    const languages = all.filter(one => one.name === name).map(one => one.language)
    throw refused(
      languages.length === 0
        ? safe`there is no template "${name}"`
        : safe`there is no template "${name}" in ${language}; there is ${languages.join(', ')}`,
      safe`khancap templates lists them; one of your own is ${join(folderOf(station), `${name}.${language}.txt`)}`,
    )
  }
  if (found.file === null) return shippedText(found.name, language)
  const bytes = await readBounded(found.file, maxBytes)
  try {
    return fromUtf8(bytes ?? new Uint8Array()).trim()
  } catch {
    throw refused(safe`${found.file} is not text in UTF-8`, safe`save it as plain text in UTF-8`)
  }
}

function shippedText(name: string, language: string): string {
  const texts: Readonly<Record<string, string>> | undefined = shipped.find(
    one => one.language === language,
  )?.texts
  return texts?.[name] ?? ''
}

async function ownTemplates(station: Place): Promise<FoundTemplate[]> {
  try {
    const names = await readdir(folderOf(station))
    return names.flatMap(file => {
      const [, name, language] = fileName.exec(file) ?? []
      if (name === undefined || language === undefined) return []
      return [{ name, language, file: join(folderOf(station), file) }]
    })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
