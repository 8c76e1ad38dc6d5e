// Step 6: hands what was committed to the queue. A crash in between repeats harmlessly: the job id is the row's id.
import type { Job } from '../../schemas/job.js'
import type { OutboxStore } from '../ports/outbox-store.js'

/** Rows in one round trip. */
const batch = 500

/**
 * A row that was handed over and has not taken effect after this time is handed over again: the queue may have lost
 * it. Longer than any job takes, short against the first rung of a ladder.
 */
export const resendSeconds = 30

/**
 * Relays until the outbox has nothing more to send, or `signal` says stop.
 * @returns how many rows were handed over
 * @throws KhancapError `store_unavailable`, and whatever `send` throws
 */
export async function relayOutbox(
  store: Pick<OutboxStore, 'relayOutbox'>,
  send: (jobs: readonly Job[]) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    const sent = await store.relayOutbox(send, { limit: batch, resendSeconds })
    total += sent
    if (sent < batch) break
  }
  return total
}
