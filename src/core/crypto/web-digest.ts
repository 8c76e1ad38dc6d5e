// SHA-256, HMAC, HKDF and random bytes of the platform's WebCrypto: the part that both browser implementations share.
import type { Primitives } from './primitives.js'

const isOwn = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer
/** WebCrypto wants memory that no other thread shares: it copies that itself. */
const own = (bytes: Uint8Array) => (isOwn(bytes) ? bytes : new Uint8Array(bytes))
const zeros = new Uint8Array(32)
/** getRandomValues gives at most this much at once. */
const maxRandomBytes = 65_536

export function webDigest(): Pick<Primitives, 'random' | 'sha256' | 'hmacSha256' | 'hkdfSha256'> {
  return {
    random(bytes) {
      const drawn = new Uint8Array(bytes)
      for (let at = 0; at < bytes; at += maxRandomBytes)
        crypto.getRandomValues(drawn.subarray(at, at + maxRandomBytes))
      return drawn
    },
    async sha256(bytes) {
      return new Uint8Array(await crypto.subtle.digest('SHA-256', own(bytes)))
    },
    async hmacSha256(key, bytes) {
      // Some browsers refuse an empty key; HMAC pads with zeros, so these zeros are the same key.
      const material = own(key.length === 0 ? zeros : key)
      const hmac = { name: 'HMAC', hash: 'SHA-256' }
      const imported = await crypto.subtle.importKey('raw', material, hmac, false, ['sign'])
      return new Uint8Array(await crypto.subtle.sign('HMAC', imported, own(bytes)))
    },
    async hkdfSha256(ikm, salt, info, bytes) {
      const material = await crypto.subtle.importKey('raw', own(ikm), 'HKDF', false, ['deriveBits'])
      const hkdf = {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: own(salt.length === 0 ? zeros : salt),
        info: own(info),
      }
      return new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, bytes * 8))
    },
  }
}
