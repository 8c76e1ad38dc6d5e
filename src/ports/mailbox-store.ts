// The store as a returning applicant sees it: only ever through the hash of a mailbox token.
import type { ClientId, Instant } from '../../schemas/encoding.js'
import type { CaseRow } from './case-store.js'

export interface MailboxContent {
  readonly case: CaseRow
  /** The newest of those that were asked for, the oldest of them first. */
  readonly replies: readonly { id: ClientId; sealed: Uint8Array; at: Instant }[]
  /** There are replies that are older than these. */
  readonly older: boolean
  readonly additions: readonly { id: ClientId; at: Instant }[]
}

export interface NewAddition {
  readonly id: ClientId
  readonly sealed: Uint8Array
  readonly signature: Uint8Array
  readonly directorySequence: number
  /** From arrival to the deadline for answering it (`additionClock` of core/sla). */
  readonly responseSeconds: (program: string | null) => number
  /** From arrival to the first rung of the ladder that runs until it is answered. */
  readonly firstRungSeconds: (program: string | null) => number
  /** A notice "addition" to the team, with its outbox row. */
  readonly noticeId: string
  readonly outboxId: string
  readonly maxAdditions: number
  /** Of all additions to the case, this one included. */
  readonly maxAdditionBytes: number
  /** Uploads of the case that it names, each of them whole: they stay as long as the case. */
  readonly uploads?: readonly ClientId[]
}

export interface Deletion {
  /** The applicant's key and signature, as the history keeps them. */
  readonly proof: string
  /** A notice "deleted" to the team, with its outbox row. */
  readonly noticeId: string
  readonly outboxId: string
}

export interface MailboxStore {
  /**
   * @param page only replies that are older than `before`, or from the newest on where that is null; as many as have
   *   `maxBytes` together, but one at least
   * @returns null where no case has this mailbox (or it was purged)
   */
  findMailbox(
    tokenSha256: Uint8Array,
    page: { readonly before: ClientId | null; readonly maxBytes: number },
  ): Promise<MailboxContent | null>
  /** Notes the hour in which replies were opened by the applicant. Unknown ids are ignored. Idempotent. */
  markRepliesRead(tokenSha256: Uint8Array, replies: readonly ClientId[]): Promise<void>
  /**
   * Records an addition, the uploads that it names, its event, notice and outbox row, and where nothing else is owed the deadline for
   * answering it, in one transaction. Durable when it returns. Idempotent by (id, bytes).
   * @throws KhancapError `mailbox_unknown`, `addition_conflict`, `additions_full`, `upload_incomplete`,
   *   `store_unavailable`
   */
  recordAddition(tokenSha256: Uint8Array, addition: NewAddition): Promise<{ at: Instant }>
  /**
   * Ends a case whatever its state and has the next sweep delete everything sealed of it; its history and figures stay,
   * with the applicant's proof. The team is told without content. One transaction; durable when it returns. Afterwards
   * the mailbox is unknown, so a repetition that got no answer finds nothing.
   * @throws KhancapError `mailbox_unknown`, `store_unavailable`
   */
  deleteCase(tokenSha256: Uint8Array, deletion: Deletion): Promise<{ at: Instant }>
}
