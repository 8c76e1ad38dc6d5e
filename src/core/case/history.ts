// The history of a case: a chain of events in which each hash covers the one before (docs/protocol.md, "History").
// The store writes it and handlers check it with this one layout.
import type { EventKind } from '../../../schemas/case.js'
import type { CaseId, Instant } from '../../../schemas/encoding.js'

/** What the hash of an event covers. Times count to the second, as they travel. */
export interface EventFacts {
  readonly case: CaseId
  readonly number: number
  /** Hash of the event before; null for the first. */
  readonly previous: Uint8Array | null
  readonly at: Instant
  readonly kind: EventKind
  readonly handler: string | null
  readonly detail: string | null
  readonly request: {
    readonly signatureBase: string
    readonly signature: Uint8Array
    readonly key: Uint8Array
  } | null
}

const label = new TextEncoder().encode('khancap/v1/event\0')

/** Length as a big-endian u16, then the bytes; nothing at all has length 0. */
function counted(text: string | null): Uint8Array {
  const bytes = new TextEncoder().encode(text ?? '')
  if (bytes.length > 0xffff) throw new RangeError(`text of an event is ${bytes.length} bytes long`)
  const out = new Uint8Array(2 + bytes.length)
  new DataView(out.buffer).setUint16(0, bytes.length)
  out.set(bytes, 2)
  return out
}

function exactly(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length)
    throw new RangeError(`${what} of an event is ${bytes.length} bytes long, not ${length}`)
  return bytes
}

/**
 * The bytes whose SHA-256 is the event's hash:
 *
 * ```
 * "khancap/v1/event" 0x00
 * case id        26 bytes, ASCII
 * number         u32, counts from 1
 * previous       32 bytes; zeros for the first event
 * at             u64, seconds since 1970-01-01T00:00:00Z
 * kind           u16 length, ASCII
 * handler        u16 length, UTF-8; length 0: none
 * detail         u16 length, UTF-8; length 0: none
 * request        0x00: none; else 0x01, signature base (u16 length, UTF-8), signature (64), key (32)
 * ```
 *
 * All integers are big-endian.
 * @throws RangeError where a part has not the length that the layout gives it
 */
export function eventBytes(event: EventFacts): Uint8Array {
  const numbers = new Uint8Array(4)
  new DataView(numbers.buffer).setUint32(0, event.number)
  const at = new Uint8Array(8)
  new DataView(at.buffer).setBigUint64(0, BigInt(Math.floor(event.at / 1000)))
  const { request } = event
  const parts = [
    label,
    exactly(new TextEncoder().encode(event.case), 26, 'case id'),
    numbers,
    event.previous === null ? new Uint8Array(32) : exactly(event.previous, 32, 'previous hash'),
    at,
    counted(event.kind),
    counted(event.handler),
    counted(event.detail),
    Uint8Array.of(request === null ? 0 : 1),
    ...(request === null
      ? []
      : [
          counted(request.signatureBase),
          exactly(request.signature, 64, 'signature'),
          exactly(request.key, 32, 'key'),
        ]),
  ]
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/**
 * Checks that the events of a case follow one another without a gap and that each hash is what its event says.
 * Whether the signature of a request is good is another question: its key and base stand in the event.
 *
 * @returns the number of the first event that does not fit, or null where all do
 */
export async function brokenEvent(
  p: { sha256(bytes: Uint8Array): Promise<Uint8Array> },
  caseId: CaseId,
  events: readonly (Omit<EventFacts, 'case'> & { readonly hash: Uint8Array })[],
): Promise<number | null> {
  let previous: Uint8Array | null = null
  let number = 1
  for (const event of events) {
    if (event.number !== number || !equal(event.previous, previous)) return number
    const hash = await p.sha256(eventBytes({ ...event, case: caseId }))
    if (!equal(hash, event.hash)) return number
    previous = event.hash
    number += 1
  }
  return null
}
