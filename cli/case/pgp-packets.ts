// The packets before what is sealed in an OpenPGP message (RFC 9580 §4.2, §6.2): which keys it is sealed to, as far as it says.
// Whoever wrote a mail chose them, and one that is sealed to a passphrase has gpg ask for it, in a window.
import { latin1 } from '../../src/core/mail/latin1.js'

const begin = '-----BEGIN PGP MESSAGE-----'
const end = '-----END PGP MESSAGE-----'

/** Tags: a session key sealed to a key, one sealed to a passphrase, a marker, padding. */
const [toKey, toPassphrase, marker, padding] = [1, 3, 10, 21]

/** @returns the message without armor and without what is sealed to a passphrase; null where it is sealed to no key */
export function sealedToKeys(message: Uint8Array): Uint8Array | null {
  const bytes = unarmored(message)
  const kept: Uint8Array[] = []
  let at = 0
  let isToKey = false
  for (;;) {
    const packet = packetAt(bytes, at)
    if (packet === null) return null
    const { end: next, tag } = packet
    if (tag !== toKey && tag !== toPassphrase && tag !== marker && tag !== padding) break
    isToKey ||= tag === toKey
    if (tag !== toPassphrase) kept.push(bytes.subarray(at, next))
    at = next
  }
  return isToKey ? Buffer.concat([...kept, bytes.subarray(at)]) : null
}

/** `end` is no place in the bytes where the length is not known: of what is sealed it may be so. */
function packetAt(bytes: Uint8Array, at: number): { tag: number; end: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [head, first = 0] = bytes.subarray(at)
  // Five bytes of length at most.
  if (head === undefined || head < 0x80 || at + 6 > bytes.length) return null
  if ((head & 0x40) === 0) {
    const tag = (head >> 2) & 0x0f
    const size = [1, 2, 4, 0][head & 3] ?? 0
    if (size === 0) return { tag, end: bytes.length }
    const length = size === 1 ? first : size === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1)
    return { tag, end: at + 1 + size + length }
  }
  const tag = head & 0x3f
  if (first < 192) return { tag, end: at + 2 + first }
  if (first < 224) return { tag, end: at + 3 + view.getUint16(at + 1) - 0xc000 + 192 }
  if (first < 255) return { tag, end: bytes.length }
  return { tag, end: at + 6 + view.getUint32(at + 2) }
}

function unarmored(message: Uint8Array): Uint8Array {
  if ((message[0] ?? 0) >= 0x80) return message
  const text = latin1(message)
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return new Uint8Array()
  const lines = text
    .slice(from + begin.length, to)
    .split(/\r\n?|\n/)
    .slice(1)
  // Headers, an empty line, base64, and a sum that gpg does not need: what is sealed has its own.
  const body = lines.filter(line => !line.includes(':') && !/^=[A-Za-z0-9+/]{4}\s*$/.test(line))
  return Buffer.from(body.join(''), 'base64')
}
