// Primitives in plain JavaScript (noble, which age-encryption itself is made of), for browsers without WebAssembly.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { concatBytes, utf8 } from '../encoding/bytes.js'
import { ed25519, x25519 } from './curve25519.js'
import { expectBytes, expectRoom, maxAeadBytes, type Primitives } from './primitives.js'
import { sha3_256, shake256 } from './sha3.js'
import { webDigest } from './web-digest.js'

const tagBytes = 16

/** X-Wing (draft-connolly-cfrg-xwing-kem): where the parts of a public key and of what is encapsulated meet. */
const mlKemKeyBytes = 1184
const mlKemCipherBytes = 1088
const xwingLabel = utf8('\\.//^\\')

/** expandDecapsulationKey of the draft. */
function expandSeed(seed: Uint8Array) {
  const expanded = shake256(seed, { dkLen: 96 })
  const mlKem = ml_kem768.keygen(expanded.subarray(0, 64))
  const secret = expanded.subarray(64)
  return { mlKem, secret, publicKey: x25519.getPublicKey(secret) }
}

/** Combiner of the draft. */
function combine(mlKem: Uint8Array, shared: Uint8Array, share: Uint8Array, key: Uint8Array) {
  return sha3_256(concatBytes(mlKem, shared, share, key, xwingLabel))
}

export function purePrimitives(): Primitives {
  return {
    ...webDigest(),
    name: 'pure',
    aeadSeal(key, nonce, plain, ad, into) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
      if (into !== undefined) expectRoom(plain, into)
      return chacha20poly1305(key, nonce, ad).encrypt(plain)
    },
    aeadOpen(key, nonce, sealed, ad) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (sealed.length > maxAeadBytes + tagBytes)
        throw new RangeError('"sealed" expected 65552 bytes at most')
      if (sealed.length < tagBytes) return null
      try {
        return chacha20poly1305(key, nonce, ad).decrypt(sealed)
      } catch {
        return null
      }
    },
    xwingPublicKey(seed) {
      expectBytes('seed', seed, 32)
      const { mlKem, publicKey } = expandSeed(seed)
      return concatBytes(mlKem.publicKey, publicKey)
    },
    xwingEncapsulate(publicKey, random) {
      expectBytes('publicKey', publicKey, 1216)
      expectBytes('random', random, 64)
      const key = publicKey.subarray(mlKemKeyBytes)
      const secret = random.subarray(32)
      const made = ml_kem768.encapsulate(
        publicKey.subarray(0, mlKemKeyBytes),
        random.subarray(0, 32),
      )
      const share = x25519.getPublicKey(secret)
      const shared = x25519.getSharedSecret(secret, key)
      return {
        encapsulated: concatBytes(made.cipherText, share),
        sharedSecret: combine(made.sharedSecret, shared, share, key),
      }
    },
    xwingDecapsulate(seed, encapsulated) {
      expectBytes('seed', seed, 32)
      expectBytes('encapsulated', encapsulated, 1120)
      const { mlKem, publicKey, secret } = expandSeed(seed)
      const share = encapsulated.subarray(mlKemCipherBytes)
      const opened = ml_kem768.decapsulate(
        encapsulated.subarray(0, mlKemCipherBytes),
        mlKem.secretKey,
      )
      return combine(opened, x25519.getSharedSecret(secret, share), share, publicKey)
    },
    ed25519PublicKey(seed) {
      expectBytes('seed', seed, 32)
      return ed25519.publicKey(seed)
    },
    ed25519Sign(seed, bytes) {
      expectBytes('seed', seed, 32)
      return ed25519.sign(seed, bytes)
    },
    ed25519Verify(publicKey, bytes, signature) {
      expectBytes('publicKey', publicKey, 32)
      if (signature.length !== 64) return false
      return ed25519.verify(publicKey, bytes, signature)
    },
  }
}
