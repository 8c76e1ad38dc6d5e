// `khancap open --file`: opens any age file that is addressed to the identity, with nothing but this machine. What was
// sealed for this service is checked and shown as such; everything else is shown as text, or saved.
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import type { Context } from '../../schemas/sealed.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import { decodeArmor } from '../../src/core/envelope/armor.js'
import {
  findArmoredRequests,
  isRequestFile,
  readRequestFile,
} from '../../src/core/envelope/request-file.js'
import { openAddition, openAgeFile, openEnvelope, openNote } from '../../src/core/envelope/open.js'
import { attachmentLines } from '../case/attachments.js'
import { block, formLines, wordsFor } from '../case/form-lines.js'
import { envelopeJson } from '../case/opened-case.js'
import { handlerByKey } from '../../keys/keyring.js'
import { expectPinned } from '../case/pinned-context.js'
import { saveRaw, sayKeys, saySaving } from '../case/saving.js'
import { expectedOf } from '../case/sealed-case.js'
import { alreadyThere, noFile, refused } from '../failure.js'
import { isThere, readBounded } from '../station/disk.js'
import { languageOf } from '../station/language.js'
import { expectNoBundle } from '../stick/bundle-file.js'
import { saveWhole } from '../station/opened-stream.js'
import type { Station } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { type Safe, safe } from '../terminal/safe.js'
import { visibleJson } from '../terminal/visible.js'
import { type FileDesk, maxHeldBytes, notOurs, type ShownFile } from './open.js'

/** Characters of a text that go to the terminal; more are saved with --out. */
const maxShownCharacters = 65_536

interface Opened {
  readonly kind: string
  readonly context: Context | null
  readonly json: object
  readonly lines: readonly Safe[]
  readonly plaintext: Uint8Array
}

export async function openFile(desk: FileDesk, file: string): Promise<ShownFile> {
  const bytes = await envelopeOf(desk.given, file, await sealedBytes(file))
  const { directory, identity, station } = await desk.unlocked()
  const p = await station.primitives()
  const opened = await openAgeFile(p, identity.opening, bytes)
  if (opened === null) throw notOurs(file)
  if (opened.context === null) {
    expectNoBundle(file, opened.plaintext)
    station.printer.say(
      safe`context absent: nothing in this file says for whom or when it was sealed`,
    )
  }
  const shown =
    opened.context === null
      ? asText(station, opened.plaintext)
      : await asOurs(station, identity, directory, bytes, { ...opened, context: opened.context })

  const saved = await savedFrom(desk, shown)
  const { context, json, kind, lines } = shown
  return { json: { kind, context, ...json, saved }, lines, remark: null }
}

async function sealedBytes(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readBounded(file, maxHeldBytes)
    if (bytes === null) throw noFile(file)
    return unarmored(file, bytes)
  } catch (error) {
    if (error instanceof RangeError)
      throw refused(
        safe`${file} is armored and larger than ${maxHeldBytes} bytes`,
        safe`base64 -d takes the armor off, without its first and last line`,
      )
    throw error
  }
}

const ageIntro = utf8('age-encryption.org/')

function isAgeFile(bytes: Uint8Array): boolean {
  return ageIntro.every((byte, at) => bytes[at] === byte)
}

/** The envelope of a request file, armored or not; other bytes as they are. */
async function envelopeOf(station: Station, file: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (isAgeFile(bytes)) return bytes
  const [armored] = isRequestFile(bytes) ? [bytes] : findArmoredRequests(latin1(bytes)).files
  if (armored === undefined) return bytes
  const request = await readRequestFile(await station.primitives(), armored)
  if (request === null)
    throw refused(
      safe`${file} is a sealed request that was cut or damaged on its way`,
      safe`ask for it again, as a file`,
    )
  station.printer.say(
    safe`a sealed request: it becomes a case when it is mailed to the organisation, whoever sends it`,
  )
  return request.envelope
}

function unarmored(file: string, bytes: Uint8Array): Uint8Array {
  try {
    return decodeArmor(bytes) ?? bytes
  } catch {
    throw refused(
      safe`${file} has damaged armor`,
      safe`copy it again, whole, with its first and last line`,
    )
  }
}

/** A file that says that it was sealed for this service: for which deployment, and for what. */
async function asOurs(
  station: Station,
  identity: Identity,
  directory: VerifiedDirectory | null,
  bytes: Uint8Array,
  opened: { readonly plaintext: Uint8Array; readonly context: Context },
): Promise<Opened> {
  const { context, plaintext } = opened
  const { printer } = station
  const p = await station.primitives()
  expectPinned(station, directory, context)
  const expected =
    directory === null
      ? { origin: context.origin, kind: context.kind }
      : expectedOf(directory, context.kind)
  const shown = { kind: context.kind, context, plaintext }
  const head = safe`${context.kind}, sealed for ${context.origin} with directory ${context.directory_sequence} (${context.channel})`
  switch (context.kind) {
    case 'envelope': {
      const content = await openEnvelope(p, identity.opening, bytes, expected)
      if (content === null) break
      const program = directory?.directory.programs.find(({ id }) => id === content.program)
      const language = languageOf(station, await station.folder.settings())
      const words = wordsFor(content.program, language, program ?? null)
      const lines = [
        printer.style.bold(head),
        safe`  program ${content.program}, to be answered in ${content.language}`,
        ...formLines(printer, program?.form ?? null, content.answers, words),
        ...attachmentLines(printer, content.attachments),
      ]
      return { ...shown, json: { content: envelopeJson(content) }, lines }
    }
    case 'addition': {
      const content = await openAddition(p, identity.opening, bytes, expected)
      if (content === null) break
      printer.say(
        safe`warning: nothing in this file says to which case it belongs, or from whom it is`,
      )
      const { answers, text } = content
      return { ...shown, json: { content: { text, answers } }, lines: [head, block(printer, text)] }
    }
    case 'note': {
      const content = await openNote(p, identity.opening, bytes, expected)
      if (content === null) break
      const { about, by, case: id, hour, key, text } = content
      const writer =
        directory === null
          ? null
          : handlerByKey(directory.directory, decodeBase64url(key), station.now())
      if (writer?.id !== by)
        printer.say(safe`warning: it says that ${by} wrote it, and nothing here proves that`)
      return {
        ...shown,
        json: { content: { case: id, about, by, hour, text } },
        lines: [head, safe`  about case ${id}, by ${by}`, block(printer, text)],
      }
    }
    case 'reply':
    case 'slip':
    case 'letter':
      break
  }
  return { ...asText(station, plaintext), kind: context.kind, context }
}

/** Any other file of the age format: words, or bytes that are only saved. */
function asText(station: Station, plaintext: Uint8Array): Opened {
  const { printer } = station
  const text = textOf(plaintext)
  const lines =
    text === null
      ? [safe`${plaintext.length} bytes that are not text; --out DIR saves them`]
      : [block(printer, text.slice(0, maxShownCharacters))]
  if (text !== null && text.length > maxShownCharacters)
    printer.say(
      safe`shown: ${maxShownCharacters} of ${text.length} characters; --out DIR saves all`,
    )
  return {
    kind: 'file',
    context: null,
    json: { bytes: plaintext.length, text: text?.slice(0, maxShownCharacters) ?? null },
    lines,
    plaintext,
  }
}

function textOf(plaintext: Uint8Array): string | null {
  try {
    return fromUtf8(plaintext)
  } catch {
    return null
  }
}

/** @returns the file; null where nothing was to be saved */
async function savedFrom(
  { given: { printer }, out, raw }: FileDesk,
  shown: Opened,
): Promise<string | null> {
  if (out !== undefined) return save(printer, out, shown)
  if (raw === undefined) return null
  await saveRaw(printer, raw, shown.plaintext)
  if (shown.kind === 'envelope' || shown.kind === 'addition') sayKeys(printer, raw)
  return raw
}

/** Under a name of ours: what is inside has no say in it. @returns the file */
async function save(
  printer: Printer,
  folder: string,
  { context, kind, json, plaintext }: Opened,
): Promise<string> {
  const digest = createHash('sha256').update(plaintext).digest('hex').slice(0, 8)
  const isText = context !== null
  const file = join(folder, `${kind}-${digest}.${isText ? 'json' : 'bin'}`)
  if (await isThere(file)) throw alreadyThere(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  saySaving(printer, file)
  await saveWhole(file, isText ? `${visibleJson(json, 2)}\n` : plaintext)
  return file
}
