// Ids: 128 random bits each, never sequential (docs/protocol.md, "Ids").
import type { CaseId, ClientId } from '../../../schemas/encoding.js'
import type { Primitives } from '../crypto/primitives.js'
import { encodeBase64url } from './base64url.js'
import { hex } from './bytes.js'

const crockford = '0123456789abcdefghjkmnpqrstvwxyz'

/** A case id of the server's. */
export function newCaseId(p: Pick<Primitives, 'random'>): CaseId {
  return printCaseId(p.random(16))
}

/** 128 bits in 26 digits of Crockford's base32, most significant first. */
export function printCaseId(bytes: Uint8Array): CaseId {
  // 26 digits are 130 bits: two zeros stand in front.
  let bits = 0
  let count = 2
  let id = ''
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff
    count += 8
    while (count >= 5) {
      count -= 5
      id += crockford.charAt((bits >> count) & 31)
    }
  }
  return id
}

/** @param id one that `CaseId` lets pass @returns its 16 bytes */
export function caseIdBytes(id: CaseId): Uint8Array {
  const bytes = new Uint8Array(16)
  let bits = 0
  let count = -2
  let at = 0
  for (const digit of id) {
    bits = ((bits << 5) | crockford.indexOf(digit)) & 0xfff
    count += 5
    if (count >= 8) {
      count -= 8
      bytes[at++] = bits >> count
    }
  }
  return bytes
}

/** An id made by a client: intake, addition, reply, note, grant. */
export function newClientId(p: Pick<Primitives, 'random'>): ClientId {
  return encodeBase64url(p.random(16))
}

/** A random UUID (RFC 9562 §5.4) for outbox rows and notices. */
export function newOutboxId(p: Pick<Primitives, 'random'>): string {
  const bytes = p.random(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = hex(bytes)
  const groups = [0, 8, 12, 16, 20].map((from, at, all) => digits.slice(from, all[at + 1]))
  return groups.join('-')
}

/** Ids that are drawn a page at a time: for thousands of them, asking the platform for each is most of the work. */
export function outboxIds(p: Pick<Primitives, 'random'>): () => string {
  let page: Uint8Array = new Uint8Array(0)
  const random = (bytes: number) => {
    if (page.length < bytes) page = p.random(4096)
    const drawn = page.subarray(0, bytes)
    page = page.subarray(bytes)
    return drawn
  }
  return () => newOutboxId({ random })
}
