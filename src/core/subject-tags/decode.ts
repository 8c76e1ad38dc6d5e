// The value of a Subject field as it travels, to text (RFC 5322 §2.2.3, RFC 2047): lenient with what real senders
// write, linear in time, and total. The text may hold invisible characters; who prints it makes them visible.
import { fromUtf8 } from '../encoding/bytes.js'
import { bytesOf1252, charsetOf, decodeBytes } from './charsets.js'

/** Characters of a raw subject that are read; the rest is cut. */
export const maxRawSubject = 65_536

export interface DecodedSubject {
  /** NFC, runs of white space made one space, none at either end. */
  readonly text: string
  /** Bare bytes that are not UTF-8: read as windows-1252, so that a person sees something. */
  readonly bareBytes: boolean
  /** Letters may be lost: a charset that nobody knows, a word that never closes, bytes that are not in their charset. */
  readonly doubtful: boolean
}

/** Adjacent parts of one charset are joined before they are decoded: senders split letters between words. */
interface Part {
  readonly charset: string | null
  readonly bytes: number[]
}

/**
 * Decodes a raw subject.
 * @param raw each character is one byte (U+0000 to U+00FF), folds included; longer than 65 536 it is cut. A text with
 *   other characters counts as decoded already, apart from its encoded words.
 */
export function decodeSubject(raw: string): DecodedSubject {
  const { parts, unclosed } = split(raw.slice(0, maxRawSubject).replaceAll(/\r?\n(?=[ \t])/g, ''))
  let text = ''
  let bareBytes = false
  let doubtful = unclosed
  for (const { charset, bytes } of parts) {
    if (charset === null) {
      const plain = plainText(bytes)
      text += plain.text
      bareBytes ||= plain.bare
    } else {
      const decoded = decodeBytes(Uint8Array.from(bytes), charset)
      text += decoded.text
      doubtful ||= !decoded.known
    }
  }
  return {
    text: text
      .normalize('NFC')
      .replaceAll(/[ \t\r\n]+/g, ' ')
      .replaceAll(/^ | $/g, ''),
    bareBytes,
    doubtful: doubtful || text.includes('\ufffd'),
  }
}

function plainText(bytesOrMore: readonly number[]): { text: string; bare: boolean } {
  const letters = bytesOrMore.map(code => String.fromCharCode(code)).join('')
  if (bytesOrMore.every(code => code < 0x80) || bytesOrMore.some(code => code > 0xff))
    return { text: letters, bare: false }
  const bytes = Uint8Array.from(bytesOrMore)
  try {
    return { text: fromUtf8(bytes), bare: false }
  } catch {
    return { text: decodeBytes(bytes, 'windows-1252').text, bare: true }
  }
}

function split(raw: string): { parts: readonly Part[]; unclosed: boolean } {
  const parts: Part[] = []
  let unclosed = false
  const add = (charset: string | null, bytes: readonly number[]) => {
    const last = parts.at(-1)
    if (last?.charset === charset) for (const byte of bytes) last.bytes.push(byte)
    else parts.push({ charset, bytes: [...bytes] })
  }
  // From where no word can close any more: without it, many words that never close would take quadratic time.
  const lastClose = raw.lastIndexOf('?=')
  const opening = /=\?([!->@-~]{1,60})\?([bqBQ])\?/y
  let plainFrom = 0
  let at = raw.indexOf('=?')
  while (at >= 0) {
    opening.lastIndex = at
    const word = opening.exec(raw)
    const from = opening.lastIndex
    const end = word === null || from > lastClose ? -1 : raw.indexOf('?=', from)
    if (word === null || end < 0) {
      unclosed ||= word !== null
      at = raw.indexOf('=?', at + 2)
      continue
    }
    const between = raw.slice(plainFrom, at)
    // White space between two encoded words is dropped (RFC 2047 §6.2).
    const dropped = (parts.at(-1)?.charset ?? null) !== null && /^[ \t\r\n]*$/.test(between)
    if (!dropped && between !== '') add(null, codes(between))
    const [, label = '', encoding = ''] = word
    const text = raw.slice(from, end)
    add(charsetOf(label), encoding.toLowerCase() === 'b' ? fromBase64(text) : fromQ(text))
    plainFrom = end + 2
    at = raw.indexOf('=?', plainFrom)
  }
  if (plainFrom < raw.length) add(null, codes(raw.slice(plainFrom)))
  return { parts, unclosed }
}

function codes(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = new Map(Array.from(base64Letters, (letter, at) => [letter, at]))

/** Padding may be missing or stand in the middle; what is no letter of base64 is passed over. */
function fromBase64(text: string): number[] {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const letter of text) {
    if (letter === '=') count = 0
    const value = base64Values.get(letter)
    if (value === undefined) continue
    bits = ((bits << 6) | value) & 0xffff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes.push((bits >> count) & 0xff)
    }
  }
  return bytes
}

function fromQ(text: string): number[] {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    const digits = letter === '=' ? text.slice(at + 1, at + 3) : ''
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      bytes.push(Number.parseInt(digits, 16))
      at += 2
    } else if (letter === '_') bytes.push(0x20)
    else if (text.charCodeAt(at) < 0x100) bytes.push(text.charCodeAt(at))
  }
  return bytes
}

/** The readings of a line that came as Latin-1 but was written in something else. */
export function otherReadings(text: string): readonly string[] {
  const bytes = bytesOf1252(text)
  if (bytes === null || bytes.every(byte => byte < 0x80)) return []
  return ['utf-8', 'tcvn', 'viscii', 'windows-1258', 'gb18030', 'big5'].map(charset =>
    decodeBytes(bytes, charset).text.normalize('NFC'),
  )
}
