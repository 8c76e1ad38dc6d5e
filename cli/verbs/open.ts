// `khancap open` (step 9): a case, or sealed files from a stick without any network. What only one of them needs is loaded
// for it alone.
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import { identityAtHand } from '../agent/at-hand.js'
import { seenDirectory } from '../client/remembered.js'
import { asFailure, Failure, misused, noHint, refused } from '../failure.js'
import { isMissing } from '../station/disk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { isArmored } from './armored.js'

/** Bytes of a file that is held in memory, sealed and opened: an armored one at most, any other above it is streamed. */
export const maxHeldBytes = 16_777_216

export interface OpenCaseOptions extends VerbOptions {
  readonly out?: string
  readonly raw?: string
  readonly gpg?: true
}

export interface OpenOptions extends OpenCaseOptions {
  readonly file?: readonly string[]
}

/** What opens files: asked for when the first of them is there. */
export interface FileDesk {
  readonly given: Station
  readonly out: string | undefined
  readonly raw: string | undefined
  readonly unlocked: () => Promise<Unlocked>
}

interface Unlocked {
  readonly station: Station
  readonly identity: Identity
  readonly directory: VerifiedDirectory | null
}

/** What a file holds, as JSON and as lines, and what is said of it beside them. */
export interface ShownFile {
  readonly json: object
  readonly lines: readonly Safe[]
  readonly remark: Safe | null
}

export async function openWhat(
  station: Station,
  options: OpenOptions,
  given?: string,
): Promise<void> {
  const { file: files, raw } = options
  if (raw !== undefined && options.out !== undefined)
    throw misused(safe`give --out or --raw, not both`, noHint)
  if (raw !== undefined && (files?.length ?? 1) > 1)
    throw misused(safe`--raw takes one --file at a time`, noHint)
  if (raw !== undefined) await (await import('../case/saving.js')).expectNewFile(raw)
  if (files === undefined) {
    if (given === undefined)
      throw misused(safe`which case? give its id, or --file`, safe`khancap inbox lists the cases`)
    return (await import('./open-case.js')).openCase(station, options, given)
  }
  if (given !== undefined) throw misused(safe`give the id of a case, or --file, not both`, noHint)
  const into = options.out ?? (raw === undefined ? null : dirname(raw))
  if (into !== null) await (await import('../case/saving.js')).sayUnfinished(station.printer, into)
  const [file = ''] = files
  const desk = fileDesk(station, options)
  if (files.length === 1) return show(station, options, await openOne(desk, file))
  await openEach(desk, options, files)
}

function fileDesk(given: Station, options: OpenOptions): FileDesk {
  let opening: Promise<Unlocked> | null = null
  async function unlock(): Promise<Unlocked> {
    const settings = await given.folder.settings()
    const { identity, station } = await identityAtHand(given, options, settings)
    return { identity, station, directory: await seenDirectory(station) }
  }
  return { given, out: options.out, raw: options.raw, unlocked: () => (opening ??= unlock()) }
}

async function openOne(desk: FileDesk, file: string): Promise<ShownFile> {
  return (await bytesOf(file)) > maxHeldBytes && !(await isArmored(file))
    ? (await import('./open-large-file.js')).openLargeFile(desk, file)
    : (await import('./open-file.js')).openFile(desk, file)
}

function show(
  { printer }: Station,
  options: OpenOptions,
  { json, lines, remark }: ShownFile,
): void {
  if (options.json === true) printer.json(json)
  else for (const line of lines) printer.out(line)
  if (options.json !== true && remark !== null) printer.say(remark)
}

/**
 * Several files with one identity: one that does not open keeps no other from being opened.
 * @throws Failure where one did not
 */
async function openEach(
  desk: FileDesk,
  options: OpenOptions,
  files: readonly string[],
): Promise<void> {
  const { printer } = desk.given
  const found: object[] = []
  const failures: Failure[] = []
  for (const file of files) {
    if (options.json !== true) printer.out(printer.style.bold(safe`${file}`))
    try {
      // One after the other: what is said of a file stands with it.
      // oxlint-disable-next-line no-await-in-loop
      const shown = await openOne(desk, file)
      if (options.json === true) found.push({ file, ...shown.json })
      else show(desk.given, options, shown)
    } catch (thrown) {
      const failure = asFailure(thrown)
      // Without an identity none of them opens.
      // oxlint-disable-next-line no-await-in-loop
      await desk.unlocked()
      failures.push(failure)
      const names = failure.sentence.text.includes(file)
      printer.say(names ? failure.sentence : safe`${file}: ${failure.sentence}`)
      for (const hint of failure.hints) printer.say(safe`hint: ${hint}`)
      if (options.json === true) found.push({ file, error: failure.sentence.text })
    }
  }
  if (options.json === true) printer.json(found)
  const [first] = failures
  if (first !== undefined)
    throw new Failure(first.exit, safe`${failures.length} of ${files.length} files did not open`, [
      safe`why stands above, behind the name of each`,
    ])
}

export function notOurs(file: string): Failure {
  return refused(
    safe`${file} is not sealed to this identity`,
    safe`khancap keys show prints yours; whoever sealed it has sealed it to others, and can seal it anew`,
  )
}

/** Zero where there is none: who reads it says so. */
async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}
