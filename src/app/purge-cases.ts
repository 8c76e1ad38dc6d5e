// Step 12: deletes what retention says is over, uploads that nobody went on with, nonces that can no longer be used, and whom
// mails acknowledged a day ago.
import { KhancapError } from '../../schemas/problem.js'
import type { AcknowledgementStore } from '../ports/acknowledgement-store.js'
import type { ClockStore } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { UploadStore } from '../ports/upload-store.js'

/** Cases in one transaction: each deletes a few megabytes as a rule, and up to a gigabyte where it was written full. */
const mostAtOnce = 5
/** Mails in one transaction: 40 MB each at most. */
const mailsAtOnce = 4
/** Parts of uploads in one transaction: each has up to a quarter of a megabyte. */
const parts = 64

/**
 * @returns how many cases were purged
 * @throws KhancapError `store_unavailable`
 */
export async function purgeCases(
  deps: {
    readonly store: Pick<ClockStore, 'purgeDue' | 'deletePurgedMails' | 'forgetNonces'> &
      Pick<AcknowledgementStore, 'forgetAcknowledgements'> &
      Pick<UploadStore, 'purgeUploads'>
    readonly log: Log
  },
  signal: AbortSignal,
): Promise<number> {
  await deps.store.forgetNonces()
  await deps.store.forgetAcknowledgements()
  let total = 0
  let atOnce = mostAtOnce
  while (!signal.aborted) {
    try {
      const purged = await deps.store.purgeDue(atOnce)
      total += purged
      if (purged < atOnce) break
    } catch (error) {
      // Too much for one statement, perhaps: the same again would fail each time, and nothing would ever be purged.
      const mayBeTooMuch = error instanceof KhancapError && error.code === 'store_unavailable'
      if (!mayBeTooMuch || atOnce === 1) throw error
      atOnce = Math.floor(atOnce / 2)
    }
  }
  while (!signal.aborted && (await deps.store.deletePurgedMails(mailsAtOnce)) > 0);
  while (!signal.aborted && (await deps.store.purgeUploads(parts)) > 0);
  if (total > 0) deps.log.info('cases purged', { count: total })
  return total
}
