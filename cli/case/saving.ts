// What was opened is saved in the clear, into a folder of the handler's: never over a file that is there, which keeps
// nothing else from being saved. Each is named as soon as it is written: whatever fails afterwards, somebody has to delete it.
import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing, writeNew } from '../station/disk.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'

export async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Whether there is a file already: it is left as it is, and that is said. */
export async function isLeft(printer: Printer, file: string): Promise<boolean> {
  if (!(await isThere(file))) return false
  printer.say(safe`${file} is there already; it was left as it is`)
  return true
}

export function saySaved(printer: Printer, file: string): void {
  printer.say(safe`saved in ${file}, in the clear: delete it when you are done`)
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
    // oxlint-disable-next-line no-await-in-loop
    await writeNew(file, bytes)
    saySaved(printer, file)
  }
  return left
}
