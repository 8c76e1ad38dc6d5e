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
  if (signal.aborted) return 0
  const options = { limit: batch, resendSeconds }
  const first = await store.relayOutbox(send, options)
  if (first < batch) return first
  let total = first
  async function relay(): Promise<void> {
    while (!signal.aborted) {
      const sent = await store.relayOutbox(send, options)
      total += sent
      if (sent < batch) return
    }
  }
  // Each waits for the store while the queue works for the other. Nothing of either is under way when this ends.
  const relays = await Promise.allSettled([relay(), relay()])
  for (const ended of relays) if (ended.status === 'rejected') throw ended.reason
  return total
}
