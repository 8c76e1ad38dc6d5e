// Who was told by mail that theirs has come: of addresses the store has digests under a key that it does not have, for a
// day. That somebody is owed an acknowledgement is recorded with their mail (MailStore).
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { MailPlace } from './mail-store.js'

export interface ClaimedAcknowledgement {
  readonly caseId: CaseId
  readonly receivedAt: Instant
  /** By when the first answer is due; null until the case is routed. */
  readonly firstDueAt: Instant | null
}

/**
 * `later`: somebody else is sending it, or it was put off. `never`: it is not owed any more, because this sender was told within
 * a day, the case was answered meanwhile, or its time is over. `used_up`: so many have been told within a day that no more are;
 * it counts as missed.
 */
export type Unclaimed = 'later' | 'never' | 'used_up'

export interface AcknowledgementBounds {
  readonly leaseSeconds: number
  /** It brings the form: such ones are counted by themselves. */
  readonly withForm: boolean
  /** To all senders together, of its kind. */
  readonly mostPerDay: number
}

export interface AcknowledgementStore {
  /**
   * Claims the right to tell the sender of a mail, for `leaseSeconds`. Durable when it returns. May be called concurrently,
   * also with other mails of the same sender: one of them gets it. Whoever dies with a claim leaves it to who comes after.
   * @param digests the sender's address under each key that is known, the newest key first
   */
  claimAcknowledgement(
    place: MailPlace,
    digests: readonly Uint8Array[],
    bounds: AcknowledgementBounds,
  ): Promise<ClaimedAcknowledgement | Unclaimed>
  /** Ends a claim: it was sent, or never will be. Durable. Idempotent. */
  endAcknowledgement(place: MailPlace): Promise<void>
  /** Nobody took it yet: whoever comes `seconds` later may try. Durable. */
  putOffAcknowledgement(place: MailPlace, seconds: number): Promise<void>
  /**
   * Ends what is owed for mails that are not in their mailbox any more: moved away by a person, or renumbered with all others.
   * Mails of the last two minutes are let be. Durable.
   * @param present every UID that is there @returns how many were ended
   */
  endAbsent(mailbox: string, uidValidity: bigint, present: readonly number[]): Promise<number>
  /** Deletes digests of addresses that are a day old. @returns how many */
  forgetAcknowledgements(): Promise<number>
}
