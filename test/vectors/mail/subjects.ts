// Subjects of the corpus as mail programs send them: words, how each is sorted with the tags of the shipped programs, and
// encoders into the charsets that senders use. Each character of an encoded line is one byte.
import { decodeBytes } from '../../../src/core/subject-tags/charsets.js'

export interface CorpusSubject {
  readonly name: string
  readonly text: string
  /** Programs of the slip, in its order; null where a person has to sort it. */
  readonly programs: readonly string[] | null
}

export const subjects: readonly CorpusSubject[] = [
  { name: 'vi-emergency', text: 'Hỗ trợ khẩn cấp', programs: ['emergency'] },
  { name: 'vi-emergency-more', text: 'Hỗ trợ khẩn cấp: gia đình tôi', programs: ['emergency'] },
  { name: 'vi-plain', text: 'Re: Fwd: Ho tro khan cap', programs: ['emergency'] },
  { name: 'vi-pil', text: 'Tranh tụng lợi ích công cộng', programs: ['pil'] },
  { name: 'pil', text: 'PIL', programs: ['pil'] },
  { name: 'both', text: 'Hỗ trợ khẩn cấp / PIL', programs: ['emergency', 'pil'] },
  { name: 'zh-hans', text: '紧急援助', programs: ['emergency'] },
  { name: 'zh-hant', text: '緊急援助', programs: ['emergency'] },
  { name: 'zh-pil', text: '公益诉讼', programs: ['pil'] },
  { name: 'fr', text: "Soutien d'urgence", programs: ['emergency'] },
  { name: 'en', text: 'Emergency support', programs: ['emergency'] },
  { name: 'plea', text: 'SOS', programs: null },
  { name: 'hello', text: 'Xin chào anh chị', programs: null },
]

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8')

/** RFC 2047 B in words of whole characters, folded as most programs do. */
export function wordsB(
  text: string,
  charset = 'UTF-8',
  bytesOf: (text: string) => Buffer = utf8,
): string {
  const words: string[] = []
  for (let rest = Array.from(text); rest.length > 0; ) {
    let length = Math.min(rest.length, 40)
    while (bytesOf(rest.slice(0, length).join('')).length > 42) length--
    words.push(`=?${charset}?B?${bytesOf(rest.slice(0, length).join('')).toString('base64')}?=`)
    rest = rest.slice(length)
  }
  return words.join('\r\n ')
}

/** RFC 2047 Q. */
export function wordsQ(
  text: string,
  charset = 'UTF-8',
  bytesOf: (text: string) => Buffer = utf8,
): string {
  const letters = [...bytesOf(text)].map(byte => {
    const letter = String.fromCharCode(byte)
    if (letter === ' ') return '_'
    return /[A-Za-z0-9]/.test(letter)
      ? letter
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  const words: string[] = []
  let word = ''
  for (const letter of letters) {
    if (word.length + letter.length > 60) {
      words.push(word)
      word = ''
    }
    word += letter
  }
  return [...words, word].map(each => `=?${charset}?Q?${each}?=`).join('\r\n ')
}

/** Words that end in the middle of a letter, against RFC 2047 §5 (3). */
export function splitWords(
  text: string,
  charset = 'UTF-8',
  bytesOf: (text: string) => Buffer = utf8,
): string {
  const bytes = bytesOf(text)
  const words: string[] = []
  for (let at = 0; at < bytes.length; at += 7)
    words.push(`=?${charset}?B?${bytes.subarray(at, at + 7).toString('base64')}?=`)
  return words.join('\r\n ')
}

/** UTF-8 without any encoding, as it is typed. */
export const bare = (text: string) => utf8(text).toString('latin1')

/** An encoder from the decoder of the same charset. @returns null where a letter is not in it */
export function encoderOf(charset: string): (text: string) => Buffer | null {
  const bytesByLetter = new Map<string, number[]>()
  const add = (bytes: number[]) => {
    const letter = decodeBytes(Uint8Array.from(bytes), charset).text
    if (Array.from(letter).length === 1 && letter !== '\ufffd' && !bytesByLetter.has(letter))
      bytesByLetter.set(letter, bytes)
  }
  for (let byte = 0; byte < 256; byte++) add([byte])
  if (charset === 'gb18030' || charset === 'big5')
    for (let lead = 0x81; lead <= 0xfe; lead++)
      for (let trail = 0x40; trail <= 0xfe; trail++) add([lead, trail])
  return text => {
    const bytes: number[] = []
    for (const letter of lettersFor(text, bytesByLetter)) {
      const found = bytesByLetter.get(letter)
      if (found === undefined) return null
      bytes.push(...found)
    }
    return Buffer.from(bytes)
  }
}

/** Letters that a charset has; a Vietnamese tone stands apart in windows-1258. */
function lettersFor(text: string, known: ReadonlyMap<string, unknown>): string[] {
  return Array.from(text.normalize('NFC')).flatMap(letter => {
    if (known.has(letter)) return [letter]
    const apart = Array.from(letter.normalize('NFD'))
    for (let marks = 1; marks < apart.length; marks++) {
      const tone = apart.splice(marks, 1)[0] ?? ''
      const base = apart.join('').normalize('NFC')
      if (known.has(base) && known.has(tone)) return [base, tone]
      apart.splice(marks, 0, tone)
    }
    return [letter]
  })
}
