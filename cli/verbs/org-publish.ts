// `khancap org publish` (step 1): makes the next directory out of the source, or takes the one that waits for more
// signatures, shows what it changes, signs it with one key of the root, and writes it once enough have signed.
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  appendSignature,
  followsDirectory,
  readDirectory,
  signDirectory,
  type VerifiedDirectory,
  verifyDirectory,
} from '../../keys/directory.js'
import { type NoteSigner, verifyNote } from '../../keys/note.js'
import { rootFingerprint } from '../../keys/root.js'
import { type Directory, maxDirectoryDays } from '../../schemas/directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { misused, noHint, refused } from '../failure.js'
import { differences } from '../organisation/differences.js'
import {
  directoryFile,
  draftFile,
  dropDraftNote,
  faulty,
  openRootKey,
  readNoteFile,
  readSource,
  writeNoteFile,
} from '../organisation/folder.js'
import { holeWords } from '../organisation/hole-words.js'
import { missingWords } from '../organisation/missing-words.js'
import { isStill, nextDirectory, whatIsWrong } from '../organisation/next-directory.js'
import { announce, noWayBack, orgCommand } from '../organisation/steps.js'
import { isMissing } from '../station/disk.js'
import { inFours } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

export interface OrgPublishOptions extends VerbOptions {
  readonly dir: string
  readonly key?: string
  readonly days: string
  readonly new?: true
  readonly yes?: true
  readonly dryRun?: true
}

export async function publishDirectory(
  station: Station,
  options: OrgPublishOptions,
): Promise<void> {
  const folder = resolve(options.dir)
  const last = await lastDirectory(station, folder)
  const { directory, draft } = await toSign(station, options, folder, last)
  show(station, last, directory)
  const what = await signingWords(station, directory, draft)
  if (!announce(station, options, what, safe`nothing was signed`)) {
    if (options.json === true) station.printer.json(summary(directory, [], false))
    return
  }
  const file = options.key === undefined ? await onlyKey(folder) : resolve(options.key)
  const key = await openRootKey(station, options, file)
  await expectRootKey(station, directory, key)
  await agree(station, options)
  const p = await station.primitives()
  const note =
    draft === null ? await signDirectory(p, directory, [key]) : await appendSignature(p, draft, key)
  await conclude(station, options, folder, { last, directory, note })
}

/** The directory that was published last, as its own root signed it. */
async function lastDirectory(station: Station, folder: string): Promise<VerifiedDirectory | null> {
  const note = await readNoteFile(folder, directoryFile)
  if (note === null) return null
  const p = await station.primitives()
  const root = await rootFingerprint(p, readDirectory(note).root)
  return verifyDirectory(p, note, { root, now: null })
}

/** What waits for signatures, if it is still what the source says; else the next directory. */
async function toSign(
  station: Station,
  options: OrgPublishOptions,
  folder: string,
  last: VerifiedDirectory | null,
): Promise<{ directory: Directory; draft: Uint8Array | null }> {
  const source = await readSource(folder)
  const draft = options.new === true ? null : await readNoteFile(folder, draftFile)
  if (draft === null) {
    const days = Number(options.days)
    if (!Number.isInteger(days) || days < 1 || days > maxDirectoryDays)
      throw misused(safe`--days takes a number from 1 to ${maxDirectoryDays}`, noHint)
    const directory = nextDirectory(source, last, { from: station.now(), days })
    const { faults, holes } = whatIsWrong(directory)
    if (faults.length > 0) throw faulty(safe`the directory has faults; nothing was signed`, faults)
    if (holes.length > 0)
      throw refused(
        safe`the directory would leave requests to nobody; nothing was signed`,
        ...holes.slice(0, 10).map(holeWords),
        safe`khancap org check shows all of it`,
      )
    return { directory, draft: null }
  }
  const directory = readDirectory(draft)
  if (!isStill(directory, source, last))
    throw refused(
      safe`the directory that waits for signatures is not what organisation.json says now`,
      safe`--new begins again; the signatures so far are lost`,
    )
  return { directory, draft }
}

/** Whose key it is, nobody knows before it is opened. */
async function signingWords(
  station: Station,
  { root, sequence }: Directory,
  draft: Uint8Array | null,
): Promise<Safe> {
  const signers = draft === null ? [] : await signersOf(station, root, draft)
  const before = signers.length === 0 ? 'nobody' : signers.join(', ')
  return safe`directory ${sequence} is signed with a key of the root (until now ${before} signed; ${root.threshold} must, and then it is published)`
}

async function signersOf(
  station: Station,
  { keys }: Directory['root'],
  note: Uint8Array,
): Promise<readonly string[]> {
  return (await verifyNote(await station.primitives(), fromUtf8(note), keys))?.signers ?? []
}

function show(station: Station, last: VerifiedDirectory | null, next: Directory): void {
  const { printer } = station
  printer.say(
    safe`directory ${next.sequence} of ${next.name}, valid from ${next.valid_from} until ${next.expires}`,
  )
  const changes = differences(last?.directory ?? null, next)
  for (const words of changes) printer.say(safe`  ${words}`)
  if (changes.length === 0) printer.say(safe`  nothing changes but the dates`)
  for (const words of missingWords(next)) printer.say(words)
}

async function onlyKey(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'keys')).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const keys = names.filter(name => /^root-.*\.age$/.test(name))
  const [only] = keys
  if (only !== undefined && keys.length === 1) return join(folder, 'keys', only)
  throw misused(
    safe`which key of the root signs? give --key FILE`,
    ...keys.map(name => safe`${join(folder, 'keys', name)}`),
    safe`it may lie on another stick; khancap org root makes one for somebody new`,
  )
}

async function expectRootKey(
  station: Station,
  { root }: Directory,
  { name, seed }: NoteSigner,
): Promise<void> {
  const p = await station.primitives()
  const key = encodeBase64url(p.ed25519PublicKey(seed))
  if (root.keys.some(known => known.name === name && known.key === key)) return
  throw refused(
    safe`${name} is not a key of this organisation's root`,
    safe`its keys are ${root.keys.map(known => known.name).join(', ')}`,
  )
}

async function agree(station: Station, { yes }: OrgPublishOptions): Promise<void> {
  if (yes === true) return
  if (!station.asker.available)
    throw misused(safe`there is no terminal to ask at; --yes signs without asking`, noHint)
  if (!(await station.asker.confirm(safe`Sign this directory?`)))
    throw refused(safe`nothing was signed`, noHint)
}

async function conclude(
  station: Station,
  options: OrgPublishOptions,
  folder: string,
  made: {
    readonly last: VerifiedDirectory | null
    readonly directory: Directory
    readonly note: Uint8Array
  },
): Promise<void> {
  const { directory, last, note } = made
  const { printer } = station
  const p = await station.primitives()
  const signers = await signersOf(station, directory.root, note)
  const isEnough = signers.length >= directory.root.threshold
  if (isEnough) {
    const root = await rootFingerprint(p, directory.root)
    const verified = await verifyDirectory(p, note, { root, now: null })
    followsDirectory(last, verified)
    await writeNoteFile(folder, directoryFile, note)
    await dropDraftNote(folder)
    if (options.json === true) printer.json(summary(directory, signers, true))
    else {
      printer.sentence(
        safe`published directory ${directory.sequence} in ${join(folder, directoryFile)}`,
      )
      printer.sentence(safe`  root fingerprint  ${inFours(Buffer.from(root, 'hex'))}`)
      printer.say(
        safe`next: put ${directoryFile} where KHANCAP_DIRECTORY_FILE of the server points`,
      )
    }
    printer.say(noWayBack(safe`whoever has seen a directory takes no older one`))
    return printer.say(
      safe`what is wrong in it: change organisation.json back, and publish the next one: ${orgCommand(options, 'publish')}`,
    )
  }
  await writeNoteFile(folder, draftFile, note)
  const back = safe`to take it back, as long as nobody has carried it on: delete ${join(folder, draftFile)}, with every signature until now`
  if (options.json === true) {
    printer.json(summary(directory, signers, false))
    return printer.say(back)
  }
  const left = directory.root.keys.map(({ name }) => name).filter(name => !signers.includes(name))
  printer.sentence(safe`signed: ${signers.length} of ${directory.root.threshold} signatures`)
  printer.say(
    safe`next: carry ${folder} to the holder of ${left.join(' or ')}, who runs khancap org publish --key FILE`,
  )
  printer.say(back)
}

function summary(directory: Directory, signers: readonly string[], published: boolean): object {
  return {
    sequence: directory.sequence,
    valid_from: directory.valid_from,
    expires: directory.expires,
    signed_by: signers,
    threshold: directory.root.threshold,
    published,
  }
}
