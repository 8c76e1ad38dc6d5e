// Step 12: deletes what retention says is over, uploads that nobody went on with, and nonces that can no longer be used.
import type { ClockStore } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { UploadStore } from '../ports/upload-store.js'

/** Cases in one transaction: each deletes up to a few megabytes. */
const batch = 100
/** Parts of uploads in one transaction: each has up to a megabyte. */
const parts = 64

/**
 * @returns how many cases were purged
 * @throws KhancapError `store_unavailable`
 */
export async function purgeCases(
  deps: {
    readonly store: Pick<ClockStore, 'purgeDue' | 'forgetNonces'> &
      Pick<UploadStore, 'purgeUploads'>
    readonly log: Log
  },
  signal: AbortSignal,
): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    const purged = await deps.store.purgeDue(batch)
    total += purged
    if (purged < batch) break
  }
  while (!signal.aborted && (await deps.store.purgeUploads(parts)) > 0);
  await deps.store.forgetNonces()
  if (total > 0) deps.log.info('cases purged', { count: total })
  return total
}
