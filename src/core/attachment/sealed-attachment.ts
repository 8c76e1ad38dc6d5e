// An attachment: an age file of its own to a fresh identity (docs/protocol.md, "Attachment"), sealed from any place on, so
// that an upload goes on where it stopped; and the digest that its manifest pins, over hashes of its pieces.
import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js'
import { maxAeadBytes, type Primitives } from '../crypto/primitives.js'
import { encodeIdentity, encodeRecipient } from '../envelope/age-keys.js'
import { recipientTag, sealHeader } from '../envelope/header.js'
import { parseHeader } from '../envelope/parse-header.js'
import { encapsulatedOf } from '../envelope/inspect.js'
import { paddedFileBytes } from '../envelope/padding.js'
import { watchedRandom, wrapFileKey } from '../envelope/seal.js'
import {
  bulkChunkSealer,
  payloadNonceBytes,
  sealedChunkBytes,
  textBytes,
} from '../envelope/stream.js'
import type { ByteSource } from './byte-source.js'
import { FileUnreadable } from './file-unreadable.js'

/** Bytes of the header of a file with one recipient and no context. */
export const attachmentHeaderBytes = 1627
/** Bytes of the text under one hash of the digest. */
export const pieceBytes = 1_048_576
const tagBytes = 16
/** So that neither the platform waits for its caller nor the caller for the platform. */
const chunksAtOnce = 4

/** Bytes of the sealed file of a text of so many bytes. */
export function sealedAttachmentBytes(bytes: number): number {
  const padded = paddedFileBytes(bytes)
  const chunks = Math.ceil(padded / maxAeadBytes)
  return attachmentHeaderBytes + payloadNonceBytes + padded + chunks * tagBytes
}

/** Whether a sealed file may have this size: its text fills a bucket. */
export function isSealedAttachmentSize(bytes: number): boolean {
  const text = textBytes(bytes - attachmentHeaderBytes - payloadNonceBytes)
  return text !== null && text > 0 && paddedFileBytes(text) === text
}

/**
 * Whether a file begins as an attachment does: one hybrid recipient, nothing else.
 * @param head its first bytes, {@link attachmentHeaderBytes} at least
 */
export function isAttachmentHead(head: Uint8Array): boolean {
  try {
    const { length, stanzas } = parseHeader(head.subarray(0, attachmentHeaderBytes))
    const [only] = stanzas
    if (only === undefined || only.args[0] !== recipientTag) return false
    encapsulatedOf(only)
    return stanzas.length === 1 && length === attachmentHeaderBytes
  } catch {
    return false
  }
}

/** What opens the manifests of a case: who can open its envelope has the reply key, and so has the applicant. */
export async function attachmentIdentity(
  p: Pick<Primitives, 'hkdfSha256'>,
  replyKey: Uint8Array,
): Promise<string> {
  const label = utf8('khancap/v1/attachment-identity')
  return encodeIdentity(await p.hkdfSha256(replyKey, new Uint8Array(0), label, 32))
}

/**
 * SHA-256 over the SHA-256 of each piece of a text that is taken in order. The platform hashes beside what its caller does
 * next; what was taken may change once `take` has resolved.
 */
export function pieceDigest(p: Pick<Primitives, 'sha256'>) {
  const hashes: Promise<Uint8Array>[] = []
  let running: Promise<Uint8Array>[] = []
  let piece = new Uint8Array(pieceBytes)
  let filled = 0

  function hash(whole: Uint8Array): void {
    const hashing = p.sha256(whole)
    // It is awaited later: until then a failure is nobody's.
    hashing.catch(() => undefined)
    hashes.push(hashing)
    running.push(hashing)
  }

  return {
    async take(text: Uint8Array): Promise<void> {
      // Those of the text before have ended: no more than two texts are held.
      if (running.length > 0) await Promise.all(running)
      running = []
      for (let at = 0; at < text.length; ) {
        const part = text.subarray(at, at + pieceBytes - filled)
        at += part.length
        if (part.length === pieceBytes) {
          hash(part)
          continue
        }
        piece.set(part, filled)
        filled += part.length
        if (filled < pieceBytes) continue
        hash(piece)
        piece = new Uint8Array(pieceBytes)
        filled = 0
      }
    },
    async end(): Promise<Uint8Array> {
      if (filled > 0) hash(piece.subarray(0, filled))
      filled = 0
      return p.sha256(concatBytes(...(await Promise.all(hashes))))
    },
  }
}

export interface AttachmentSealer {
  /** Of the sealed file. */
  readonly bytes: number
  readonly identity: string
  /**
   * Sealed bytes from `from` to the end of the chunk in which `to` lies. The same place gives the same bytes again. Places
   * may come again, and none may be left out.
   * @param spare memory of a part that nobody reads any more: this one is put there, where it is large enough
   * @throws FileUnreadable where the text is no longer what it was; whatever reading throws
   */
  part(from: number, to: number, spare?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>>
  /** Once all of it was sealed. */
  digest(): Promise<Uint8Array>
}

/**
 * Seals a file to a fresh identity. The primitives are to be tested before the first part and after the last, and nothing
 * may be made of it where they fail.
 * @throws KhancapError `primitives_faulty`
 */
export async function attachmentSealer(p: Primitives, text: ByteSource): Promise<AttachmentSealer> {
  const random = watchedRandom(p)
  const [seed, fileKey, nonce] = [random(32), random(16), random(payloadNonceBytes)]
  const recipient = encodeRecipient(p.xwingPublicKey(seed))
  const header = await sealHeader(p, fileKey, await wrapFileKey(p, random, fileKey, [recipient]))
  const front = concatBytes(header, nonce)
  const seal = await bulkChunkSealer(p, fileKey, nonce)
  const padded = paddedFileBytes(text.bytes)
  const chunks = Math.ceil(padded / maxAeadBytes)
  const bytes = sealedAttachmentBytes(text.bytes)
  const digest = pieceDigest(p)
  /** Of each chunk that was sealed, one behind the other. */
  const tags = new Uint8Array(chunks * tagBytes)
  const sealedBefore = new Set<number>()
  let digested = 0

  /** Two texts under one key and nonce would tell of both: who asks for a place again gets what they got, or nothing. */
  async function sealChunk(index: number, chunk: Uint8Array, into: Uint8Array): Promise<void> {
    await seal(index, index === chunks - 1, chunk, into)
    const tag = into.subarray(chunk.length)
    const at = index * tagBytes
    if (!sealedBefore.has(index)) tags.set(tag, at)
    else if (!equalBytes(tag, tags.subarray(at, at + tagBytes)))
      throw new FileUnreadable('the file has changed')
    sealedBefore.add(index)
  }

  /** Text and the zeros behind it. */
  async function paddedText(from: number, to: number): Promise<Uint8Array> {
    const end = Math.min(to, text.bytes)
    const read = from < end ? await text.read(from, end) : new Uint8Array(0)
    if (read.length !== Math.max(0, end - from)) throw new FileUnreadable('the file has changed')
    if (from < end && from <= digested && digested < end) {
      await digest.take(read.subarray(digested - from))
      digested = end
    }
    if (read.length === to - from) return read
    const whole = new Uint8Array(to - from)
    whole.set(read)
    return whole
  }

  async function part(
    from: number,
    to: number,
    spare?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const first = Math.max(0, Math.floor((from - front.length) / sealedChunkBytes))
    const last = Math.min(
      chunks,
      Math.ceil((Math.min(to, bytes) - front.length) / sealedChunkBytes),
    )
    const plain = await paddedText(
      first * maxAeadBytes,
      Math.min(padded, Math.max(first, last) * maxAeadBytes),
    )
    const head = front.subarray(from)
    const needed = head.length + plain.length + Math.max(0, last - first) * tagBytes
    const memory = (spare?.byteLength ?? 0) < needed ? undefined : spare
    const sealed = new Uint8Array(memory ?? new ArrayBuffer(needed), 0, needed)
    sealed.set(head)
    let next = first
    async function lane(): Promise<void> {
      while (next < last) {
        const index = next++
        const at = (index - first) * maxAeadBytes
        const chunk = plain.subarray(at, at + maxAeadBytes)
        const place = head.length + (index - first) * sealedChunkBytes
        // A lane does one chunk after the other.
        // oxlint-disable-next-line no-await-in-loop
        await sealChunk(index, chunk, sealed.subarray(place, place + chunk.length + tagBytes))
      }
    }
    await Promise.all(Array.from({ length: chunksAtOnce }, lane))
    return sealed.subarray(Math.max(0, from - front.length - first * sealedChunkBytes))
  }

  return { bytes, identity: encodeIdentity(seed), part, digest: () => digest.end() }
}
