// Primitives in plain JavaScript (noble, which age-encryption itself is made of), for browsers without WebAssembly.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { XWing } from '@noble/post-quantum/hybrid.js'
import { expectBytes, maxAeadBytes, type Primitives } from './primitives.js'
import { webDigest } from './web-digest.js'

const tagBytes = 16

export function purePrimitives(): Primitives {
  return {
    ...webDigest(),
    name: 'pure',
    aeadSeal(key, nonce, plain, ad) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
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
      return XWing.getPublicKey(seed)
    },
    xwingEncapsulate(publicKey, random) {
      expectBytes('publicKey', publicKey, 1216)
      expectBytes('random', random, 64)
      const made = XWing.encapsulate(publicKey, random)
      return { encapsulated: made.cipherText, sharedSecret: made.sharedSecret }
    },
    xwingDecapsulate(seed, encapsulated) {
      expectBytes('seed', seed, 32)
      expectBytes('encapsulated', encapsulated, 1120)
      return XWing.decapsulate(encapsulated, seed)
    },
    ed25519PublicKey(seed) {
      expectBytes('seed', seed, 32)
      return ed25519.getPublicKey(seed)
    },
    ed25519Sign(seed, bytes) {
      expectBytes('seed', seed, 32)
      return ed25519.sign(bytes, seed)
    },
    ed25519Verify(publicKey, bytes, signature) {
      expectBytes('publicKey', publicKey, 32)
      if (signature.length !== 64) return false
      return ed25519.verify(signature, bytes, publicKey, { zip215: false })
    },
  }
}
