// What was opened is saved in the clear, into a folder of the handler's: never over a file that is there, which keeps
// nothing else from being saved.
import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing, writeNew } from '../station/disk.js'

export interface SavedFiles {
  readonly saved: readonly string[]
  /** Of these names there was a file already; it was left as it is. */
  readonly there: readonly string[]
}

export async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Saves them in order; their folder is made where it is missing. */
export async function saveFiles(
  files: readonly { readonly file: string; readonly bytes: string | Uint8Array }[],
): Promise<SavedFiles> {
  const saved: string[] = []
  const there: string[] = []
  for (const { bytes, file } of files) {
    // One after the other: they are as large as their senders liked.
    // oxlint-disable-next-line no-await-in-loop
    if (await isThere(file)) {
      there.push(file)
      continue
    }
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // oxlint-disable-next-line no-await-in-loop
    await writeNew(file, bytes)
    saved.push(file)
  }
  return { saved, there }
}
