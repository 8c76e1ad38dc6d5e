// Base64 in the three spellings that the protocol meets: url-safe without padding (JSON), standard without padding
// (age headers), standard with padding (signed notes, HTTP fields). Reading is canonical: unused bits must be zero.

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const standard = `${letters}+/`
const urlSafe = `${letters}-_`

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0x3fff
    count += 8
    while (count >= 6) {
      count -= 6
      text += alphabet.charAt((bits >> count) & 63)
    }
  }
  if (count > 0) text += alphabet.charAt((bits << (6 - count)) & 63)
  return text
}

function decode(text: string, alphabet: string): Uint8Array {
  if (text.length % 4 === 1) throw new RangeError('"text" expected base64, got impossible length')
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let count = 0
  let at = 0
  for (const letter of text) {
    const value = alphabet.indexOf(letter)
    if (value < 0) throw new RangeError('"text" expected base64, got another character')
    bits = ((bits << 6) | value) & 0x3fff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[at++] = (bits >> count) & 255
    }
  }
  if ((bits & ((1 << count) - 1)) !== 0) throw new RangeError('"text" expected canonical base64')
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
