// Steps 8 and 12 as a loop: the clock, then what retention says. It needs the store and nothing else; on the way it
// puts the queue's own schedule back, in case the queue has lost it.
import { faultFields } from '../src/app/log-fault.js'
import { purgeCases } from '../src/app/purge-cases.js'
import { releaseGoneHandlers } from '../src/app/release-gone.js'
import { sweepClock, type SweepDeps } from '../src/app/sweep-clock.js'
import type { AcknowledgementStore } from '../src/ports/acknowledgement-store.js'
import type { ClockStore } from '../src/ports/clock-store.js'
import type { LetterStore } from '../src/ports/letter-store.js'
import type { NoticeStore } from '../src/ports/notice-store.js'
import type { Queue } from '../src/ports/queue.js'
import type { UploadStore } from '../src/ports/upload-store.js'
import { within } from './loop.js'

const longestHealMs = 5000

export interface SweepLoopDeps extends SweepDeps {
  readonly store: Pick<
    ClockStore,
    | 'climbDueRungs'
    | 'recordHeartbeat'
    | 'releaseGone'
    | 'purgeDue'
    | 'deletePurgedMails'
    | 'forgetNonces'
  > &
    Pick<NoticeStore, 'wakeLanes'> &
    Pick<LetterStore, 'wakeLetters'> &
    Pick<AcknowledgementStore, 'forgetAcknowledgements'> &
    Pick<UploadStore, 'purgeUploads'>
  readonly queue: () => Pick<Queue, 'everySeconds'> | null
  readonly sweepSeconds: number
  /** Notices are in the outbox. */
  readonly onFired: () => void
}

/** @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid` */
export async function sweep(deps: SweepLoopDeps, signal: AbortSignal): Promise<void> {
  const fired = await sweepClock(deps, signal)
  const released = await releaseGoneHandlers(deps, signal)
  const woken = (await deps.store.wakeLanes()) + (await deps.store.wakeLetters())
  if (woken + fired + released > 0) deps.onFired()
  await purgeCases(deps, signal)
  const queue = deps.queue()
  if (queue === null) return
  try {
    await within(longestHealMs, queue.everySeconds(deps.sweepSeconds), 'queue_unavailable')
  } catch (error) {
    deps.log.warn('schedule not renewed', faultFields(error))
  }
}
