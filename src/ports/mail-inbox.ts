// A mailbox on a mail server. Not trusted with anything but to keep what arrives until it was taken in: it sees each
// mail in clear already.
import type { Instant } from '../../schemas/encoding.js'

export interface ListedMail {
  readonly uid: number
  readonly bytes: number
  /** When the server took it (INTERNALDATE). */
  readonly arrivedAt: Instant
}

export interface FetchedMail extends ListedMail {
  /** Its beginning where it has more than was asked for. */
  readonly raw: Uint8Array
}

export interface MailInbox {
  readonly uidValidity: bigint
  /** All UIDs that are there, ascending. What has just arrived may still be missing. */
  uids(): Promise<readonly number[]>
  /** Mails that are gone meanwhile are left out. */
  list(uids: readonly number[]): Promise<readonly ListedMail[]>
  fetch(uids: readonly number[], maxBytes: number): Promise<readonly FetchedMail[]>
  /**
   * Moves mails away or marks them as read. Idempotent; what is gone is settled.
   * @throws KhancapError `mailbox_stuck` where the server says no, as a full mailbox does
   */
  settle(uids: readonly number[]): Promise<void>
  /** Resolves when mail may have come, after `ms`, or when the signal is aborted. @throws where the connection ended */
  waitForMail(ms: number, signal: AbortSignal): Promise<void>
  /** Never throws. */
  close(): Promise<void>
}

/**
 * One attempt at connecting and opening a mailbox. Every method of what it gives throws KhancapError
 * `mailbox_unavailable`, or where an operator must mend something `mailbox_refused` (password, name) or
 * `mailbox_untrusted` (certificate).
 */
export type OpenMailInbox = () => Promise<MailInbox>
