// `khancap verify form`: whether an offline form that somebody has is the organisation's: its words and code those that came
// with this tool, its directory signed by the pinned root. Needs no network.
import { createHash } from 'node:crypto'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { readOfflineForm } from '../../src/core/offline/offline-form.js'
import { pinnedSettings } from '../client/pinned.js'
import { rememberedDirectory, verifyPastDirectory } from '../client/remembered.js'
import { noFile, refused } from '../failure.js'
import { offlineTemplates } from '../organisation/offline-templates.js'
import { readBounded } from '../station/disk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

export interface VerifyFormOptions extends VerbOptions {
  readonly templates?: string
}

/** Far above a template with the largest directory. */
const maxFormBytes = 8 * maxDirectoryBytes

export async function verifyForm(
  station: Station,
  options: VerifyFormOptions,
  file: string,
): Promise<void> {
  const settings = await pinnedSettings(station)
  const bytes = await readForm(file)
  const form = readOfflineForm(textOf(bytes))
  if (form === null)
    throw refused(safe`${file} is no offline form with a directory inside`, ...never)
  const [language] =
    [...(await offlineTemplates(options.templates))].find(
      ([, template]) => template === form.template,
    ) ?? []
  if (language === undefined)
    throw refused(
      safe`${file} is not the form that came with this tool: somebody changed it, or it is of another version`,
      ...never,
    )
  if (form.root !== settings.root)
    throw refused(
      safe`${file} holds the directory of another organisation than the one that is pinned here`,
      ...never,
    )
  const { directory } = await verifyPastDirectory(station, settings.root, form.note)
  const newest = await rememberedDirectory(station, settings)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const { expires, name, sequence } = directory
  const expired = station.now() >= parseTimestamp(expires)
  const { printer } = station
  if (newest !== null && newest.directory.sequence > sequence)
    printer.say(
      safe`warning: a newer directory is known here (${newest.directory.sequence}): hand out a newer form`,
    )
  if (expired) printer.say(safe`warning: its directory has expired: it seals nothing any more`)
  if (directory.demo) printer.say(safe`warning: this is a demo organisation`)
  if (options.json === true)
    return printer.json({
      valid: true,
      organisation: name,
      language,
      sequence,
      expires,
      expired,
      sha256,
    })
  printer.sentence(safe`the form is from ${name}`)
  printer.sentence(safe`  language   ${language}`)
  printer.sentence(safe`  directory  ${sequence}, until ${timeWords(expires)}`)
  return printer.sentence(safe`  SHA-256    ${sha256}`)
}

const never = [safe`do not use it, and do not hand it on`] as const

async function readForm(file: string): Promise<Uint8Array> {
  const bytes = await readBounded(file, maxFormBytes).catch((error: unknown) => {
    if (error instanceof RangeError) return new Uint8Array()
    throw error
  })
  if (bytes === null) throw noFile(file)
  return bytes
}

/** What is no UTF-8 is no form. */
function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch {
    return ''
  }
}
