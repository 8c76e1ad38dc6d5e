// Holds: the one way to stop a clock without an answer. One person asks, another confirms with the same words, it has
// an end and a reason, and the applicant sees both. The case stays where it is, and the clock runs on by itself.
import type { HoldReason } from '../../schemas/case.js'
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import { activeHandlers } from '../../keys/keyring.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import { longestHoldMs, serviceLevelFor } from '../core/sla/ladder.js'
import type { CaseChange, CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'
import { isHeldFrom } from './permissions.js'

export interface Hold {
  readonly until: Instant
  readonly reason: HoldReason
}

type HoldDeps = CaseDeps & { readonly directories: CurrentDirectory }

/**
 * Asks for a hold, or confirms what somebody else asked for in the same words: then it begins. Idempotent. A hold never
 * begins after the deadline: what is late stays late.
 * @throws KhancapError `request_invalid` (the end), `case_state` (nothing is owed, it is late, or another hold is in
 *   force), `case_claimed` (asking for one in another's case), what `actOnCase` throws
 */
export async function holdCase(
  deps: HoldDeps,
  id: CaseId,
  actor: Actor,
  hold: Hold,
): Promise<CaseRow> {
  const { directory } = await deps.directories.latest()
  const { handler } = actor
  return actOnCase(deps, id, actor, {
    name: 'hold',
    needsHold: false,
    change: row => {
      const { dueAt, now } = row
      const asked = row.hold
      const isSame = asked?.until === hold.until && asked.reason === hold.reason
      if (isSame && (asked.since !== null || asked.askedBy === handler.id)) return null
      if (dueAt === null || dueAt <= now || (asked?.since ?? null) !== null)
        throw new KhancapError('case_state')
      const longestMs = longestHoldMs(serviceLevelFor(directory, row.program, row.receivedAt))
      expectEnd(hold.until, now, longestMs - row.heldMs)
      const others = activeHandlers(directory, now).filter(other => other.id !== handler.id)
      if (isSame && others.some(other => other.id === asked.askedBy))
        return confirmed(row, dueAt, asked, handler)
      if (isHeldFrom(handler, row)) throw new KhancapError('case_claimed')
      return {
        hold: { ...hold, askedBy: handler.id, since: null, confirmedBy: null },
        event: { kind: 'hold_asked', detail: detailOf(hold) },
      }
    },
  })
}

/** Moves the whole clock by the length of the hold: what has fired stays fired, what has not comes later. */
function confirmed(
  row: CaseRow,
  dueAt: Instant,
  asked: NonNullable<CaseRow['hold']>,
  { id }: DirectoryHandler,
): CaseChange {
  const ms = asked.until - row.now
  return {
    hold: { ...asked, since: row.now, confirmedBy: id },
    dueAt: dueAt + ms,
    moveClockMs: ms,
    // The sweep says to the team that the clock runs on.
    nextRungAt: asked.until,
    event: { kind: 'held', detail: detailOf(asked) },
  }
}

function expectEnd(until: Instant, now: Instant, mostMs: number): void {
  const code = until <= now ? 'not_ahead' : until - now > mostMs ? 'too_long' : null
  if (code !== null)
    throw new KhancapError('request_invalid', { faults: [{ pointer: '/until', code }] })
}

const detailOf = ({ reason, until }: Hold) => `${reason} ${formatTimestamp(until)}`

/**
 * Ends a hold before its time, or takes back that one was asked for: anybody of the team may. Idempotent.
 * @throws KhancapError what `actOnCase` throws
 */
export function unholdCase(deps: CaseDeps, id: CaseId, actor: Actor): Promise<CaseRow> {
  return actOnCase(deps, id, actor, {
    name: 'unhold',
    needsHold: false,
    isDone: row => row.hold === null,
    change: row => {
      const { dueAt, hold, now } = row
      if (hold === null) return null
      if (hold.since === null || dueAt === null)
        return { hold: null, event: { kind: 'hold_ended', detail: 'taken_back' } }
      return {
        hold: null,
        dueAt: dueAt - (hold.until - now),
        moveClockMs: now - hold.until,
        // The sweep looks at once and finds the rung by itself.
        nextRungAt: now,
        event: { kind: 'hold_ended', detail: null },
      }
    },
  })
}
