// Whether the history that the server shows can be what happened: an unbroken chain of hashes, each act with its
// handler's own signature over that very request and what it decided, and no act of a key that has left unless somebody who is still
// there saw it in time (docs/protocol.md, "Acts").
import type { ActAnchor, CaseDetail, CaseEvent, EventKind } from '../../schemas/case.js'
import type { Directory } from '../../schemas/directory.js'
import type { Instant, SigningKey } from '../../schemas/encoding.js'
import { handlerById, handlerByKey } from '../../keys/keyring.js'
import { beforeHistory, isDetailOf, readAnchor } from '../../src/core/case/anchor.js'
import { brokenEvent } from '../../src/core/case/history.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Desk } from '../client/desk.js'
import { recallCase } from './known-case.js'

/**
 * `none`: not the act of a handler. `verified`: signed by a key that is the handler's now, or that was when somebody
 * whose own act is verified saw it. `unproven`: signed by a key that has left, and nobody vouches for when. `false`:
 * not signed by that handler, or not for this case. Of a deletion: whether it names the key of who has the receipt code;
 * `unproven` where that was never seen here.
 */
export type Standing = 'verified' | 'unproven' | 'false' | 'none'

export interface CheckedEvent {
  readonly event: CaseEvent
  readonly signature: Standing
  /** What the act says of its case; null where it says nothing. */
  readonly anchor: ActAnchor | null
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

/** Somebody whose act is verified says: up to this event I saw the history, and this directory was the newest. */
interface Witness {
  readonly through: number
  readonly directory: number
  readonly at: Instant
}

export async function checkHistory(desk: Desk, detail: CaseDetail): Promise<CheckedHistory> {
  const p = await desk.station.primitives()
  const brokenAt = await brokenIn(p, detail)
  const numbers = new Map(detail.events.map(({ hash, number }) => [hash, number]))
  const applicant = (await recallCase(desk.station.folder.path, detail.case.id))?.addition_key
  const witnesses: Witness[] = []
  const events: CheckedEvent[] = []
  // The last first: who acted later vouches for what they had seen.
  for (const event of detail.events.toReversed()) {
    const signed = signedAct(p, detail, event, applicant ?? null)
    const { anchor } = signed
    const through =
      anchor === null || anchor.after === beforeHistory ? 0 : (numbers.get(anchor.after) ?? null)
    const isInOrder = through !== null && through < event.number
    const standing =
      signed.standing === null
        ? isInOrder
          ? // One after the other: a directory that was fetched for one serves the next.
            // oxlint-disable-next-line no-await-in-loop
            await standingOf(desk, event, signed.at, witnesses)
          : 'false'
        : signed.standing
    if (standing === 'verified' && anchor !== null && through !== null)
      witnesses.push({ through, directory: anchor.directory, at: signed.at })
    events.unshift({ event, signature: standing, anchor })
  }
  return { brokenAt, events }
}

/** The number of the first event that does not fit into the chain; null where all do. */
export function brokenIn(p: Primitives, detail: CaseDetail): Promise<number | null> {
  return brokenEvent(
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
}

interface SignedAct {
  /** null: signed as it should be, and whose key it is remains to be asked. */
  readonly standing: Standing | null
  readonly anchor: ActAnchor | null
  readonly at: Instant
}

/** @param applicant the key of who has the receipt code; null where it is not known */
function signedAct(
  p: Primitives,
  detail: CaseDetail,
  event: CaseEvent,
  applicant: SigningKey | null,
): SignedAct {
  const verb = verbs[event.kind]
  const { handler, request } = event
  if (verb === undefined) {
    const isNobodys = handler === null && request === null
    const standing = event.kind === 'deleted' ? deletionStanding(event, applicant) : 'none'
    return { standing: isNobodys ? standing : 'false', anchor: null, at: 0 }
  }
  if (handler === null || request === null) return { standing: 'false', anchor: null, at: 0 }
  const base = request.signature_base
  const address = new RegExp(
    `^"@method": POST\\n"@target-uri": https?://[^/\\s?#]+/v1/cases/${detail.case.id}/${verb}(\\?\\S*)?\\n`,
  ).exec(base)
  const query = address?.[1] ?? ''
  const anchor = readAnchor(query)
  const at = Number(/;created=(\d{1,12})(;|$)/m.exec(base)?.[1] ?? Number.NaN) * 1000
  const isThen = Math.abs(at - parseTimestamp(event.at)) <= maxLagMs
  const isThisCase = anchor === null ? query === '' : anchor.envelope === detail.envelope_sha256
  const isSigned = p.ed25519Verify(
    decodeBase64url(request.key),
    utf8(base),
    decodeBase64url(request.signature),
  )
  const isTrue = address !== null && isThisCase && isThen && isSigned && isDetailOf(event, anchor)
  return { standing: isTrue ? null : 'false', anchor, at }
}

/** The server learns this key from a deletion and from nothing else. */
function deletionStanding({ detail }: CaseEvent, applicant: SigningKey | null): Standing {
  if (applicant === null) return 'unproven'
  return detail?.split(' ', 1)[0] === applicant ? 'verified' : 'false'
}

async function standingOf(
  desk: Desk,
  event: CaseEvent,
  at: Instant,
  witnesses: readonly Witness[],
): Promise<Standing> {
  const { handler, request } = event
  if (handler === null || request === null) return 'false'
  const { directory } = desk.directory
  const isHolder = (known: Directory, when: Instant) =>
    handlerByKey(known, decodeBase64url(request.key), when)?.id === handler
  if (isHolder(directory, desk.station.now())) return 'verified'
  for (const witness of witnesses) {
    if (witness.through < event.number) continue
    // oxlint-disable-next-line no-await-in-loop
    const then = await desk.past.bySequence(witness.directory)
    // Whoever had a directory in which this key was good saw the act before the key left.
    if (then !== null && isHolder(then.directory, at) && isHolder(then.directory, witness.at))
      return 'verified'
  }
  const known = handlerById(directory, handler)
  const isTheirs = known?.signing_keys.some(({ key }) => key === request.key) ?? true
  return isTheirs ? 'unproven' : 'false'
}
