// Twelve words, as a person types them, back into the receipt code (docs/protocol.md, "Receipt code").
import { type Fault, KhancapError } from '../../../schemas/problem.js'
import { entropyOf, type WordLanguage, wordLanguages, wordList } from '../crypto/receipt-words.js'
import { foldWord } from './fold-word.js'

const words = 12

/** Words as they were typed: any spaces, and none between Chinese characters. */
function split(text: string): string[] {
  return text
    .normalize('NFKC')
    .replace(/[\u3400-\u9fff]/g, ' $& ')
    .split(/[\s,.;\u3001\u3002\u2010-\u2015-]+/)
    .map(foldWord)
    .filter(word => word !== '')
}

/** Vietnamese words have two syllables, which may be typed apart or together; none is the beginning of another. */
function joinSyllables(typed: readonly string[], known: Known): string[] {
  const joined: string[] = []
  for (let at = 0; at < typed.length; at++) {
    const one = typed[at] ?? ''
    if (known.has(one)) joined.push(one)
    else {
      at += 1
      joined.push(one + (typed[at] ?? ''))
    }
  }
  return joined
}

export interface ReceiptCode {
  readonly entropy: Uint8Array
  readonly language: WordLanguage
}

interface Reading {
  /** The list's own spelling; null for a word that is not in the list. */
  readonly found: readonly (string | null)[]
  readonly entropy: Uint8Array | null
}

type Known = ReadonlyMap<string, string>

function readIn(known: Known, list: string[], typed: readonly string[]): Reading {
  const found = typed.map(word => known.get(word) ?? null)
  const spelled = found.filter(word => word !== null)
  return { found, entropy: spelled.length === words ? entropyOf(spelled, list) : null }
}

/** Whether so many parts can be twelve words: no list is loaded in vain. */
function couldBe(language: WordLanguage, parts: number): boolean {
  return language === 'vi' ? parts >= words && parts <= 2 * words : parts === words
}

/**
 * How many words somebody has typed, where they are not twelve: the parts, unless most of what they make is in the list whose
 * words have two.
 */
function countWords(parts: readonly string[], pairs: Known | null): number {
  const joined = pairs === null ? [] : joinSyllables(parts, pairs)
  const known = joined.filter(word => pairs?.has(word))
  return 2 * known.length > joined.length ? joined.length : parts.length
}

const unknownIn = (reading: Reading) => reading.found.filter(word => word === null).length

/** What reads words: `prefer` is the list that is tried first. @throws KhancapError `receipt_code_invalid` */
export type WordReader = (text: string, prefer?: WordLanguage) => Promise<ReceiptCode>

/**
 * Reads words of any list, however they were typed: case, spaces and accents do not count. Words that two lists share
 * mean the same in both Chinese lists; twelve that two of the others share do not occur. A list is loaded when it is
 * first needed, and kept for as long as the reader lives. Faults name the number of words by that of the last one, the unknown
 * word by its number from one, or the checksum, never a word.
 */
export function wordReader(): WordReader {
  const lists = new Map<WordLanguage, { list: string[]; known: Known }>()
  async function loaded(language: WordLanguage) {
    const kept = lists.get(language)
    if (kept !== undefined) return kept
    const list = await wordList(language)
    const made = { list, known: new Map(list.map(word => [foldWord(word), word])) }
    lists.set(language, made)
    return made
  }
  return async (text, prefer = 'en') => {
    const parts = split(text)
    const inOrder = [prefer, ...wordLanguages.filter(other => other !== prefer)]
    const readings: Reading[] = []
    for (const language of inOrder.filter(one => couldBe(one, parts.length))) {
      const { list, known } = await loaded(language)
      const typed = language === 'vi' ? joinSyllables(parts, known) : parts
      if (typed.length !== words) continue
      const reading = readIn(known, list, typed)
      if (reading.entropy !== null) return { entropy: reading.entropy, language }
      readings.push(reading)
    }
    if (readings.length === 0) {
      const isPaired = prefer === 'vi' || couldBe('vi', parts.length)
      const count = countWords(parts, isPaired ? (await loaded('vi')).known : null)
      throw new KhancapError('receipt_code_invalid', {
        faults: [{ pointer: `/${count}`, code: 'number_of_words' }],
      })
    }
    const closest = readings.reduce((best, next) =>
      unknownIn(next) < unknownIn(best) ? next : best,
    )
    const faults: Fault[] = []
    for (const [index, word] of closest.found.entries())
      if (word === null) faults.push({ pointer: `/${index + 1}`, code: 'word_unknown' })
    throw new KhancapError('receipt_code_invalid', {
      faults: faults.length > 0 ? faults : [{ pointer: '', code: 'checksum' }],
    })
  }
}

/** Reads the words of one code. @throws KhancapError `receipt_code_invalid`; see {@link wordReader} */
export function wordsToCode(text: string, prefer: WordLanguage = 'en'): Promise<ReceiptCode> {
  return wordReader()(text, prefer)
}
