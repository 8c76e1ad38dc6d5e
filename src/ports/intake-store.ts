// The store as the intake sees it. Trusted for durability only: whoever can write here can lose or invent cases,
// but can read none.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import type { Channel } from '../../schemas/sealed.js'

export interface NewIntake {
  readonly id: ClientId
  /** SHA-256 over every byte that the client sent: same id and other digest is a conflict. */
  readonly digest: Uint8Array
  readonly caseId: CaseId
  readonly channel: Channel
  readonly directorySequence: number
  readonly envelope: Uint8Array
  readonly envelopeSha256: Uint8Array
  readonly slip: Uint8Array | null
  readonly slipSha256: Uint8Array | null
  /** SHA-256 of the mailbox token; null where the applicant has none (mail). */
  readonly mailbox: Uint8Array | null
  /** From arrival to the first-response deadline, before the program is known. */
  readonly firstResponseSeconds: number
  /** From arrival to the first rung of the ladder that runs until the case is routed. */
  readonly firstRungSeconds: number
  /** Random id of the outbox row `route-case`. */
  readonly outboxId: string
  /** Where it did not come now: the clock starts then, or now where that is later. */
  readonly arrivedAt?: Instant
}

export interface RecordedIntake {
  /** `repeated`: the same id with the same digest was recorded before; nothing was written. */
  readonly outcome: 'recorded' | 'repeated'
  readonly caseId: CaseId
  readonly receivedAt: Instant
  /** The deadline that was promised on arrival, whatever routing made of it since: receipts repeat it. */
  readonly dueAt: Instant
  readonly directorySequence: number
}

export interface IntakeStore {
  /**
   * Records intake, case(received), mailbox, first-response deadline and the outbox row `route-case` in one
   * transaction (step 5). Durable when it returns. Idempotent by (id, digest). Times are the database's.
   * May be called concurrently, also with the same id: one call records, the others see `repeated`.
   * @throws KhancapError `intake_conflict` (same id, other digest; or the mailbox or the
   *   envelope belongs to another intake), `store_unavailable`
   */
  recordIntake(intake: NewIntake): Promise<RecordedIntake>
  /**
   * What was recorded before under this id and digest; writes nothing.
   * @returns null where there is no such intake
   * @throws KhancapError `intake_conflict` (same id, other digest), `store_unavailable`
   */
  findIntake(id: ClientId, digest: Uint8Array): Promise<RecordedIntake | null>
}
