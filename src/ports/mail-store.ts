// The store as the inbox worker sees it. It learns where in a mailbox a mail stood, when it came and to which case it
// went; of its words a digest under a key that it does not have.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import type { InboxFault } from '../../schemas/inboxes.js'
import type { Channel } from '../../schemas/sealed.js'
import type { NewIntake } from './intake-store.js'
import type { NewAddition } from './mailbox-store.js'

/** Where a mail stands in a mailbox (RFC 9051 §2.3.1.1). */
export interface MailPlace {
  /** A name of the mailbox without address or password. */
  readonly mailbox: string
  readonly uidValidity: bigint
  readonly uid: number
}

export interface ReceivedPlace extends MailPlace {
  /** The same mail under each key that is known, the newest key first. */
  readonly digests: readonly Uint8Array[]
  /** For so long its sender may be told that it came; absent where nobody is told. Counts for a mail that is not repeated. */
  readonly acknowledgeForSeconds?: number
}

/** The mail itself in a sealed file of its own. */
export interface SealedMail {
  readonly id: ClientId
  readonly sealed: Uint8Array
}

export interface InboxState {
  /** Since it was read; where it never was, since somebody began to try. */
  readonly readSecondsAgo: number
  readonly fault: InboxFault | null
  /** Age of the oldest mail whose sender is still to be told that it came; null where none is. */
  readonly unacknowledgedSeconds: number | null
}

export interface CaseHandle {
  readonly id: CaseId
  readonly team: string | null
  readonly program: string | null
  readonly channel: Channel
}

/** `repeated`: this mail was taken in before, from here or elsewhere. */
export type MailOutcome = 'recorded' | 'repeated'

export interface MailStore {
  /**
   * Which of these were dealt with, and whether each went to a case: what did not is for people to read in the mailbox.
   * `unacknowledged`: it did, and its sender is still owed an acknowledgement.
   */
  takenUids(
    mailbox: string,
    uidValidity: bigint,
    uids: readonly number[],
  ): Promise<ReadonlyMap<number, 'case' | 'unacknowledged' | 'no_case'>>
  /** The one case whose id begins with these letters; null where there is none, or more than one, or it has ended. */
  caseByHandle(letters: string): Promise<CaseHandle | null>
  /**
   * Records intake, case, deadline, envelope, slip, the mail and its place in one transaction (step 5). The clock starts at
   * `arrivedAt`, or now where that is later. Durable when it returns; idempotent by place and by digest; may be called
   * concurrently, also by several workers with the same mail: one records it.
   * @throws KhancapError `store_unavailable`
   */
  recordMail(
    place: ReceivedPlace,
    intake: NewIntake,
    mail: SealedMail,
    arrivedAt: Instant,
  ): Promise<MailOutcome>
  /**
   * Records a mail as an addition to a case, as `recordAddition` does, with its place, in one transaction.
   * @returns null where the case has ended or cannot take more; nothing was written
   */
  recordMailAddition(
    place: ReceivedPlace,
    caseId: CaseId,
    addition: NewAddition,
    mail: SealedMail,
  ): Promise<MailOutcome | null>
  /**
   * Notes that a mail was dealt with: no case, or one that has all of it (what the mail carried was recorded before), and that may
   * have ended. Where it was purged no digest is kept. Durable when it returns. Idempotent.
   */
  recordPlace(place: ReceivedPlace, caseId: CaseId | null): Promise<void>
  /**
   * Notes what became of an attempt to read a mailbox: it begins, or is still under way, it succeeded, or it failed with this.
   * `begun` says nothing but that somebody tries: since when it is unread, and why, stays known.
   */
  noteMailbox(mailbox: string, became: 'begun' | 'read' | InboxFault): Promise<void>
  /** The mailboxes that somebody tried to read within the last ten minutes, the most forgotten first. */
  inboxStates(): Promise<readonly InboxState[]>
}
