// Primitives on Node: node:crypto for the bulk cipher, hashes and signing, libsodium for X-Wing and for what Ed25519
// verifies (OpenSSL takes keys of small order, libsodium refuses them). The only file of core with a Node built-in; cli/, the main.ts files and
// tests hand it in.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt as scryptWithCallback,
  sign,
} from 'node:crypto'
import { encodeBase64 } from '../encoding/base64url.js'
import { concatBytes, equalBytes } from '../encoding/bytes.js'
import { libsodiumPrimitives } from './libsodium.js'
import { expectBytes, maxAeadBytes, type Primitives } from './primitives.js'

const cipher = 'chacha20-poly1305'
const tagBytes = 16
const authTagLength = tagBytes

/** PKCS #8 around an Ed25519 seed (RFC 8410 §7). */
const seedFrame = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
])

interface SigningPair {
  readonly seed: Uint8Array
  readonly privateKey: KeyObject
  readonly publicKey: Uint8Array
}

/** Made once for a seed, as long as somebody holds it: a receipt key signs every receipt. */
function signingPairs(): (seed: Uint8Array) => SigningPair {
  const made = new WeakMap<Uint8Array, SigningPair>()
  return seed => {
    expectBytes('seed', seed, 32)
    const known = made.get(seed)
    // Its holder may have written other bytes into it.
    if (known !== undefined && equalBytes(known.seed, seed)) return known
    const frame = encodeBase64(concatBytes(seedFrame, seed))
    const privateKey = createPrivateKey(
      `-----BEGIN PRIVATE KEY-----\n${frame}\n-----END PRIVATE KEY-----\n`,
    )
    const published = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
    const pair = {
      seed: seed.slice(),
      privateKey,
      publicKey: new Uint8Array(published.subarray(-32)),
    }
    made.set(seed, pair)
    return pair
  }
}

const pageBytes = 4096
/** From here on a draw is worth a call of its own. */
const largeDraw = 256

/**
 * The platform's random bytes, small draws out of a page: a call costs as much as thousands of bytes. What is handed out
 * is wiped from the page.
 */
function randomPages(): (bytes: number) => Uint8Array {
  let page = new Uint8Array(0)
  return bytes => {
    if (bytes >= largeDraw) return new Uint8Array(randomBytes(bytes))
    if (page.length < bytes) page = new Uint8Array(randomBytes(pageBytes))
    const drawn = page.slice(0, bytes)
    page.fill(0, 0, bytes)
    page = page.subarray(bytes)
    return drawn
  }
}

export async function nodePrimitives(): Promise<Primitives> {
  const pairOf = signingPairs()
  return {
    ...(await libsodiumPrimitives()),
    name: 'node',
    ed25519PublicKey: seed => pairOf(seed).publicKey.slice(),
    ed25519Sign: (seed, bytes) => new Uint8Array(sign(null, bytes, pairOf(seed).privateKey)),
    random: randomPages(),
    sha256: async bytes => new Uint8Array(hash('sha256', bytes, 'buffer')),
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

const scryptBlockSize = 8

/**
 * scrypt (RFC 7914) with r = 8, p = 1, off the main thread. @param workFactor base-2 logarithm of N
 * @returns 32 bytes
 */
export function scrypt(
  passphrase: string,
  salt: Uint8Array,
  workFactor: number,
): Promise<Uint8Array> {
  const N = 2 ** workFactor
  // What it needs is 128 N r bytes, and a little.
  const options = { N, r: scryptBlockSize, p: 1, maxmem: 128 * N * scryptBlockSize + 1_048_576 }
  return new Promise((resolve, reject) =>
    scryptWithCallback(passphrase, salt, 32, options, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    ),
  )
}
