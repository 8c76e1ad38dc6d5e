// Notices to handlers: who is to be told about which case. They hold no content, no language, no country. Notices for
// the same people wait in a lane and leave it together, in one mail.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Rung } from '../../schemas/program.js'
import type { NoticeKind } from '../core/sla/urgent.js'

export interface Notice {
  readonly id: string
  readonly caseId: CaseId
  readonly kind: NoticeKind
  readonly to: Rung['to']
  readonly program: string | null
  readonly team: string | null
  readonly dueAt: Instant | null
  /** Somebody has it in hand; to an alarm that is no answer. */
  readonly isClaimed: boolean
  readonly directorySequence: number
  /** The database's clock. */
  readonly now: Instant
}

export interface PendingNotice extends Notice {
  readonly lane: {
    readonly lastSentAt: Instant | null
    /** When its notices come back by themselves; null where each has its outbox row. */
    readonly wakeAt: Instant | null
    /** Attempts in a row that told nobody. */
    readonly failures: number
  }
}

/** One mail: notices of one team, addressee and urgency. The same ones each time that it is taken. */
export interface NoticeMail {
  readonly id: string
  readonly team: string | null
  readonly to: Rung['to']
  readonly urgent: boolean
  readonly failures: number
  readonly notices: readonly Notice[]
  readonly now: Instant
}

export interface NoticeStore {
  /** The notice while it is neither sent nor given up; null otherwise. Takes no lock. */
  pendingNotice(id: string): Promise<PendingNotice | null>
  /**
   * Settles a notice and deletes its outbox row, in one transaction. Idempotent.
   * `undeliverable`: nobody can be told; it stays on record, counts in the metrics and shows in the inbox.
   */
  settleNotice(id: string, outcome: 'sent' | 'undeliverable'): Promise<void>
  /** Lets a notice wait: deletes its outbox row and wakes its lane at `until` or before. Durable. Idempotent. */
  putOff(id: string, until: Instant): Promise<void>
  /**
   * Takes what waits in the lane of a notice, oldest first, for `leaseSeconds`: nobody else sends from the lane until
   * then. What was taken before and not settled is taken again, alone and under its old id. Notices of cases that owe
   * nothing any more are settled as moot on the way. Durable when it returns.
   * @param mailId the id of the mail where it is a new one
   * @returns null where nothing waits, or somebody else has the lane: then its notices come back by themselves
   */
  takeMail(
    id: string,
    options: { readonly mailId: string; readonly leaseSeconds: number; readonly limit: number },
  ): Promise<NoticeMail | null>
  /**
   * Settles a mail's notices, deletes their outbox rows and frees the lane, in one transaction. `undeliverable` counts as
   * a failure of the lane, as in `failMail`.
   */
  settleMail(mail: NoticeMail, outcome: 'sent' | 'undeliverable'): Promise<void>
  /** Nobody was told: frees the lane, counts the failure, and brings the notices back at `retryAt`. Durable. */
  failMail(mail: NoticeMail, retryAt: Instant): Promise<void>
  /**
   * Puts a notice of each lane whose time has come back into the outbox, and of each that was forgotten. May be
   * called concurrently.
   * @returns lanes that were woken
   */
  wakeLanes(): Promise<number>
  /** Attempts in a row that told nobody, in the lane where it is worst. */
  noticeFailures(): Promise<number>
}
