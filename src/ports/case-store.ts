// The store as handlers see it. Every act on a case is one transaction that locks the case, asks the use case what
// to change, and writes the change together with its entry in the hash-chained history.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import type {
  CaseScope,
  CaseState,
  Coverage,
  EventKind,
  HoldReason,
  LetterState,
  Outcome,
  PartKind,
  RouteReason,
  Via,
} from '../../schemas/case.js'
import type { Rung } from '../../schemas/program.js'
import type { Channel } from '../../schemas/sealed.js'

export interface CaseRow {
  readonly id: CaseId
  readonly intake: ClientId
  readonly state: CaseState
  readonly channel: Channel
  readonly program: string | null
  readonly team: string | null
  /** The team that routing gave, where a person has handed the case over since; its members could open it at first. */
  readonly routedTeam: string | null
  readonly reason: RouteReason | null
  readonly rule: string | null
  readonly coverage: Coverage
  readonly envelopeSha256: Uint8Array
  readonly slipSha256: Uint8Array | null
  /** The directory that it was sealed with, and the one that it was routed by. */
  readonly directorySequence: number
  readonly routedDirectorySequence: number | null
  readonly receivedAt: Instant
  /** First-response deadline, or that of the oldest unanswered addition; null where nothing is owed. */
  readonly dueAt: Instant | null
  /** When routing said that the first answer is due, without holds; null before. */
  readonly firstDueAt: Instant | null
  readonly claimedBy: string | null
  readonly answeredAt: Instant | null
  /** Of the last answer; null where it did not leave by mail. */
  readonly letter: LetterState | null
  readonly answer: {
    readonly hour: Instant
    readonly signature: Uint8Array
    readonly key: Uint8Array
  } | null
  readonly outcome: Outcome | null
  readonly purgeAt: Instant | null
  readonly unreadAdditions: number
  /** A hold that was asked for or is in force (then `since` is set), until its end; null afterwards. */
  readonly hold: {
    readonly askedBy: string
    readonly reason: HoldReason
    readonly until: Instant
    readonly since: Instant | null
    readonly confirmedBy: string | null
  } | null
  /** Milliseconds by which holds have moved the running deadline. */
  readonly heldMs: number
  /** The database's clock when the row was read. */
  readonly now: Instant
}

/** A case as one handler meets it. */
export interface CaseForHandler extends CaseRow {
  /** A grant of this case names the handler who asks. */
  readonly granted: boolean
}

/** A sealed part of a case without its bytes, which `sealedPart` gives. */
export interface PartRow {
  readonly id: ClientId
  readonly at: Instant
  readonly bytes: number
  readonly sha256: Uint8Array
}

export interface HistoryEntry {
  readonly number: number
  readonly kind: EventKind
  readonly at: Instant
  readonly handler: string | null
  readonly detail: string | null
  readonly request: SignedRequest | null
  readonly previous: Uint8Array | null
  readonly hash: Uint8Array
}

/** The RFC 9421 signature of an acting request, kept so that the history proves itself. */
export interface SignedRequest {
  readonly signatureBase: string
  readonly signature: Uint8Array
  readonly key: Uint8Array
}

export interface GrantRow {
  readonly id: ClientId
  readonly reader: string
  readonly header: Uint8Array
  readonly by: string
  readonly signature: Uint8Array
  readonly key: Uint8Array
  readonly at: Instant
}

export interface CaseParts {
  readonly events: readonly HistoryEntry[]
  /** Their copies for the team. */
  readonly replies: readonly (PartRow & { readonly by: string })[]
  readonly additions: readonly (PartRow & { readonly signature: Uint8Array })[]
  readonly notes: readonly (PartRow & { readonly by: string })[]
  readonly grants: readonly GrantRow[]
}

export interface CaseFilter {
  /** Teams whose cases are seen; null for all teams (directors), unrouted cases included. */
  readonly teams: readonly string[] | null
  /** Cases granted to this handler are seen whatever their team. */
  readonly handler: string
  readonly scope: CaseScope
  /** Only cases of this team; null for all that are seen. */
  readonly team: string | null
  readonly program: string | null
  /** Only what is due within so many seconds of the store's clock, or overdue. */
  readonly dueWithin: number | null
  readonly limit: number
  readonly after: string | null
}

/** Additions that no answer followed and that the actor had not seen. */
export interface UnseenAdditions {
  readonly count: number
  /** When the oldest of them came; null where there are none. */
  readonly since: Instant | null
}

/** What an act changes. Fields that are absent stay as they are. */
export interface CaseChange {
  readonly state?: CaseState
  readonly claimedBy?: string | null
  readonly dueAt?: Instant | null
  readonly nextRungAt?: Instant | null
  /** How far the whole clock was moved, `dueAt` included. A `dueAt` without it is another deadline: no hold is left. */
  readonly moveClockMs?: number
  readonly hold?: CaseRow['hold']
  readonly outcome?: Outcome | null
  readonly purgeAt?: Instant | null
  readonly answer?: CaseRow['answer']
  /** True: set answered_at to now where it was not set. */
  readonly answered?: boolean
  /** Additions that no answer has followed, from now on. */
  readonly unreadAdditions?: number
  readonly reply?: {
    readonly id: ClientId
    readonly sealed: Uint8Array
    readonly teamCopy: Uint8Array
    /** The same words as a letter, sealed to the router, with its outbox row; none where the applicant collects them. */
    readonly letter?: {
      readonly id: string
      readonly outboxId: string
      readonly sealed: Uint8Array
      readonly sha256: Uint8Array
    } | null
  }
  readonly note?: { readonly id: ClientId; readonly sealed: Uint8Array }
  readonly contact?: { readonly id: ClientId; readonly via: Via }
  readonly grants?: readonly Omit<GrantRow, 'by' | 'at'>[]
  /** Another team; the first time, the one before is kept as the team that routing gave. */
  readonly team?: string
  readonly reason?: RouteReason
  readonly coverage?: Coverage
  /** For those that the case has afterwards, each with its outbox row. */
  readonly notices?: readonly {
    readonly id: string
    readonly outboxId: string
    readonly kind: 'new_case' | 'closed'
    readonly to: Rung['to']
  }[]
  readonly event: { readonly kind: EventKind; readonly detail: string | null }
}

export interface CaseStore {
  /** A page of cases by due time (cases that owe nothing come last, newest first), and the next cursor. */
  listCases(
    filter: CaseFilter,
  ): Promise<{ cases: readonly CaseForHandler[]; next: string | null; now: Instant }>
  findCase(id: CaseId, handler: string): Promise<CaseForHandler | null>
  caseParts(id: CaseId): Promise<CaseParts>
  caseEnvelope(id: CaseId): Promise<Uint8Array | null>
  /** One sealed part of a case (of a reply, the copy for the team); null where it has none of that kind and id. */
  sealedPart(id: CaseId, kind: PartKind, part: ClientId): Promise<Uint8Array | null>
  /**
   * Locks the case, calls `decide` with it, and writes the change and its history entry in the same transaction.
   * `decide` is pure; what it throws ends the transaction and is passed on. `decide` may return null: nothing to
   * do, the act was done before. Where a reply, note, contact or grant with that id exists for the case, nothing is written
   * and the row is returned as it is (same bytes) or `reply_conflict` is thrown (other bytes).
   * Durable when it returns. @returns the case afterwards
   * @throws KhancapError `case_unknown`, `reply_conflict`, `request_invalid` (`after` is of no event of this case),
   *   `store_unavailable`, whatever `decide` throws
   */
  actOnCase(
    id: CaseId,
    by: {
      readonly handler: string
      readonly request: SignedRequest
      /**
       * Hash of an event that the actor saw; zeros for the time before the first. None where they did not say: they
       * count as having seen everything.
       */
      readonly after?: Uint8Array | null
    },
    decide: (row: CaseRow, unseen: UnseenAdditions) => CaseChange | null,
  ): Promise<CaseRow>
  /**
   * Notes a nonce until `expiresAt`. Durable when it returns.
   * @returns false where it was there already
   */
  useNonce(nonce: string, expiresAt: Instant): Promise<boolean>
}
