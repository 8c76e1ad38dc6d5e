// Small signed statements: "this case was answered in this hour" by a handler, "this addition is mine" and "delete my
// case" by whoever has the receipt code. Each has its own domain, so that no signature can stand for another.
import type { Timestamp } from '../../../schemas/encoding.js'
import { concatBytes, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'

const answerLabel = utf8('khancap/v1/answer\0')
const additionLabel = utf8('khancap/v1/addition\0')
const deletionLabel = utf8('khancap/v1/deletion\0')

function answerBytes(envelopeSha256: Uint8Array, hour: Timestamp): Uint8Array {
  return concatBytes(answerLabel, envelopeSha256, utf8(hour))
}

/**
 * A handler says that the case was answered in this hour (step 10).
 * @param seed of the handler's signing key
 * @param envelopeSha256 32 bytes
 */
export function signAnswer(
  p: Primitives,
  seed: Uint8Array,
  envelopeSha256: Uint8Array,
  hour: Timestamp,
): Uint8Array {
  return p.ed25519Sign(seed, answerBytes(envelopeSha256, hour))
}

export function verifyAnswer(
  p: Primitives,
  key: Uint8Array,
  envelopeSha256: Uint8Array,
  hour: Timestamp,
  signature: Uint8Array,
): boolean {
  return p.ed25519Verify(key, answerBytes(envelopeSha256, hour), signature)
}

/**
 * Whoever has the receipt code says that an addition is theirs (step 11).
 * @param seed of the addition key
 * @param sealedSha256 SHA-256 of the sealed addition, 32 bytes
 */
export function signAddition(
  p: Primitives,
  seed: Uint8Array,
  sealedSha256: Uint8Array,
): Uint8Array {
  return p.ed25519Sign(seed, concatBytes(additionLabel, sealedSha256))
}

export function verifyAddition(
  p: Primitives,
  key: Uint8Array,
  sealedSha256: Uint8Array,
  signature: Uint8Array,
): boolean {
  return p.ed25519Verify(key, concatBytes(additionLabel, sealedSha256), signature)
}

/**
 * Whoever has the receipt code deletes the case (step 11).
 * @param seed of the addition key
 * @param mailboxSha256 SHA-256 of the mailbox token, 32 bytes: it names one case, and never another
 */
export function signDeletion(
  p: Primitives,
  seed: Uint8Array,
  mailboxSha256: Uint8Array,
): Uint8Array {
  return p.ed25519Sign(seed, concatBytes(deletionLabel, mailboxSha256))
}

export function verifyDeletion(
  p: Primitives,
  key: Uint8Array,
  mailboxSha256: Uint8Array,
  signature: Uint8Array,
): boolean {
  return p.ed25519Verify(key, concatBytes(deletionLabel, mailboxSha256), signature)
}
