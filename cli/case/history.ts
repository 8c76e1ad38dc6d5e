// Whether the history that the server shows can be what happened: an unbroken chain of hashes, and each act of a
// handler with that handler's own signature over that very request.
import type { CaseDetail, CaseEvent, EventKind } from '../../schemas/case.js'
import type { Directory } from '../../schemas/directory.js'
import { handlerById } from '../../keys/keyring.js'
import { brokenEvent } from '../../src/core/case/history.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { isKeyOf } from './sealed-case.js'

/** `none`: not the act of a handler. `unknown`: the directory no longer has the handler, so nothing can be said. */
export type Standing = 'verified' | 'false' | 'unknown' | 'none'

export interface CheckedEvent {
  readonly event: CaseEvent
  readonly signature: Standing
}

export interface CheckedHistory {
  /** Number of the first event that does not fit into the chain; null where all do. */
  readonly brokenAt: number | null
  readonly events: readonly CheckedEvent[]
}

/** The last part of the address of the request that makes such an event. */
const verbs: Readonly<Partial<Record<EventKind, string>>> = {
  claimed: 'claim',
  released: 'release',
  replied: 'replies',
  contacted: 'contacted',
  noted: 'notes',
  reader_added: 'seals',
  rerouted: 'reroute',
  coverage_set: 'coverage',
  closed: 'close',
  reopened: 'reopen',
  hold_asked: 'hold',
  held: 'hold',
  hold_ended: 'unhold',
}

/** Between the signature and the record of it, at most: the signature's own window, and a margin for the clocks. */
const maxLagMs = 5 * 60_000

export async function checkHistory(
  p: Primitives,
  directory: Directory,
  detail: CaseDetail,
): Promise<CheckedHistory> {
  const brokenAt = await brokenEvent(
    p,
    detail.case.id,
    detail.events.map(event => ({
      ...event,
      at: parseTimestamp(event.at),
      previous: event.previous === null ? null : decodeBase64url(event.previous),
      hash: decodeBase64url(event.hash),
      request:
        event.request === null
          ? null
          : {
              signatureBase: event.request.signature_base,
              signature: decodeBase64url(event.request.signature),
              key: decodeBase64url(event.request.key),
            },
    })),
  )
  const events = detail.events.map(event => ({
    event,
    signature: standingOf(p, directory, detail.case.id, event),
  }))
  return { brokenAt, events }
}

function standingOf(
  p: Primitives,
  directory: Directory,
  caseId: string,
  event: CaseEvent,
): Standing {
  const verb = verbs[event.kind]
  if (verb === undefined) return event.handler === null && event.request === null ? 'none' : 'false'
  const { handler, request } = event
  if (handler === null || request === null) return 'false'
  const base = request.signature_base
  const isThisAct =
    base.startsWith('"@method": POST\n') &&
    new RegExp(`^"@target-uri": \\S+/v1/cases/${caseId}/${verb}$`, 'm').test(base)
  const created = Number(/;created=(\d{1,12})(;|$)/m.exec(base)?.[1] ?? Number.NaN) * 1000
  const isThen = Math.abs(created - parseTimestamp(event.at)) <= maxLagMs
  const isSigned = p.ed25519Verify(
    decodeBase64url(request.key),
    utf8(base),
    decodeBase64url(request.signature),
  )
  if (!isThisAct || !isThen || !isSigned) return 'false'
  if (handlerById(directory, handler) === null) return 'unknown'
  return isKeyOf(directory, handler, request.key) ? 'verified' : 'false'
}
