// HPKE base mode (RFC 9180 §5.1) for one single-use context over X-Wing: KEM 0x647a, KDF HKDF-SHA256 (0x0001), AEAD
// ChaCha20-Poly1305 (0x0003). age's mlkem768x25519 stanzas wrap the file key with it (C2SP age).
import { concatBytes, utf8 } from '../encoding/bytes.js'
import type { Primitives } from './primitives.js'

const suite = concatBytes(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03))
const version = utf8('HPKE-v1')
const empty = new Uint8Array(0)

type Hmac = Pick<Primitives, 'hmacSha256'>

/** Given an X-Wing shared secret, the key and the nonce of the first and only message. */
export type HpkeSchedule = (
  sharedSecret: Uint8Array,
) => Promise<{ readonly key: Uint8Array; readonly nonce: Uint8Array }>

function labeledExtract(p: Hmac, salt: Uint8Array, label: string, ikm: Uint8Array) {
  return p.hmacSha256(salt, concatBytes(version, suite, utf8(label), ikm))
}

/** LabeledExpand for at most 32 bytes: one block of HKDF-Expand. */
async function labeledExpand(
  p: Hmac,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  bytes: number,
): Promise<Uint8Array> {
  const length = Uint8Array.of(0, bytes)
  const block = concatBytes(length, version, suite, utf8(label), info, Uint8Array.of(1))
  return (await p.hmacSha256(prk, block)).subarray(0, bytes)
}

/** The key schedule for one info string, whose hashes are made once. */
export async function hpkeSchedule(p: Hmac, info: Uint8Array): Promise<HpkeSchedule> {
  const context = concatBytes(
    Uint8Array.of(0x00),
    await labeledExtract(p, empty, 'psk_id_hash', empty),
    await labeledExtract(p, empty, 'info_hash', info),
  )
  return async sharedSecret => {
    const secret = await labeledExtract(p, sharedSecret, 'secret', empty)
    return {
      key: await labeledExpand(p, secret, 'key', context, 32),
      nonce: await labeledExpand(p, secret, 'base_nonce', context, 12),
    }
  }
}
