// Appends to the hash-chained history of a case. The caller holds the case's row lock: the chain has one end.
import { createHash } from 'node:crypto'
import type { EventKind } from '../../../schemas/case.js'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import { eventBytes } from '../../core/case/history.js'
import type { SignedRequest } from '../../ports/case-store.js'
import { at, type Database } from './database.js'

/** Where the chain of a case ends, as its row says. */
export interface ChainEnd {
  readonly event_count: number
  readonly last_event_hash: Uint8Array | null
}

export interface EventRow {
  readonly case_id: CaseId
  readonly number: number
  readonly kind: EventKind
  readonly at: Instant
  readonly handler: string | null
  readonly detail: string | null
  readonly signature_base: string | null
  readonly signature: Uint8Array | null
  readonly key: Uint8Array | null
  readonly previous: Uint8Array | null
  readonly hash: Uint8Array
}

export interface NewEvent {
  readonly kind: EventKind
  readonly at: Instant
  readonly handler?: string
  readonly detail: string | null
  readonly request?: SignedRequest
}

/** The row of the next event; `endOf(row)` is the new end, which belongs into the case in the same transaction. */
export function nextEvent(caseId: CaseId, end: ChainEnd, event: NewEvent): EventRow {
  const facts = {
    case: caseId,
    number: end.event_count + 1,
    previous: end.last_event_hash,
    at: event.at,
    kind: event.kind,
    handler: event.handler ?? null,
    detail: event.detail,
    request: event.request ?? null,
  }
  return {
    case_id: caseId,
    number: facts.number,
    kind: facts.kind,
    at: facts.at,
    handler: facts.handler,
    detail: facts.detail,
    signature_base: facts.request?.signatureBase ?? null,
    signature: facts.request?.signature ?? null,
    key: facts.request?.key ?? null,
    previous: facts.previous,
    hash: createHash('sha256').update(eventBytes(facts)).digest(),
  }
}

export async function insertEvent(db: Database, event: EventRow): Promise<void> {
  await db
    .insertInto('events')
    .values({ ...event, at: at(event.at) })
    .execute()
}

export function endOf(event: EventRow): ChainEnd {
  return { event_count: event.number, last_event_hash: event.hash }
}
