// What does not fit together in the history of a case, and between it and what else the server shows: an act proves what
// it decided and what it brought.
import type { CaseDetail } from '../../schemas/case.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import type { Desk } from '../client/desk.js'
import { safe } from '../terminal/safe.js'
import type { CheckedEvent, CheckedHistory } from './history.js'
import { isHoldProven } from './holds.js'
import type { OpenedParts } from './opened-parts.js'
import type { SealedCase } from './sealed-case.js'
import { type Warning, warning } from './warning.js'

export async function historyWarnings(
  desk: Desk,
  { detail, history }: SealedCase,
  parts: OpenedParts,
): Promise<Warning[]> {
  return [
    ...(history.brokenAt === null
      ? []
      : [
          warning(
            'history_broken',
            safe`the history is broken at entry ${history.brokenAt}: it was changed after it was written`,
          ),
        ]),
    ...history.events.flatMap(actWarnings),
    ...decisionWarnings(detail, history),
    ...unshownWarnings(parts),
    ...additionWarnings(detail),
    ...(await missingWarnings(desk, detail, history)),
  ]
}

function actWarnings({ event, signature }: CheckedEvent): Warning[] {
  const entry = safe`entry ${event.number} (${event.kind}, ${event.handler ?? '-'})`
  if (event.kind === 'deleted' && signature === 'false')
    return [warning('signature_false', safe`${entry} is not by who has the receipt code`)]
  if (signature === 'false')
    return [warning('signature_false', safe`${entry} is not signed by that handler`)]
  if (signature !== 'unproven') return []
  return [
    warning(
      'act_unproven',
      safe`${entry} is signed by a key that has left the directory, and nobody who is in it vouches that it was there before`,
    ),
  ]
}

/** What the server says was decided, against what was signed. */
function decisionWarnings(
  { case: { hold }, outcome }: CaseDetail,
  history: CheckedHistory,
): Warning[] {
  const closed = history.events.findLast(
    ({ event, signature }) => event.kind === 'closed' && signature === 'verified',
  )
  return [
    ...(hold === null || isHoldProven(history, hold)
      ? []
      : [
          warning(
            'hold_unproven',
            safe`the server says that the clock is held, or that somebody asked for it, and that is not signed by those whom it names`,
          ),
        ]),
    ...(outcome === null || closed === undefined || closed.event.detail === outcome
      ? []
      : [
          warning(
            'outcome_differs',
            safe`the server says that it ended as ${outcome.replaceAll('_', ' ')}; ${closed.event.handler ?? '-'} signed another outcome`,
          ),
        ]),
  ]
}

function unshownWarnings({ additions, notes, replies }: OpenedParts): Warning[] {
  return [...additions, ...replies, ...notes].flatMap(({ at, content }) =>
    typeof content === 'string'
      ? [
          warning(
            'part_not_shown',
            safe`something was not shown, ${at}: ${content.replaceAll('_', ' ')}`,
          ),
        ]
      : [],
  )
}

/** By their ids: one that is held back and another one in its place are two that do not fit. */
function additionWarnings({ additions, events }: CaseDetail): Warning[] {
  const said = new Set(
    events.flatMap(({ detail, kind }) => (kind === 'addition' && detail !== null ? [detail] : [])),
  )
  const sent = new Set(additions.map(({ id }) => id))
  const missing = [...said].filter(id => !sent.has(id)).length
  const strange = [...sent].filter(id => !said.has(id)).length
  if (missing === 0 && strange === 0) return []
  return [
    warning(
      'addition_missing',
      safe`the history speaks of ${said.size} additions, the server sent ${sent.size}: ${missing} are missing, ${strange} are not in the history`,
    ),
  ]
}

/** Each act that brought a note, a reply or a grant has signed its hash. */
async function missingWarnings(
  desk: Desk,
  { grants, notes, replies }: CaseDetail,
  { events }: CheckedHistory,
): Promise<Warning[]> {
  const p = await desk.station.primitives()
  const headers = await Promise.all(
    grants.map(async ({ header }) => encodeBase64url(await p.sha256(decodeBase64url(header)))),
  )
  const there = new Set([...notes, ...replies].map(({ sha256 }) => sha256).concat(headers))
  return events
    .filter(
      ({ anchor, signature }) =>
        signature === 'verified' && (anchor?.parts.some(part => !there.has(part)) ?? false),
    )
    .map(({ event }) =>
      warning(
        'part_missing',
        safe`entry ${event.number} (${event.kind}, ${event.handler ?? '-'}) brought something that the server does not show`,
      ),
    )
}
