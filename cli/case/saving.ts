// What was opened is saved in the clear, into a folder of the handler's: never over a file that is there, which keeps
// nothing else from being saved. Each is named before its first byte is written: however this ends, kill -9 among it,
// somebody has to delete it.
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { alreadyThere, misused } from '../failure.js'
import { isMissing, isThere } from '../station/disk.js'
import { isUnfinished, saveWhole } from '../station/opened-stream.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'

/** Whether there is a file already: it is left as it is, and that is said. */
export async function isLeft(printer: Printer, file: string): Promise<boolean> {
  if (!(await isThere(file))) return false
  printer.say(safe`${file} is there already; it was left as it is`)
  return true
}

export function saySaving(printer: Printer, file: string): void {
  printer.say(safe`saving in ${file}, in the clear: delete it when you are done`)
}

/** What is opened as a stream stands under another name until all of it has opened. */
export function sayPart(printer: Printer, part: string): void {
  printer.say(safe`until all of it has opened it is in ${part}`)
}

/** Names what is left in a folder of files that were being written when somebody ended us. */
export async function sayUnfinished(printer: Printer, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter(isUnfinished))
    printer.say(
      safe`warning: ${join(folder, name)} is in the clear, from a command that was cut off: delete it, unless another one is saving here now`,
    )
}

/** Names that stand for devices, in every folder (Windows, "Naming Files, Paths, and Namespaces"). */
const device = /^(con|conin\$|conout\$|prn|aux|nul|com\d|lpt\d)([.:]|$)/i

/**
 * What goes out raw goes into a new file and nowhere else: a terminal would do what its control characters say.
 * @throws Failure where the name is that of a terminal, a pipe or any device, or of what is there already
 */
export async function expectNewFile(file: string): Promise<void> {
  const there = await lstat(file).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (there?.isFile() === true || there?.isDirectory() === true) throw alreadyThere(file)
  const isDevice = process.platform === 'win32' && device.test(basename(file))
  if (there !== null || file === '-' || isDevice)
    throw misused(
      safe`--raw writes into a new file only, and ${file} is none`,
      safe`control characters of the applicant's could act on a terminal; without --raw they are made visible`,
    )
}

/** Saves bytes as they were opened, control characters and all. @throws Failure, EEXIST */
export async function saveRaw(printer: Printer, file: string, bytes: Uint8Array): Promise<void> {
  await expectNewFile(file)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  saySaving(printer, file)
  await saveWhole(file, bytes)
  sayRaw(printer, file)
}

/** Of what an applicant sealed for us, in raw form. */
export function sayKeys(printer: Printer, file: string): void {
  printer.say(
    safe`${file} holds the keys of replies and attachments of this case as well: keep it as you keep your own, and hand it to nobody`,
  )
}

export function sayRaw(printer: Printer, file: string): void {
  printer.say(
    safe`nothing in ${file} was made visible: look at it in an editor; printed at a terminal, it could act there`,
  )
}

/**
 * Saves them in order; their folder is made where it is missing.
 * @returns how many were there already
 */
export async function saveFiles(
  printer: Printer,
  files: readonly { readonly file: string; readonly bytes: string | Uint8Array }[],
): Promise<number> {
  let left = 0
  for (const { bytes, file } of files) {
    // One after the other: they are as large as their senders liked.
    // oxlint-disable-next-line no-await-in-loop
    if (await isLeft(printer, file)) {
      left += 1
      continue
    }
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    saySaving(printer, file)
    // oxlint-disable-next-line no-await-in-loop
    await saveWhole(file, bytes)
  }
  return left
}
