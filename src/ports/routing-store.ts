// The store as the router sees it.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { RouteReason } from '../../schemas/case.js'

export interface UnroutedCase {
  readonly id: CaseId
  readonly slip: Uint8Array | null
  readonly envelopeSha256: Uint8Array
  /** The directory that the applicant sealed with. */
  readonly directorySequence: number
  readonly receivedAt: Instant
  readonly dueAt: Instant
  /** The database's clock. */
  readonly now: Instant
}

export interface Route {
  readonly program: string
  readonly team: string
  readonly reason: RouteReason
  readonly coverage: 'eligible' | 'not_covered' | 'unknown'
  /** The routing row that fired, as text without an applicant's words, 120 characters at most. */
  readonly rule: string
  /** The directory that the rule stands in. */
  readonly directorySequence: number
  readonly dueAt: Instant
  readonly nextRungAt: Instant | null
  /** A notice "a new case" to the team, with its outbox row. */
  readonly noticeId: string
  readonly outboxId: string
}

export interface RoutingStore {
  /** The case while it is `received`; null once it is routed or gone. Takes no lock. */
  unroutedCase(id: CaseId): Promise<UnroutedCase | null>
  /**
   * Step 7. Moves the case from received to routed, deletes its slip and its outbox row, and records the event,
   * the notice and the notice's outbox row, in one transaction. Durable when it returns. Idempotent: a case that
   * is no longer `received` is left as it is (its leftover outbox row is deleted).
   * @returns whether this call routed it
   */
  recordRoute(id: CaseId, route: Route): Promise<boolean>
}
