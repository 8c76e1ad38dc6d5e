// Known answers that an implementation must give before and after it is trusted with a case: an engine that returns
// zeros, stale memory or the same "random" bytes twice is caught, and then nothing is sent.
import { KhancapError } from '../../../schemas/problem.js'
import { equalBytes, fromHex, hex, utf8 } from '../encoding/bytes.js'
import { maxAeadBytes, type Primitives } from './primitives.js'

/** 0, 1, 2, … from `start`, modulo 256: the inputs of the known answers. */
function count(length: number, start = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  // A plain loop: every sealing counts to 65,536, and old phones seal.
  for (let at = 0; at < length; at++) bytes[at] = (at + start) & 255
  return bytes
}

const expectHex = (bytes: Uint8Array, answer: string) => hex(bytes) === answer

/** Bytes of the chunk that the cipher is tested with: the least padding of a form, or the most that one call ever gets. */
type TestedBytes = 4096 | typeof maxAeadBytes

/** SHA-256 of the chunk, sealed with two nonces. */
const sealedChunks = {
  4096: [
    'dcfcbeef963907803d0d064e822b5f3ed4074a1ec099b0a8c89d069c42ec5d65',
    'a985b2f958e73bee9b58df5d1db3bcd1dbf0c08e41b2048f144cfd02d7511a5c',
  ],
  65536: [
    '7cb8373434e3ad0ab5261665fa004ed0e3f04d081bbe51be39d11b84e0ba0dd3',
    'fa742e212b2de550d598dae30b52d7eba04c2926b2c3384cf0b3da646cc5c71d',
  ],
} as const

async function faultOf(p: Primitives, chunkBytes: TestedBytes): Promise<string | null> {
  const seed = count(32)
  const expectSha256 = async (bytes: Uint8Array, answer: string) =>
    hex(await p.sha256(bytes)) === answer

  // FIPS 180-4, "abc".
  if (
    !(await expectSha256(
      utf8('abc'),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ))
  )
    return 'sha256'
  // RFC 4231 §4.3, and the empty key that HPKE uses.
  if (
    !expectHex(
      await p.hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ) ||
    !expectHex(
      await p.hmacSha256(new Uint8Array(0), count(3)),
      'd671a0ed1ee94d90a11e84aa9696b9c67c9dc989295282efe5c2a9e6c95c4590',
    )
  )
    return 'hmac'
  // RFC 5869 A.1, and without salt A.3.
  if (
    !expectHex(
      await p.hkdfSha256(new Uint8Array(22).fill(11), count(13), count(10, 0xf0), 42),
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ) ||
    !expectHex(
      await p.hkdfSha256(new Uint8Array(22).fill(11), new Uint8Array(0), new Uint8Array(0), 42),
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    )
  )
    return 'hkdf'

  // Twice over with other nonces, the second time into memory that is there: stale output cannot pass.
  const chunk = count(chunkBytes)
  const [answer, otherAnswer] = sealedChunks[chunkBytes]
  const sealed = p.aeadSeal(seed, count(12), chunk)
  const other = p.aeadSeal(seed, count(12, 1), chunk, undefined, new Uint8Array(chunkBytes + 16))
  if (!(await expectSha256(sealed, answer)) || !(await expectSha256(other, otherAnswer)))
    return 'aead seal'
  const opened = p.aeadOpen(seed, count(12), sealed)
  if (opened === null || !equalBytes(opened, chunk)) return 'aead open'
  other[0] = (other[0] ?? 0) ^ 1
  if (p.aeadOpen(seed, count(12, 1), other) !== null) return 'aead refuse'
  const bulk = await p.bulkSealer?.(seed)
  if (bulk) {
    await bulk(count(12), chunk, other)
    if (!(await expectSha256(other, answer))) return 'bulk seal'
  }

  const publicKey = p.xwingPublicKey(seed)
  if (
    !(await expectSha256(
      publicKey,
      'c9a3565ffde4f72b51661be391ee13e46378d7f06dd5c8bf5af9d2cfb5b8336b',
    ))
  )
    return 'xwing public key'
  const made = p.xwingEncapsulate(publicKey, count(64, 7))
  const shared = '96dfe5f38fc5a4d37f4de7756509f35d4e66e6758e1b707ae85ca545ecf1c5cd'
  if (
    !expectHex(made.sharedSecret, shared) ||
    !(await expectSha256(
      made.encapsulated,
      '1f0a64e0f8d548bb5807634c7485214ae58d1d0a62073e4d2dd71f5ca277c667',
    ))
  )
    return 'xwing encapsulate'
  if (!expectHex(p.xwingDecapsulate(seed, made.encapsulated), shared)) return 'xwing decapsulate'

  // RFC 8032 §7.1, test 2.
  const signer = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
  const verifier = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  const signature = fromHex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
  const text = Uint8Array.of(0x72)
  if (!equalBytes(p.ed25519PublicKey(signer), verifier)) return 'ed25519 public key'
  if (!equalBytes(p.ed25519Sign(signer, text), signature)) return 'ed25519 sign'
  if (!p.ed25519Verify(verifier, text, signature)) return 'ed25519 verify'
  if (p.ed25519Verify(verifier, Uint8Array.of(0x73), signature)) return 'ed25519 refuse'

  // Two draws of 256 bits that are equal, or one that is constant, are a broken source.
  const [one, two] = [p.random(32), p.random(32)]
  if (one.length !== 32 || two.length !== 32 || equalBytes(one, two)) return 'random'
  if ([one, two].some(drawn => drawn.every(byte => byte === drawn[0]))) return 'random'
  return null
}

/** Sets that have passed, and have not failed since. */
const passed = new WeakSet<Primitives>()

/**
 * Compares every primitive with known answers.
 * @param chunkBytes that the cipher is tested with. Compiled code can go wrong in large memory alone; plain JavaScript takes
 *   a second for a whole chunk where there is no JIT, and is tested with one where whole chunks are sealed.
 * @throws KhancapError `primitives_faulty`; its cause names the primitive
 */
export async function selfTest(
  p: Primitives,
  chunkBytes: TestedBytes = p.name === 'pure' ? 4096 : maxAeadBytes,
): Promise<void> {
  passed.delete(p)
  let fault: string | null
  try {
    fault = await faultOf(p, chunkBytes)
  } catch (cause) {
    throw new KhancapError('primitives_faulty', { cause })
  }
  if (fault !== null) throw new KhancapError('primitives_faulty', { cause: new Error(fault) })
  passed.add(p)
}

/**
 * Before something is sealed: the test after the one before it is enough, for nothing leaves before the one that follows.
 * @throws as {@link selfTest}
 */
export async function testedBefore(p: Primitives): Promise<void> {
  if (!passed.has(p)) await selfTest(p)
}
