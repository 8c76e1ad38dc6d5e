// age recipients and identities of the hybrid kind as text (C2SP age, "mlkem768x25519"), and back to bytes.
import { decodeBech32, encodeBech32 } from '../encoding/bech32.js'
import type { Primitives } from '../crypto/primitives.js'

const recipientPrefix = 'age1pq'
const identityPrefix = 'age-secret-key-pq-'
/** ML-KEM-768 key (1152 bytes of coefficients, 32 of seed), then X25519 key. */
const publicKeyBytes = 1216
const coefficientBytes = 1152
/** q of ML-KEM. */
const modulus = 3329

/** FIPS 203 §7.2: every 12-bit coefficient is below q. */
function hasReducedCoefficients(publicKey: Uint8Array): boolean {
  for (let at = 0; at < coefficientBytes; at += 3) {
    const a = publicKey[at] ?? 0
    const b = publicKey[at + 1] ?? 0
    const c = publicKey[at + 2] ?? 0
    if ((a | ((b & 15) << 8)) >= modulus || ((b >> 4) | (c << 4)) >= modulus) return false
  }
  return true
}

export function encodeRecipient(publicKey: Uint8Array): string {
  return encodeBech32(recipientPrefix, publicKey)
}

/**
 * The X-Wing public key of an `age1pq1…` recipient, in lower case as age prints it.
 * @throws RangeError
 */
export function decodeRecipient(recipient: string): Uint8Array {
  const publicKey = decodeBech32(recipientPrefix, recipient)
  if (recipient !== recipient.toLowerCase() || publicKey.length !== publicKeyBytes)
    throw new RangeError('"recipient" expected age1pq1 with 1216 bytes')
  if (!hasReducedCoefficients(publicKey))
    throw new RangeError('"recipient" expected an ML-KEM key with reduced coefficients')
  return publicKey
}

export function encodeIdentity(seed: Uint8Array): string {
  return encodeBech32(identityPrefix, seed).toUpperCase()
}

/**
 * The X-Wing seed of an `AGE-SECRET-KEY-PQ-1…` identity, in upper case as age prints it.
 * @throws RangeError
 */
export function decodeIdentity(identity: string): Uint8Array {
  const seed = decodeBech32(identityPrefix, identity)
  if (identity !== identity.toUpperCase() || seed.length !== 32)
    throw new RangeError('"identity" expected AGE-SECRET-KEY-PQ-1 with 32 bytes')
  return seed
}

/** The recipient that belongs to an identity. @throws RangeError */
export function recipientOf(p: Pick<Primitives, 'xwingPublicKey'>, identity: string): string {
  return encodeRecipient(p.xwingPublicKey(decodeIdentity(identity)))
}

/** The lines of an age identity file that are no comment, as they stand: newest first where we wrote it. */
export function identitiesIn(identityFile: string): string[] {
  return identityFile
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
}

/** A fresh identity. */
export function newAgeIdentity(p: Pick<Primitives, 'random'>): string {
  return encodeIdentity(p.random(32))
}
