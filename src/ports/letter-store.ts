// Letters as the store keeps them: answers that leave by mail, sealed to the router until a mail server has taken them. A
// letter that waits has an outbox row, or a time at which it comes back by itself.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'

export interface WaitingLetter {
  readonly id: string
  readonly caseId: CaseId
  readonly reply: ClientId
  readonly sealed: Uint8Array
  /** When it was first tried in vain; null where it never was. */
  readonly triedAt: Instant | null
  /** Some attempt ended after all of it had been handed over: a mail server may have it. */
  readonly isUnconfirmed: boolean
  /** Attempts so far that ended with "later". */
  readonly failures: number
  /** The database's clock. */
  readonly now: Instant
}

/** Why an answer did not arrive: codes only. */
export type LetterFault =
  | 'refused'
  | 'late'
  /** Late, too, and a mail server may have it. */
  | 'may_have_arrived'
  | 'unreadable'
  | 'no_mail_server'
  | 'bounced'

export interface LetterFailure {
  readonly fault: LetterFault
  /** Until the answer is due where nothing was owed before the letter. */
  readonly responseSeconds: (program: string | null, receivedAt: Instant) => number
  /** Random ids of the alarm and of its outbox row. */
  readonly noticeId: string
  readonly outboxId: string
}

export interface LetterStore {
  /**
   * Takes a letter for `leaseSeconds`: nobody else sends it until then, and it comes back by itself afterwards. Its outbox
   * row has done its work. Durable when it returns. May be called concurrently.
   * @returns null where it is settled or somebody else has it
   */
  takeLetter(id: string, leaseSeconds: number): Promise<WaitingLetter | null>
  /** Nobody said that they took it: it comes back at `until`. Durable. Idempotent but for the count of failures. */
  putOffLetter(id: string, until: Instant, isUnconfirmed: boolean): Promise<void>
  /** A mail server has it: deletes the sealed letter. Durable. Idempotent. */
  settleLetter(id: string): Promise<void>
  /**
   * It did not arrive: deletes the sealed letter, if it is still there, and gives the case what it lost, with event, alarm and
   * outbox row, in one transaction. Where no later answer stands, the nearest deadline that ran before is owed again, and
   * where no other answer stands at all, the case counts as unanswered and unclaimed; one that was closed is open again. A case
   * that was closed after a later answer stays as it is, and so does any case where a mail server took the letter more than
   * seven days ago: event and alarm are all. Durable when it returns. Idempotent: a letter fails once.
   * @returns the case; null where there is no such letter, as after a purge
   */
  failLetter(id: string, failure: LetterFailure): Promise<CaseId | null>
  /** Puts each letter whose time has come into the outbox. May be called concurrently. @returns letters */
  wakeLetters(): Promise<number>
  /** Letters that no mail server has taken, and the age of the oldest. */
  waitingLetters(): Promise<{ readonly count: number; readonly oldestSeconds: number }>
}
