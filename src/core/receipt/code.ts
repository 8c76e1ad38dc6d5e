// The receipt code: 128 bits as twelve words, which the applicant keeps and which never goes to the server, and the
// keys that it stands for (docs/protocol.md, "Receipt code").
import { KhancapError } from '../../../schemas/problem.js'
import { concatBytes, fromHex, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import {
  entropyOf,
  type WordLanguage,
  wordLanguages,
  wordList,
  wordsOf,
} from '../crypto/receipt-words.js'
import { encodeIdentity, recipientOf } from '../envelope/age-keys.js'

const words = 12

/** A fresh code: sixteen random bytes. */
export function newReceiptCode(p: Pick<Primitives, 'random'>): Uint8Array {
  return p.random(16)
}

/** Whose words a page in this language shows. Vietnamese has no list yet: it shows the English words. */
export function wordLanguageFor(pageLanguage: string): WordLanguage {
  return wordLanguages.find(language => language === pageLanguage) ?? 'en'
}

/** The twelve words, as they are shown: composed letters (NFC). */
export async function codeToWords(entropy: Uint8Array, language: WordLanguage): Promise<string[]> {
  const list = await wordList(language)
  return wordsOf(entropy, list).map(word => word.normalize('NFC'))
}

/** Letters without case and accents: what tells the words of every list apart. */
function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
}

/** Words as they were typed: any spaces, and none between Chinese characters. */
function split(text: string): string[] {
  return fold(text)
    .replace(/[\u3400-\u9fff]/g, ' $& ')
    .split(/[\s,.;\u3001\u3002]+/)
    .filter(word => word !== '')
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

async function readIn(language: WordLanguage, typed: readonly string[]): Promise<Reading> {
  const list = await wordList(language)
  const byFold = new Map(list.map(word => [fold(word), word]))
  const found = typed.map(word => byFold.get(word) ?? null)
  const known = found.filter(word => word !== null)
  return { found, entropy: known.length === words ? entropyOf(known, list) : null }
}

const unknownIn = (reading: Reading) => reading.found.filter(word => word === null).length

/**
 * Reads words of any list, however they were typed: case, spaces and accents do not count. Words that two lists share
 * mean the same in both Chinese lists; twelve that English and French share do not occur.
 * @param prefer the list that is loaded first; the others are loaded only where it does not fit
 * @throws KhancapError `receipt_code_invalid`; faults name the number of words, the unknown word by its number from
 *   one, or the checksum, never a word
 */
export async function wordsToCode(text: string, prefer: WordLanguage = 'en'): Promise<ReceiptCode> {
  const typed = split(text)
  if (typed.length !== words)
    throw new KhancapError('receipt_code_invalid', {
      faults: [{ pointer: '', code: 'number_of_words' }],
    })
  const readings: Reading[] = []
  for (const language of [prefer, ...wordLanguages.filter(other => other !== prefer)]) {
    const reading = await readIn(language, typed)
    if (reading.entropy !== null) return { entropy: reading.entropy, language }
    readings.push(reading)
  }
  const closest = readings.reduce((best, next) => (unknownIn(next) < unknownIn(best) ? next : best))
  const faults = closest.found.flatMap((word, index) =>
    word === null ? [{ pointer: `/${index + 1}`, code: 'word_unknown' }] : [],
  )
  throw new KhancapError('receipt_code_invalid', {
    faults: faults.length > 0 ? faults : [{ pointer: '', code: 'checksum' }],
  })
}

export interface ReceiptKeys {
  /** `AGE-SECRET-KEY-PQ-1…`: opens replies. */
  readonly replyIdentity: string
  readonly replyRecipient: string
  /** Authenticates replies. */
  readonly replyKey: Uint8Array
  /** Opens the mailbox; the server stores its SHA-256. */
  readonly mailboxToken: Uint8Array
  readonly mailboxHash: Uint8Array
  /** Ed25519: signs additions. */
  readonly additionSeed: Uint8Array
  readonly additionKey: Uint8Array
}

/**
 * The keys of a receipt code on one deployment; on another they are others.
 * @param deployment root: fingerprint in hexadecimal; origin: that of the directory
 */
export async function deriveReceiptKeys(
  p: Primitives,
  entropy: Uint8Array,
  deployment: { readonly root: string; readonly origin: string },
): Promise<ReceiptKeys> {
  if (entropy.length !== 16) throw new RangeError('"entropy" expected 16 bytes')
  const root = fromHex(deployment.root)
  if (root.length !== 32) throw new RangeError('"root" expected 32 bytes in hexadecimal')
  const salt = await p.sha256(
    concatBytes(utf8('khancap/v1/deployment\0'), root, utf8(deployment.origin)),
  )
  const derive = (label: string) => p.hkdfSha256(entropy, salt, utf8(`khancap/v1/${label}`), 32)
  const replyIdentity = encodeIdentity(await derive('reply-identity'))
  const mailboxToken = await derive('mailbox-token')
  const additionSeed = await derive('addition-key')
  return {
    replyIdentity,
    replyRecipient: recipientOf(p, replyIdentity),
    replyKey: await derive('reply-key'),
    mailboxToken,
    mailboxHash: await p.sha256(mailboxToken),
    additionSeed,
    additionKey: p.ed25519PublicKey(additionSeed),
  }
}
