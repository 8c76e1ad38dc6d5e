// `khancap org offline-form`: the form as a file that works without network, one per language, with the directory that was
// published last inside. What comes out is what the server hands out, byte by byte.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { readDirectory, verifyDirectory } from '../../keys/directory.js'
import { rootFingerprint } from '../../keys/root.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { fillOfflineForm, offlineFormName } from '../../src/core/offline/offline-form.js'
import { refused } from '../failure.js'
import { directoryFile, readNoteFile } from '../organisation/folder.js'
import { offlineTemplates } from '../organisation/offline-templates.js'
import { announce, tried } from '../organisation/steps.js'
import { writePrivately } from '../station/disk.js'
import { inFours } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

export interface OrgOfflineFormOptions extends VerbOptions {
  readonly dir: string
  readonly out: string
  readonly templates?: string
  readonly dryRun?: true
}

export async function makeOfflineForms(
  station: Station,
  options: OrgOfflineFormOptions,
): Promise<void> {
  const { printer } = station
  const folder = resolve(options.dir)
  const note = await readNoteFile(folder, directoryFile)
  if (note === null)
    throw refused(
      safe`there is no ${directoryFile} in ${folder}`,
      safe`${command`khancap org publish`} makes it; --dir says where the organisation's folder is`,
    )
  const p = await station.primitives()
  const root = await rootFingerprint(p, readDirectory(note).root)
  const { directory } = await verifyDirectory(p, note, { root, now: null })
  if (station.now() >= parseTimestamp(directory.expires))
    throw refused(
      safe`the directory expired on ${timeWords(directory.expires)}: nothing would be sealed with it`,
      safe`khancap org publish makes the next one`,
    )
  const out = resolve(options.out)
  const templates = await offlineTemplates(options.templates)
  const names = [...templates.keys()].map(offlineFormName)
  const what = safe`${names.join(', ')} in ${out}, with directory ${directory.sequence} inside, over those that are there`
  if (!announce(station, options, what)) return tried(station, options, what)
  const files: { language: string; file: string; bytes: number; sha256: string }[] = []
  for (const [language, template] of templates) {
    const html = fillOfflineForm(template, { root, note })
    const file = join(out, offlineFormName(language))
    // oxlint-disable-next-line no-await-in-loop
    await writePrivately(file, html)
    const sha256 = createHash('sha256').update(html).digest('hex')
    files.push({ language, file, bytes: Buffer.byteLength(html), sha256 })
  }
  const { expires, sequence } = directory
  const back = safe`to take it back: delete them; there is no way back for one that was handed out, which seals until then`
  if (options.json === true) {
    printer.json({ sequence, expires, root, files })
    return printer.say(back)
  }
  for (const { bytes, file, language, sha256 } of files) {
    printer.sentence(safe`${file}  ${language}, ${bytes} bytes`)
    printer.sentence(safe`  SHA-256  ${sha256}`)
  }
  printer.say(safe`directory ${sequence}: they seal until ${timeWords(expires)}`)
  printer.say(safe`root fingerprint  ${inFours(Buffer.from(root, 'hex'))}`)
  printer.say(
    safe`next: publish the SHA-256 where people know you; khancap verify form checks a copy`,
  )
  return printer.say(back)
}
