// Step 8 as a loop: the clock, claims of who is gone, and notices that wait for their hour. It needs the store and nothing
// else; on the way it puts the queue's own schedule back, in case the queue has lost it. What retention says (step 12) is a
// loop of its own: gigabytes that are deleted keep no deadline waiting.
import { KhancapError } from '../schemas/problem.js'
import { faultFields, logFault } from '../src/app/log-fault.js'
import { releaseGoneHandlers } from '../src/app/release-gone.js'
import { sweepClock, type SweepDeps } from '../src/app/sweep-clock.js'
import type { ClockStore } from '../src/ports/clock-store.js'
import type { LetterStore } from '../src/ports/letter-store.js'
import type { NoticeStore } from '../src/ports/notice-store.js'
import type { Queue } from '../src/ports/queue.js'
import { within } from './loop.js'

const longestHealMs = 5000

export interface SweepLoopDeps extends SweepDeps {
  readonly store: Pick<ClockStore, 'climbDueRungs' | 'recordHeartbeat' | 'releaseGone'> &
    Pick<NoticeStore, 'wakeLanes'> &
    Pick<LetterStore, 'wakeLetters'>
  readonly queue: () => Pick<Queue, 'everySeconds'> | null
  readonly sweepSeconds: number
  /** Notices are in the outbox. */
  readonly onFired: () => void
}

/**
 * One pass. What fails keeps nothing else from its turn.
 * @throws the first failure, after the rest has had its turn
 */
export async function sweep(deps: SweepLoopDeps, signal: AbortSignal): Promise<void> {
  const { log, onFired, queue, store, sweepSeconds } = deps
  const tell = (count: number) => {
    if (count > 0) onFired()
  }
  const turns = [
    async () => tell(await sweepClock(deps, signal)),
    async () => tell(await releaseGoneHandlers(deps, signal)),
    async () => tell(await store.wakeLanes()),
    async () => tell(await store.wakeLetters()),
  ]
  const faults: Error[] = []
  // One after the other: what is overdue first.
  // oxlint-disable-next-line no-await-in-loop
  for (const turn of turns) await turn().catch((error: unknown) => faults.push(errorOf(error)))
  const open = queue()
  if (open !== null)
    await within(longestHealMs, open.everySeconds(sweepSeconds), 'queue_unavailable').catch(
      (error: unknown) => log.warn('schedule not renewed', faultFields(error)),
    )
  const [first, ...others] = faults
  for (const error of others) logFault(log, 'step failed', error, { job: 'sweep' })
  if (first !== undefined) throw first
}

const errorOf = (error: unknown) =>
  error instanceof Error ? error : new KhancapError('internal', { cause: error })
