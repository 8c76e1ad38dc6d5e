// Primitives on libsodium's WebAssembly build (the ESM one, which carries no other engine and refuses to start
// without WebAssembly). Randomness comes from the platform, and no call takes more than one chunk of 64 KiB.
import sodium from 'libsodium-wrappers'
import { ed25519 } from './curve25519.js'
import { sealingInMemory } from './libsodium-memory.js'
import { expectBytes, expectRoom, maxAeadBytes, type Primitives } from './primitives.js'
import { webDigest } from './web-digest.js'

const tagBytes = 16

/** Resolves once the WebAssembly module runs; rejects where there is no WebAssembly. */
export async function libsodiumPrimitives(): Promise<Primitives> {
  await sodium.ready
  const sealInto = sealingInMemory(sodium)
  return {
    ...webDigest(),
    name: 'libsodium',
    aeadSeal(key, nonce, plain, ad, into) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
      if (into !== undefined) expectRoom(plain, into)
      if (into !== undefined && ad === undefined && sealInto !== null) {
        sealInto(key, nonce, plain, into)
        return into
      }
      return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plain, ad ?? null, null, nonce, key)
    },
    aeadOpen(key, nonce, sealed, ad) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (sealed.length > maxAeadBytes + tagBytes)
        throw new RangeError('"sealed" expected 65552 bytes at most')
      if (sealed.length < tagBytes) return null
      try {
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
          null,
          sealed,
          ad ?? null,
          nonce,
          key,
        )
      } catch {
        return null
      }
    },
    xwingPublicKey(seed) {
      expectBytes('seed', seed, 32)
      return sodium.crypto_kem_xwing_seed_keypair(seed).publicKey
    },
    xwingEncapsulate(publicKey, random) {
      expectBytes('publicKey', publicKey, 1216)
      expectBytes('random', random, 64)
      const made = sodium.crypto_kem_xwing_enc_deterministic(publicKey, random)
      return { encapsulated: made.ciphertext, sharedSecret: made.sharedSecret }
    },
    xwingDecapsulate(seed, encapsulated) {
      expectBytes('seed', seed, 32)
      expectBytes('encapsulated', encapsulated, 1120)
      return sodium.crypto_kem_xwing_dec(encapsulated, seed)
    },
    ed25519PublicKey(seed) {
      expectBytes('seed', seed, 32)
      return sodium.crypto_sign_seed_keypair(seed).publicKey
    },
    // A directory may be larger than a chunk, and Ed25519 cannot be fed in pieces: those go to noble.
    ed25519Sign(seed, bytes) {
      expectBytes('seed', seed, 32)
      if (bytes.length > maxAeadBytes) return ed25519.sign(seed, bytes)
      return sodium.crypto_sign_detached(bytes, sodium.crypto_sign_seed_keypair(seed).privateKey)
    },
    ed25519Verify(publicKey, bytes, signature) {
      expectBytes('publicKey', publicKey, 32)
      if (signature.length !== 64) return false
      if (bytes.length > maxAeadBytes) return ed25519.verify(publicKey, bytes, signature)
      return sodium.crypto_sign_verify_detached(signature, bytes, publicKey)
    },
  }
}
