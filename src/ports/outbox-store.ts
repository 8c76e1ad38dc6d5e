// The outbox: what was committed and still has to take effect. A row is written in the transaction that makes it
// necessary and deleted in the transaction that makes it true; the queue between the two may lose everything.
import type { Job } from '../../schemas/job.js'

export interface OutboxStore {
  /**
   * Step 6. Takes up to `limit` rows that were never sent, or were sent more than `resendSeconds` ago and have
   * still not taken effect, hands them to `send`, and marks them sent when `send` resolves. Where `send` rejects,
   * nothing is marked and the rejection is passed on. Two relays at once take different rows.
   * @returns how many rows were sent; a full `limit` means that there may be more
   * @throws KhancapError `store_unavailable`
   */
  relayOutbox(
    send: (jobs: readonly Job[]) => Promise<void>,
    options: { readonly limit: number; readonly resendSeconds: number },
  ): Promise<number>

  /** Rows that have not taken effect, and the age of the oldest. */
  outboxBacklog(): Promise<{ readonly rows: number; readonly oldestSeconds: number }>
}
