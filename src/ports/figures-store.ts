// Figures for metrics and readiness, without anything about a single case.
import type { CaseState } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'

export interface Figures {
  /** The store's clock. */
  readonly now: Instant
  readonly casesByState: Readonly<Record<CaseState, number>>
  readonly breached: number
  readonly oldestUnansweredSeconds: number
  /** By how much the oldest purge that is due is late; 0 where none is. */
  readonly purgeLateSeconds: number
  readonly outboxRows: number
  readonly outboxOldestSeconds: number
  readonly noticesUndeliverable: number
  /** Attempts in a row that told nobody, in the lane where it is worst. */
  readonly noticeFailures: number
  /** Answers that leave by mail and that no mail server has taken. */
  readonly lettersWaiting: number
  readonly letterOldestSeconds: number
  readonly sweepAgeSeconds: number | null
  /** By how much the oldest rung that is due is late; 0 where none is. */
  readonly rungLateSeconds: number
  /** Age of the oldest mail whose sender is owed an acknowledgement; 0 where none is. */
  readonly acknowledgementOldestSeconds: number
  /** Acknowledgements that could not be sent for so long that they never will be. */
  readonly acknowledgementsMissed: number
  /** Of the mailbox that was read least recently; null where none is watched. */
  readonly mailboxAgeSeconds: number | null
}

export interface FiguresStore {
  figures(): Promise<Figures>
  /** Resolves when the store can commit. @throws KhancapError `store_unavailable` */
  pingStore(): Promise<void>
}
