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
 * `later`: somebody else is sending it. `never`: it is not owed any more, because this sender was told within a day, the
 * case was answered meanwhile, or its time is over. `used_up`: so many have been told within a day that no more are.
 */
export type Unclaimed = 'later' | 'never' | 'used_up'

export interface AcknowledgementStore {
  /**
   * Claims the right to tell the sender of a mail, for `leaseSeconds`. Durable when it returns. May be called concurrently,
   * also with other mails of the same sender: one of them gets it. Whoever dies with a claim leaves it to who comes after.
   * @param digests the sender's address under each key that is known, the newest key first
   */
  claimAcknowledgement(
    place: MailPlace,
    digests: readonly Uint8Array[],
    bounds: { readonly leaseSeconds: number; readonly mostPerDay: number },
  ): Promise<ClaimedAcknowledgement | Unclaimed>
  /** Ends a claim: it was sent, or never will be; or nobody took it yet, and who comes next may try. Durable. Idempotent. */
  endAcknowledgement(place: MailPlace, became: 'done' | 'put_off'): Promise<void>
  /** Deletes digests of addresses that are a day old. @returns how many */
  forgetAcknowledgements(): Promise<number>
}
