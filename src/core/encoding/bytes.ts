// Bytes and text: joining, comparing, UTF-8, hexadecimal, big-endian integers. Everything here is total and pure.

/** Joins byte strings. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Compares without stopping at the first difference. Lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a text. A lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Reads strict UTF-8. A byte order mark stays in the text.
 * @throws TypeError where the bytes are not UTF-8
 */
export function fromUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes)
}

const lineFeed = 10
/** By byte: zero for printable ASCII and the line feed. A loop over it takes a third of the time of a pattern. */
const strange = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte <= 0x7e) || byte === lineFeed ? 0 : 1,
)
const decoder = new TextDecoder()

/**
 * Reads lines of ASCII without other control characters than line feeds.
 * @returns null where there is another byte
 */
export function fromPrintableLines(bytes: Uint8Array): string | null {
  let seen = 0
  for (let at = 0; at < bytes.length; at++) seen |= strange[bytes[at] ?? 0] ?? 1
  return seen === 0 ? decoder.decode(bytes) : null
}

const octets = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += octets[byte] ?? ''
  return text
}

/**
 * Reads lower-case hexadecimal.
 * @throws RangeError on anything else
 */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError('"text" expected lower-case hexadecimal')
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

/**
 * A big-endian unsigned integer of `width` bytes.
 * @throws RangeError where the value is no safe integer from zero, or does not fit
 */
export function bigEndian(value: number, width: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError('"value" expected safe integer from 0')
  const bytes = new Uint8Array(width)
  let rest = value
  for (let at = width - 1; at >= 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  if (rest > 0) throw new RangeError(`"value" expected ${width} bytes at most`)
  return bytes
}

/**
 * Reads a big-endian unsigned integer.
 * @throws RangeError above 2^53 - 1
 */
export function fromBigEndian(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  if (!Number.isSafeInteger(value)) throw new RangeError('"bytes" expected integer below 2^53')
  return value
}
