// Primitives on Node: node:crypto for the bulk cipher and hashes, libsodium for X-Wing and for Ed25519 (OpenSSL takes
// keys of small order, libsodium refuses them). The only file of core with a Node built-in; cli/, the main.ts files and
// tests hand it in.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { concatBytes } from '../encoding/bytes.js'
import { libsodiumPrimitives } from './libsodium.js'
import { expectBytes, maxAeadBytes, type Primitives } from './primitives.js'

const cipher = 'chacha20-poly1305'
const tagBytes = 16
const authTagLength = tagBytes

export async function nodePrimitives(): Promise<Primitives> {
  return {
    ...(await libsodiumPrimitives()),
    name: 'node',
    random: bytes => new Uint8Array(randomBytes(bytes)),
    sha256: async bytes => new Uint8Array(createHash('sha256').update(bytes).digest()),
    hmacSha256: async (key, bytes) =>
      new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
    hkdfSha256: async (ikm, salt, info, bytes) =>
      new Uint8Array(hkdfSync('sha256', ikm, salt, info, bytes)),
    aeadSeal(key, nonce, plain, ad) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
      const sealing = createCipheriv(cipher, key, nonce, { authTagLength })
      if (ad !== undefined) sealing.setAAD(ad, { plaintextLength: plain.length })
      return concatBytes(sealing.update(plain), sealing.final(), sealing.getAuthTag())
    },
    aeadOpen(key, nonce, sealed, ad) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (sealed.length > maxAeadBytes + tagBytes)
        throw new RangeError('"sealed" expected 65552 bytes at most')
      if (sealed.length < tagBytes) return null
      const length = sealed.length - tagBytes
      const opening = createDecipheriv(cipher, key, nonce, { authTagLength })
      if (ad !== undefined) opening.setAAD(ad, { plaintextLength: length })
      opening.setAuthTag(sealed.subarray(length))
      const plain = opening.update(sealed.subarray(0, length))
      try {
        // A stream cipher holds nothing back: final() only checks the tag. No copy, for the sake of large files.
        opening.final()
        return new Uint8Array(plain.buffer, plain.byteOffset, plain.length)
      } catch {
        return null
      }
    },
  }
}
