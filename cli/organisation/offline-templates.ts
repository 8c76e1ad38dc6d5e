// The templates of the offline forms: those that came with this tool, or a folder of them.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OfflineTemplates, templateLanguage } from '../../src/core/offline/offline-form.js'
import { refused } from '../failure.js'
import { isMissing } from '../station/disk.js'
import { safe } from '../terminal/safe.js'

/** Beside the tool as one file, and in a build. */
const places = ['./offline', '../../offline']

async function templatesIn(folder: string): Promise<OfflineTemplates> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const templates = new Map<string, string>()
  for (const name of names.toSorted((one, other) => (one < other ? -1 : 1))) {
    const language = templateLanguage(name)
    // One after the other: there are five.
    // oxlint-disable-next-line no-await-in-loop
    if (language !== null) templates.set(language, await readFile(join(folder, name), 'utf8'))
  }
  return templates
}

/** @param folder where they are; with this tool where it is left out. @throws Failure where there are none */
export async function offlineTemplates(folder: string | undefined): Promise<OfflineTemplates> {
  const folders =
    folder === undefined
      ? places.map(place => fileURLToPath(new URL(place, import.meta.url)))
      : [folder]
  for (const each of folders) {
    // oxlint-disable-next-line no-await-in-loop
    const templates = await templatesIn(each)
    if (templates.size > 0) return templates
  }
  throw refused(
    safe`there are no templates of the offline form ${folder === undefined ? 'beside this tool' : `in ${folder}`}`,
    safe`--templates DIR says where they are: the folder offline/ of the package, or build/offline of the sources`,
  )
}
