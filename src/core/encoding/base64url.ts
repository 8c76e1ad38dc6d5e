// Base64 in the three spellings that the protocol meets: url-safe without padding (JSON), standard without padding
// (age headers), standard with padding (signed notes, HTTP fields). Reading is canonical: unused bits must be zero.

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

interface Alphabet {
  /** Character codes by value. */
  readonly codes: Uint8Array
  /** Values by byte of UTF-8; `none` where it is no letter. */
  readonly values: Uint8Array
}

const none = 255

function alphabet(text: string): Alphabet {
  const codes = Uint8Array.from(text, letter => letter.charCodeAt(0))
  const values = new Uint8Array(256).fill(none)
  for (const [value, code] of codes.entries()) values[code] = value
  return { codes, values }
}

const standard = alphabet(`${alphanumeric}+/`)
const urlSafe = alphabet(`${alphanumeric}-_`)

const decoder = new TextDecoder()
const encoder = new TextEncoder()

function encode(bytes: Uint8Array, { codes }: Alphabet): string {
  const written = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let bits = 0
  let count = 0
  let at = 0
  for (let from = 0; from < bytes.length; from++) {
    bits = ((bits << 8) | (bytes[from] ?? 0)) & 0x3fff
    count += 8
    while (count >= 6) {
      count -= 6
      written[at++] = codes[(bits >> count) & 63] ?? 0
    }
  }
  if (count > 0) written[at] = codes[(bits << (6 - count)) & 63] ?? 0
  return decoder.decode(written)
}

function decode(text: string, from: Alphabet): Uint8Array {
  // Bytes are read several times as fast as the letters of a text that was cut out of another. A letter beyond ASCII is
  // several bytes, and none of them has a value.
  return decodeLetters(encoder.encode(text), from)
}

function decodeLetters(read: Uint8Array, { values }: Alphabet): Uint8Array {
  const rest = read.length % 4
  if (rest === 1) throw new RangeError('"text" expected base64, got impossible length')
  const bytes = new Uint8Array(Math.floor((read.length * 3) / 4))
  const valueAt = (from: number) => values[read[from] ?? 0] ?? none
  const whole = read.length - rest
  let seen = 0
  let at = 0
  for (let from = 0; from < whole; from += 4) {
    const a = valueAt(from)
    const b = valueAt(from + 1)
    const c = valueAt(from + 2)
    const d = valueAt(from + 3)
    seen |= a | b | c | d
    bytes[at++] = (a << 2) | (b >> 4)
    bytes[at++] = (b << 4) | (c >> 2)
    bytes[at++] = (c << 6) | d
  }
  let unused = 0
  if (rest > 0) {
    const a = valueAt(whole)
    const b = valueAt(whole + 1)
    const c = rest === 3 ? valueAt(whole + 2) : 0
    seen |= a | b | c
    bytes[at++] = (a << 2) | (b >> 4)
    if (rest === 3) bytes[at] = (b << 4) | (c >> 2)
    unused = rest === 3 ? c & 3 : b & 15
  }
  if (seen > 63) throw new RangeError('"text" expected base64, got another character')
  if (unused !== 0) throw new RangeError('"text" expected canonical base64')
  return bytes
}

/** RFC 4648 §5 without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, urlSafe)
}

/**
 * RFC 4648 §5 without padding.
 * @throws RangeError when not canonical
 */
export function decodeBase64url(text: string): Uint8Array {
  return decode(text, urlSafe)
}

/** RFC 4648 §4 without padding, as age headers have it. */
export function encodeBase64Bare(bytes: Uint8Array): string {
  return encode(bytes, standard)
}

/**
 * RFC 4648 §4 without padding, as age headers have it.
 * @throws RangeError when not canonical
 */
export function decodeBase64Bare(text: string): Uint8Array {
  return decode(text, standard)
}

/**
 * The same of letters that are still bytes.
 * @throws RangeError when not canonical
 */
export function decodeBase64BareLetters(letters: Uint8Array): Uint8Array {
  return decodeLetters(letters, standard)
}

/** Whether `decodeBase64BareLetters` takes them: for bytes that nobody needs, in a third of the time. */
export function isBase64Bare(letters: Uint8Array): boolean {
  const rest = letters.length % 4
  const { values } = standard
  let seen = 0
  for (let at = 0; at < letters.length; at++) seen |= values[letters[at] ?? 0] ?? none
  const last = values[letters[letters.length - 1] ?? 0] ?? none
  const unused = rest === 3 ? last & 3 : rest === 2 ? last & 15 : 0
  return rest !== 1 && seen <= 63 && unused === 0
}

/** RFC 4648 §4 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const bare = encode(bytes, standard)
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')
}

/**
 * RFC 4648 §4 with padding.
 * @throws RangeError when not canonical, padding included
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new RangeError('"text" expected padded base64')
  return decode(text.replace(/={1,2}$/, ''), standard)
}
