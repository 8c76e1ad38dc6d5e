// The store as the clock sees it: the index of next rungs, and what the sweep does with it. All comparisons are
// with the database's clock.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { CaseState } from '../../schemas/case.js'
import type { Rung } from '../../schemas/program.js'

/** A case whose next rung is due, locked for this transaction. */
export interface DueCase {
  readonly id: CaseId
  readonly state: CaseState
  readonly program: string | null
  readonly team: string | null
  /** The directory whose ladder runs. */
  readonly directorySequence: number
  readonly receivedAt: Instant
  readonly dueAt: Instant
  /** Rungs at or before this instant were dealt with already; null where none was. */
  readonly climbedTo: Instant | null
  /** Milliseconds by which holds have moved the running clock. */
  readonly heldMs: number
  /** When the confirmed hold of the running clock ends or ended. */
  readonly holdUntil: Instant | null
  /** The database's clock. */
  readonly now: Instant
}

export interface RungFiring {
  readonly kind: Rung['kind']
  readonly to: Rung['to']
  readonly at: Instant
  /** Random ids of the notice and of its outbox row; one row tells of all notices of a lane. */
  readonly noticeId: string
  readonly outboxId: string
}

/** What becomes of a due case. Once it is recorded, every rung up to the `now` of the case counts as climbed. */
export interface RungPlan {
  readonly firings: readonly RungFiring[]
  /** The next rung of the case, or null where the ladder has ended. */
  readonly nextRungAt: Instant | null
}

export interface ClockStore {
  /**
   * Step 8. Locks up to `limit` cases whose next rung is due (skipping those that another sweep holds), asks
   * `plan` for each, and records rungs, events, notices, outbox rows and the next rung in the same transaction.
   * Each (case, kind, to, at) is recorded once for ever: a firing that is already on record is dropped.
   * `plan` is pure and must not throw; where it returns null, the case stays exactly as it is, still due.
   * Durable when it returns. May be called concurrently.
   * @returns cases for which there was a plan; a full `limit` means that there may be more
   * @throws KhancapError `store_unavailable`
   */
  climbDueRungs(
    plan: (due: DueCase) => RungPlan | null,
    limit: number,
  ): Promise<{ cases: number; fired: number }>

  /** Notes that a worker of this name is alive, by the database's clock. `sweep` is the one in the figures. */
  recordHeartbeat(name: string): Promise<void>
  /** Seconds since the last heartbeat of this name; null where there was none, or it lies ahead of the clock. */
  heartbeatAge(name: string): Promise<number | null>

  /**
   * The store's clock, and by how many seconds the oldest rung that is due and not on record is late; 0 where none is.
   * Whatever the sweep says of itself, this is what it has left undone.
   */
  readClock(): Promise<{ readonly now: Instant; readonly rungLateSeconds: number }>

  /**
   * Gives up to `limit` open cases whose claim is of nobody who is active now back to their teams, each with its event and,
   * where an answer is owed, a notice to the team. The clock runs on. May be called concurrently.
   * @param ids random ids of a notice and of its outbox row
   * @returns cases given back
   */
  releaseGone(
    activeAt: (now: Instant) => readonly string[],
    ids: () => { readonly id: string; readonly outboxId: string },
    limit: number,
  ): Promise<number>

  /**
   * Step 12. Deletes the ciphertext, mailbox, replies, additions, notes and grants of up to `limit` closed cases
   * whose purge is due; the tombstone (id, program, team, times, outcome) stays. Irreversible. Its mails, which may be too
   * many for one transaction, follow by `deletePurgedMails`.
   * @returns cases purged
   */
  purgeDue(limit: number): Promise<number>
  /** Deletes up to `limit` mails of a case that was purged. @returns mails deleted; 0 where none is left */
  deletePurgedMails(limit: number): Promise<number>
  /** Deletes used nonces that have expired. */
  forgetNonces(): Promise<number>
}
