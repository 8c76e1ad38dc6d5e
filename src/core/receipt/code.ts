// The receipt code: 128 bits as twelve words, which the applicant keeps and which never goes to the server, and the
// keys that it stands for (docs/protocol.md, "Receipt code").
import { concatBytes, fromHex, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import { type WordLanguage, wordLanguages, wordList, wordsOf } from '../crypto/receipt-words.js'
import { encodeIdentity, recipientOf } from '../envelope/age-keys.js'

/** A fresh code: sixteen random bytes. */
export function newReceiptCode(p: Pick<Primitives, 'random'>): Uint8Array {
  return p.random(16)
}

/** Whose words a page in this language shows; English where the language has no list. */
export function wordLanguageFor(pageLanguage: string): WordLanguage {
  return wordLanguages.find(language => language === pageLanguage) ?? 'en'
}

/** The twelve words, as they are shown: composed letters (NFC), a space between the syllables of a word. */
export async function codeToWords(entropy: Uint8Array, language: WordLanguage): Promise<string[]> {
  const list = await wordList(language)
  return wordsOf(entropy, list).map(word => word.normalize('NFC').replace('-', ' '))
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
