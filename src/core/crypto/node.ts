// Primitives on Node: node:crypto for the bulk cipher, hashes and signing, libsodium for X-Wing and for what Ed25519
// verifies (OpenSSL takes keys of small order, libsodium refuses them). The only file of core with a Node built-in; cli/,
// the main.ts files and tests hand it in.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt as scryptWithCallback,
  sign,
} from 'node:crypto'
import { encodeBase64url } from '../encoding/base64url.js'
import { concatBytes, equalBytes } from '../encoding/bytes.js'
import { libsodiumPrimitives } from './libsodium.js'
import {
  expectBytes,
  expectRoom,
  maxAeadBytes,
  type PassphrasePrimitives,
  type Primitives,
} from './primitives.js'

const cipher = 'chacha20-poly1305'
const tagBytes = 16
const authTagLength = tagBytes

interface SigningPair {
  readonly seed: Uint8Array
  readonly privateKey: KeyObject
  readonly publicKey: Uint8Array
}

/** Made once for a seed, as long as somebody holds it: a receipt key signs every receipt. */
function signingPairs(
  publicKeyOf: Primitives['ed25519PublicKey'],
): (seed: Uint8Array) => SigningPair {
  const made = new WeakMap<Uint8Array, SigningPair>()
  return seed => {
    expectBytes('seed', seed, 32)
    const known = made.get(seed)
    // Its holder may have written other bytes into it.
    if (known !== undefined && equalBytes(known.seed, seed)) return known
    const publicKey = publicKeyOf(seed)
    // As JWK (RFC 8037): OpenSSL takes a tenth of the time that it needs for the same 32 bytes in PKCS #8.
    const [d, x] = [encodeBase64url(seed), encodeBase64url(publicKey)]
    const key = { kty: 'OKP', crv: 'Ed25519', d, x }
    const privateKey = createPrivateKey({ key, format: 'jwk' })
    const pair = { seed: seed.slice(), privateKey, publicKey }
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

export async function nodePrimitives(): Promise<PassphrasePrimitives> {
  const libsodium = await libsodiumPrimitives()
  const pairOf = signingPairs(seed => libsodium.ed25519PublicKey(seed))
  return {
    ...libsodium,
    name: 'node',
    scrypt,
    ed25519PublicKey: seed => pairOf(seed).publicKey.slice(),
    ed25519Sign: (seed, bytes) => new Uint8Array(sign(null, bytes, pairOf(seed).privateKey)),
    random: randomPages(),
    sha256: async bytes => new Uint8Array(hash('sha256', bytes, 'buffer')),
    hmacSha256: async (key, bytes) =>
      new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
    hkdfSha256: async (ikm, salt, info, bytes) =>
      new Uint8Array(hkdfSync('sha256', ikm, salt, info, bytes)),
    aeadSeal(key, nonce, plain, ad, into) {
      expectBytes('key', key, 32)
      expectBytes('nonce', nonce, 12)
      if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
      if (into !== undefined) expectRoom(plain, into)
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

function scrypt(passphrase: string, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  const N = 2 ** workFactor
  // What it needs is 128 N r bytes, and a little.
  const options = { N, r: scryptBlockSize, p: 1, maxmem: 128 * N * scryptBlockSize + 1_048_576 }
  return new Promise((resolve, reject) =>
    scryptWithCallback(passphrase, salt, 32, options, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    ),
  )
}
