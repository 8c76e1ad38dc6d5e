// The header of a mail as bytes came (RFC 5322): fields in order, each value raw. Lenient with line ends, bounded, and
// total: what is no field is passed over.
import { latin1 } from './latin1.js'

/** Bytes of one header that are looked at; a longer one is cut. */
export const maxHeaderBytes = 262_144
/** Fields that are looked at. */
export const maxHeaderFields = 1000

export interface MailHeader {
  /** Raw value of the first field of this name, folds included, each character one byte; null where there is none. */
  first(name: string): string | null
  /** Names in lower case with raw values, in order. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  /** Where the body begins. */
  readonly bodyAt: number
  /** False where the header was longer than is looked at. */
  readonly whole: boolean
}

/** Reads the header at the beginning of a mail or of one of its parts. */
export function readHeader(bytes: Uint8Array): MailHeader {
  const end = headerEnd(bytes)
  const text = latin1(bytes.subarray(0, Math.min(end.at, maxHeaderBytes)))
  const fields: { name: string; value: string }[] = []
  // A mail file may begin with the line of an mbox.
  for (const line of text.replaceAll(/\r\n?/g, '\n').split('\n')) {
    const last = fields.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined) {
      // Thousands of folds: the value grows by reference, not by copying.
      last.value += `\r\n${line}`
      continue
    }
    if (fields.length >= maxHeaderFields) break
    const field = /^([!-9;-~]{1,80})[ \t]*:/.exec(line)
    if (field !== null)
      fields.push({ name: (field[1] ?? '').toLowerCase(), value: line.slice(field[0].length) })
  }
  return {
    fields,
    bodyAt: end.bodyAt,
    whole: end.at <= maxHeaderBytes && fields.length < maxHeaderFields,
    first: name => fields.find(field => field.name === name)?.value ?? null,
  }
}

/** The first empty line, whatever ends lines here. */
function headerEnd(bytes: Uint8Array): { at: number; bodyAt: number } {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== 0x0a && byte !== 0x0d) continue
    const next = byte === 0x0d && bytes[at + 1] === 0x0a ? at + 2 : at + 1
    if (at === 0) return { at: 0, bodyAt: next }
    if (bytes[next] === 0x0a) return { at, bodyAt: next + 1 }
    if (bytes[next] === 0x0d) return { at, bodyAt: next + (bytes[next + 1] === 0x0a ? 2 : 1) }
    at = next - 1
  }
  return { at: bytes.length, bodyAt: bytes.length }
}
