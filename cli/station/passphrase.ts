// Where a passphrase comes from: a file, a command, or the person at the terminal. Never an argument: arguments are
// seen by every process of the machine.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { Failure, fromProblem, misused, refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { isOpenToOthers, readBounded } from './disk.js'
import type { PassphraseOptions, Station } from './station.js'

const maxPassphraseBytes = 4096
/** Wrong tries at the terminal before the command ends. */
const maxTries = 3
const minNewCharacters = 12
/** Somebody may have to type a master password for it. */
const commandPatienceMs = 120_000

interface Sealed {
  readonly what: Safe
  readonly lost?: readonly Safe[]
}

/**
 * Opens something with a passphrase: `open` is tried with what the file or command says, or up to three times with
 * what the person types.
 * @param about what is opened, in the words of a refusal, and what helps where nobody knows the passphrase any more
 * @throws Failure
 */
export async function withPassphrase<T>(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
  question: Safe,
  open: (passphrase: string) => Promise<T>,
  about: Sealed,
): Promise<T> {
  const given = await givenPassphrase(station, options, settings)
  // It is made slow on purpose, for whoever tries many.
  const tried = (passphrase: string) =>
    station.printer.waiting(safe`trying the passphrase`, open(passphrase))
  if (given !== null)
    return tried(given.passphrase).catch((error: unknown) => {
      throw isWrong(error) ? wrongPassphrase(error, given.source, about) : error
    })
  if (!station.asker.available) throw noPassphrase()
  for (let left = maxTries - 1; ; left--) {
    const passphrase = await station.asker.secret(question)
    try {
      return await tried(passphrase)
    } catch (error) {
      if (!isWrong(error)) throw error
      if (left === 0) throw wrongPassphrase(error, null, about)
      station.printer.say(safe`that passphrase does not open it; try again`)
    }
  }
}

function isWrong(error: unknown): boolean {
  return error instanceof KhancapError && error.code === 'identity_locked'
}

/** @param source whoever has typed nothing must be told where a wrong passphrase came from; null where somebody has */
function wrongPassphrase(
  cause: unknown,
  source: Safe | null,
  { lost = [], what }: Sealed,
): Failure {
  const { exit, hints } = fromProblem('identity_locked')
  const sentence = safe`the passphrase does not open ${what}`
  const [said, mend] =
    source === null
      ? [sentence, []]
      : [
          safe`${sentence}: it came from ${source}`,
          [safe`correct it there, or name another source with --passphrase-file`],
        ]
  return new Failure(exit, said, [...mend, ...hints, ...lost], { code: 'identity_locked', cause })
}

/** A passphrase for something new: from a file or command, or typed twice. @throws Failure */
export async function newPassphrase(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
  what: Safe,
): Promise<string> {
  const given = await givenPassphrase(station, options, settings)
  if (given === null && !station.asker.available) throw noPassphrase()
  const passphrase =
    given?.passphrase ?? (await station.asker.secret(safe`new passphrase for ${what}:`))
  if (passphrase.length < minNewCharacters)
    throw refused(
      safe`the passphrase is shorter than ${minNewCharacters} characters`,
      safe`five or six random words are easy to keep and hard to guess`,
    )
  if (given === null && (await station.asker.secret(safe`the same again:`)) !== passphrase)
    throw refused(
      safe`the two passphrases differ; nothing was made`,
      safe`run the same command again, and type it slowly: nothing is shown`,
    )
  return passphrase
}

function noPassphrase(): Failure {
  return misused(
    safe`a passphrase is needed, and there is no terminal to ask at`,
    safe`use --passphrase-file or --passphrase-command, or set KHANCAP_PASSPHRASE_FILE`,
  )
}

interface Given {
  readonly passphrase: string
  readonly source: Safe
}

/** What was asked for on the line counts before the environment, and that before the settings. */
async function givenPassphrase(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
): Promise<Given | null> {
  const { environment, folder } = station
  if (options.passphraseFile !== undefined) return fromFile(station, options.passphraseFile)
  if (options.passphraseCommand !== undefined)
    return fromCommand(station, options.passphraseCommand)
  if (environment.passphraseFile !== null) return fromFile(station, environment.passphraseFile)
  if (settings === null) return null
  if (settings.passphrase_file !== null)
    return fromFile(station, absolute(folder.path, settings.passphrase_file))
  if (settings.passphrase_command !== null) return fromCommand(station, settings.passphrase_command)
  return null
}

async function fromFile(station: Station, file: string): Promise<Given> {
  const bytes = await readBounded(file, maxPassphraseBytes)
  if (bytes === null)
    throw refused(
      safe`there is no passphrase file ${file}`,
      safe`name another one with --passphrase-file, or correct passphrase_file in ${station.folder.path}`,
    )
  if (await isOpenToOthers(file))
    station.printer.say(
      safe`warning: other users of this machine may read the passphrase file ${file} (chmod 600 it)`,
    )
  return {
    passphrase: firstLine(
      bytes,
      safe`the file ${file}`,
      safe`its first line must be the passphrase`,
    ),
    source: safe`the file ${file}`,
  }
}

const runItAlone = safe`run the command by itself: its first line must be the passphrase, and nothing else`

/** @param patienceMs how long it may take @throws Failure */
export async function fromCommand(
  station: Pick<Station, 'stdin'>,
  command: string,
  patienceMs = commandPatienceMs,
): Promise<Given> {
  const bytes = await outputOf(station, command, patienceMs)
  const source = safe`the passphrase command`
  return { passphrase: firstLine(bytes, source, runItAlone), source }
}

async function outputOf(
  { stdin }: Pick<Station, 'stdin'>,
  command: string,
  patienceMs: number,
): Promise<Uint8Array> {
  // A stdin that is no terminal holds what the command of ours is to read: it is no other program's to take.
  const terminal = stdin.isTTY === true ? 'inherit' : openTerminal()
  const child = spawn(command, { shell: true, stdio: [terminal ?? 'ignore', 'pipe', 'inherit'] })
  if (typeof terminal === 'number') closeSync(terminal)
  const parts: Uint8Array[] = []
  child.stdout?.on('data', (part: Uint8Array) => parts.push(part))
  const code = await codeOf(child, patienceMs)
  if (code === 'late')
    throw refused(
      safe`the passphrase command did not end within ${patienceMs / 1000} seconds`,
      runItAlone,
    )
  if (code !== 0)
    throw refused(safe`the passphrase command ended with code ${String(code)}`, runItAlone)
  return Buffer.concat(parts).subarray(0, maxPassphraseBytes)
}

/** The terminal that this was started from; null where there is none. */
function openTerminal(): number | null {
  try {
    return openSync('/dev/tty', 'r')
  } catch {
    return null
  }
}

/** The exit code, null after a signal. */
function codeOf(child: ChildProcess, patienceMs: number): Promise<number | null | 'late'> {
  return new Promise((resolve, reject) => {
    const clock = setTimeout(() => {
      child.kill()
      // What it has started may hold the other end for ever.
      child.stdout?.destroy()
      resolve('late')
    }, patienceMs)
    child.once('error', error => {
      clearTimeout(clock)
      reject(error)
    })
    child.once('close', code => {
      clearTimeout(clock)
      resolve(code)
    })
  })
}

function firstLine(bytes: Uint8Array, source: Safe, hint: Safe): string {
  const line = new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw refused(safe`the passphrase from ${source} is empty`, hint)
  return line
}

function absolute(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file)
}
