// The directory inside an offline form, as the text of a block that no browser runs.
import { fromUtf8, utf8 } from '../encoding/bytes.js'

/** What stands in the place: whose root signs, and what it has signed. */
export interface Embedded {
  /** Fingerprint of the root, 64 hexadecimal digits. */
  readonly root: string
  /** The signed note, byte by byte. */
  readonly note: Uint8Array
}

/** Without "<" nothing in it ends the block, whatever an organisation calls itself. */
export function printEmbedded({ note, root }: Embedded): string {
  return JSON.stringify({ root, note: fromUtf8(note) }).replaceAll('<', '\\u003c')
}

/** Reads the text of the block. @returns null where it is empty or something else */
export function readEmbedded(text: string): Embedded | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null) return null
  if (!('root' in parsed) || !('note' in parsed)) return null
  const { note, root } = parsed
  return typeof root === 'string' && typeof note === 'string' ? { root, note: utf8(note) } : null
}
