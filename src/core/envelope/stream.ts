// The payload of an age file (C2SP age, "Payload"): a nonce, then STREAM in chunks of 64 KiB. A payload opens whole or
// not at all.
import { concatBytes, utf8 } from '../encoding/bytes.js'
import { maxAeadBytes, type Primitives } from '../crypto/primitives.js'

export const payloadNonceBytes = 16
const tagBytes = 16
/** Bytes of a whole chunk, sealed. */
export const sealedChunkBytes = maxAeadBytes + tagBytes

/** Eleven bytes of counter, big-endian, and one that marks the last chunk. */
function chunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(7, index)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function payloadKey(p: Primitives, fileKey: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> {
  return p.hkdfSha256(fileKey, nonce, utf8('payload'), 32)
}

/**
 * Bytes of the text inside a payload (its nonce not counted), or `null` where no text has a payload of that size: a
 * last chunk may be empty only if it is the only one.
 */
export function textBytes(payloadBytes: number): number | null {
  const chunks = Math.max(1, Math.ceil(payloadBytes / sealedChunkBytes))
  const last = payloadBytes - (chunks - 1) * sealedChunkBytes
  if (last < tagBytes || (last === tagBytes && chunks > 1)) return null
  return payloadBytes - chunks * tagBytes
}

/**
 * Seals a chunk of a payload. The same number must always get the same text.
 * @param into the sealed chunk: 16 bytes longer than the text
 */
export type SealChunk = (index: number, isLast: boolean, text: Uint8Array, into: Uint8Array) => void

/**
 * Seals the chunks of a payload in any order, for files that are larger than memory.
 * @param nonce of the payload, 16 bytes
 */
export async function chunkSealer(
  p: Primitives,
  fileKey: Uint8Array,
  nonce: Uint8Array,
): Promise<SealChunk> {
  const key = await payloadKey(p, fileKey, nonce)
  return (index, isLast, text, into) => {
    const sealed = p.aeadSeal(key, chunkNonce(index, isLast), text, undefined, into)
    if (sealed !== into) into.set(sealed)
  }
}

/**
 * Seals the chunks of a large file, by the platform where that is faster. What a chunk is made of may change once the call
 * has returned.
 * @param nonce of the payload, 16 bytes
 */
export async function bulkChunkSealer(
  p: Primitives,
  fileKey: Uint8Array,
  nonce: Uint8Array,
): Promise<(...chunk: Parameters<SealChunk>) => Promise<void>> {
  const bulk = await p.bulkSealer?.(await payloadKey(p, fileKey, nonce))
  if (bulk) return (index, isLast, text, into) => bulk(chunkNonce(index, isLast), text, into)
  const seal = await chunkSealer(p, fileKey, nonce)
  return async (...chunk) => seal(...chunk)
}

/** Nonce and chunks. */
export async function sealPayload(
  p: Primitives,
  fileKey: Uint8Array,
  nonce: Uint8Array,
  text: Uint8Array,
): Promise<Uint8Array> {
  const seal = await chunkSealer(p, fileKey, nonce)
  const count = Math.max(1, Math.ceil(text.length / maxAeadBytes))
  const payload = new Uint8Array(nonce.length + text.length + count * tagBytes)
  payload.set(nonce)
  let at = nonce.length
  for (let index = 0; index < count; index++) {
    const chunk = text.subarray(index * maxAeadBytes, (index + 1) * maxAeadBytes)
    const end = at + chunk.length + tagBytes
    seal(index, index === count - 1, chunk, payload.subarray(at, end))
    at = end
  }
  return payload
}

/**
 * Opens the chunks of a payload one after the other, for files that are larger than memory. Nothing of them counts
 * before the last one has opened.
 * @param nonce of the payload, 16 bytes
 * @returns opens the next chunk; null where it was changed, moved, or is the last one and should not be, or the reverse
 */
export async function chunkOpener(
  p: Primitives,
  fileKey: Uint8Array,
  nonce: Uint8Array,
): Promise<(sealed: Uint8Array, isLast: boolean) => Uint8Array | null> {
  const key = await payloadKey(p, fileKey, nonce)
  let index = 0
  return (sealed, isLast) => p.aeadOpen(key, chunkNonce(index++, isLast), sealed)
}

/** Opens nonce and chunks. @returns null where any chunk is missing, moved, added or changed */
export async function openPayload(
  p: Primitives,
  fileKey: Uint8Array,
  payload: Uint8Array,
): Promise<Uint8Array | null> {
  const sealed = payload.subarray(payloadNonceBytes)
  if (payload.length < payloadNonceBytes || textBytes(sealed.length) === null) return null
  const open = await chunkOpener(p, fileKey, payload.subarray(0, payloadNonceBytes))
  const count = Math.ceil(sealed.length / sealedChunkBytes)
  const chunks: Uint8Array[] = []
  for (let index = 0; index < count; index++) {
    const chunk = sealed.subarray(index * sealedChunkBytes, (index + 1) * sealedChunkBytes)
    const text = open(chunk, index === count - 1)
    if (text === null) return null
    chunks.push(text)
  }
  return concatBytes(...chunks)
}
