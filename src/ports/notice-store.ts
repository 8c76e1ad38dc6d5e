// Notices to handlers: who is to be told about which case. They hold no content, no language, no country.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Rung } from '../../schemas/program.js'

export interface Notice {
  readonly id: string
  readonly caseId: CaseId
  readonly kind: 'new_case' | 'addition' | Rung['kind']
  readonly to: Rung['to']
  readonly program: string | null
  readonly team: string | null
  readonly dueAt: Instant | null
  readonly directorySequence: number
  /** The database's clock. */
  readonly now: Instant
}

export interface NoticeStore {
  /** The notice while it is neither sent nor given up; null otherwise. Takes no lock. */
  pendingNotice(id: string): Promise<Notice | null>
  /**
   * Settles a notice and deletes its outbox row, in one transaction. Idempotent.
   * `undeliverable`: nobody can be told; it stays on record, counts in the metrics and shows in the inbox.
   */
  settleNotice(id: string, outcome: 'sent' | 'undeliverable'): Promise<void>
}
