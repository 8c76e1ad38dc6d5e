// Where a passphrase comes from: a file, a command, or the person at the terminal. Never an argument: arguments are
// seen by every process of the machine.
import { spawn } from 'node:child_process'
import { isAbsolute, join } from 'node:path'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { type Failure, misused, refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { isOpenToOthers, readBounded } from './disk.js'
import type { PassphraseOptions, Station } from './station.js'

const maxPassphraseBytes = 4096
/** Wrong tries at the terminal before the command ends. */
const maxTries = 3
const minNewCharacters = 12

/**
 * Opens something with a passphrase: `open` is tried with what the file or command says, or up to three times with
 * what the person types.
 * @throws Failure
 */
export async function withPassphrase<T>(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
  question: Safe,
  open: (passphrase: string) => Promise<T>,
): Promise<T> {
  const given = await givenPassphrase(station, options, settings)
  if (given !== null) return open(given)
  if (!station.asker.available) throw noPassphrase()
  for (let left = maxTries - 1; ; left--) {
    const passphrase = await station.asker.secret(question)
    try {
      return await open(passphrase)
    } catch (error) {
      const wrong = error instanceof KhancapError && error.code === 'identity_locked'
      if (!wrong || left === 0) throw error
      station.printer.say(safe`that passphrase does not open it; try again`)
    }
  }
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
  const passphrase = given ?? (await station.asker.secret(safe`new passphrase for ${what}:`))
  if (passphrase.length < minNewCharacters)
    throw refused(
      safe`the passphrase is shorter than ${minNewCharacters} characters`,
      safe`five or six random words are easy to keep and hard to guess`,
    )
  if (given === null && (await station.asker.secret(safe`the same again:`)) !== passphrase)
    throw refused(safe`the two passphrases differ; nothing was made`)
  return passphrase
}

function noPassphrase(): Failure {
  return misused(
    safe`a passphrase is needed, and there is no terminal to ask at`,
    safe`use --passphrase-file or --passphrase-command, or set KHANCAP_PASSPHRASE_FILE`,
  )
}

/** What was asked for on the line counts before the environment, and that before the settings. */
async function givenPassphrase(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
): Promise<string | null> {
  const { environment, folder } = station
  if (options.passphraseFile !== undefined) return fromFile(station, options.passphraseFile)
  if (options.passphraseCommand !== undefined) return fromCommand(options.passphraseCommand)
  if (environment.passphraseFile !== null) return fromFile(station, environment.passphraseFile)
  if (settings === null) return null
  if (settings.passphrase_file !== null)
    return fromFile(station, absolute(folder.path, settings.passphrase_file))
  if (settings.passphrase_command !== null) return fromCommand(settings.passphrase_command)
  return null
}

async function fromFile(station: Station, file: string): Promise<string> {
  const bytes = await readBounded(file, maxPassphraseBytes)
  if (bytes === null) throw refused(safe`there is no passphrase file ${file}`)
  if (await isOpenToOthers(file))
    station.printer.say(
      safe`warning: other users of this machine may read the passphrase file ${file} (chmod 600 it)`,
    )
  return firstLine(bytes)
}

async function fromCommand(command: string): Promise<string> {
  const child = spawn(command, { shell: true, stdio: ['inherit', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const parts: Uint8Array[] = []
  for await (const part of child.stdout) if (part instanceof Uint8Array) parts.push(part)
  const code = await ended
  if (code !== 0) throw refused(safe`the passphrase command ended with code ${String(code)}`)
  return firstLine(Buffer.concat(parts).subarray(0, maxPassphraseBytes))
}

function firstLine(bytes: Uint8Array): string {
  const line = new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw refused(safe`the passphrase is empty`)
  return line
}

function absolute(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file)
}
