// Ed25519 and X25519 in plain JavaScript, both noble's: where there is no WebAssembly, and for what is too long for libsodium.
import { montgomery } from '@noble/curves/abstract/montgomery.js'
import { pow } from '@noble/curves/abstract/modular.js'
import { getPublicKey, hashes, Point, sign, verify } from '@noble/ed25519'
import { sha512 } from './sha2.js'

hashes.sha512 = sha512

const { p } = Point.CURVE()

export const x25519 = montgomery({
  P: p,
  type: 'x25519',
  // RFC 7748 §5.
  adjustScalarBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const scalar = Uint8Array.from(bytes)
    scalar[0] = (scalar[0] ?? 0) & 248
    scalar[31] = ((scalar[31] ?? 0) & 127) | 64
    return scalar
  },
  powPminus2: x => pow(x, p - BigInt(2), p),
})

/** RFC 8032. */
export const ed25519 = {
  publicKey: (seed: Uint8Array): Uint8Array => getPublicKey(seed),
  sign: (seed: Uint8Array, bytes: Uint8Array): Uint8Array => sign(bytes, seed),
  /** Strict: no other encoding of a point or scalar than the one, and no key of small order. */
  verify: (key: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean =>
    verify(signature, bytes, key, { zip215: false }),
}
