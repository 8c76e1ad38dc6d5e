// Step 8: compares the store's index of next rungs with the store's clock, and records what has come due. It needs no
// queue and no memory: whatever was slept through is found by the next sweep.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Directory } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import { outboxIds } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { climb, serviceLevelFor } from '../core/sla/ladder.js'
import type { ClockStore, DueCase, RungPlan } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { CurrentDirectory } from './current-directory.js'
import { logFault } from './log-fault.js'

/** Cases in one transaction: their rows are locked for about a second on a busy machine. */
const batch = 1000

/**
 * Of the time that a full batch took, what is left to others before the next one: whoever has slept through the alarms of
 * a hundred thousand cases still takes in requests at half speed and more while they are caught up.
 */
const restShare = 0.3

/** Where so many cases cannot be recorded it is not the cases: the sweep fails, and the heartbeat with it. */
const mostStuck = 10

/** The name under which the sweep says that it is alive. */
export const sweepHeartbeat = 'sweep'

export interface SweepDeps {
  readonly store: Pick<ClockStore, 'climbDueRungs' | 'recordHeartbeat'>
  readonly directories: Pick<CurrentDirectory, 'newest' | 'bySequence'>
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
}

/**
 * Climbs until nothing is due, and notes the heartbeat after each batch, so that a long catch-up is not taken for death.
 * Cases climb the ladder of the directory that they were routed by; where that one cannot be had any more, the newest
 * one's. A case that cannot be recorded keeps no other waiting: it is named in the log, stays due, and shows as late.
 * @returns how many rungs fired: each has a notice in the outbox
 * @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid`
 */
export async function sweepClock(deps: SweepDeps, signal: AbortSignal): Promise<number> {
  const newest = (await deps.directories.newest()).directory
  const ladders = new Map<number, Directory>([[newest.sequence, newest]])
  const nextId = outboxIds(deps.primitives)
  const stuck = new Set<CaseId>()
  let total = 0
  let most = batch
  while (!signal.aborted) {
    const began = performance.now()
    const missing = new Set<number>()
    const planned: CaseId[] = []
    let passedOver = 0
    try {
      const { cases, fired } = await deps.store.climbDueRungs(due => {
        const directory = ladders.get(due.directorySequence)
        if (directory === undefined) missing.add(due.directorySequence)
        if (stuck.has(due.id)) passedOver += 1
        if (directory === undefined || stuck.has(due.id)) return null
        planned.push(due.id)
        return planOf(nextId, directory, due)
      }, most)
      await deps.store.recordHeartbeat(sweepHeartbeat)
      total += fired
      for (const sequence of missing)
        ladders.set(sequence, (await ladderOf(deps, sequence)) ?? newest)
      if (cases + passedOver < most && missing.size === 0) break
      if (cases === batch) await rest((performance.now() - began) * restShare, signal)
      most = Math.min(batch, most * 2)
    } catch (error) {
      most = stuck.size + narrowed(deps.log, stuck, planned, error)
    }
  }
  if (total > 0) deps.log.info('rungs fired', { count: total })
  return total
}

/**
 * Of a batch that could not be recorded the first half is tried alone, down to the one case that stands in the way: it is
 * passed over until the next sweep.
 * @returns how many to try next
 * @throws the error itself where it is no single case's: the store is away, or nothing at all can be recorded
 */
function narrowed(
  log: Log,
  stuck: Set<CaseId>,
  planned: readonly CaseId[],
  error: unknown,
): number {
  const [first] = planned
  if (error instanceof KhancapError || first === undefined || stuck.size >= mostStuck) throw error
  if (planned.length > 1) return Math.ceil(planned.length / 2)
  logFault(log, 'case cannot climb', error, { case: first })
  stuck.add(first)
  return batch - stuck.size
}

/** Waits, or until it should stop. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener('abort', done)
  })
}

async function ladderOf(deps: SweepDeps, sequence: number): Promise<Directory | null> {
  try {
    return (await deps.directories.bySequence(sequence))?.directory ?? null
  } catch (error) {
    // A store that is away for a moment is no reason to climb another ladder: rungs that were passed by are passed by
    // for ever. The case stays due, and the next sweep asks again.
    if (!(error instanceof KhancapError) || error.code !== 'directory_invalid') throw error
    deps.log.warn('directory of a case cannot be had', { sequence })
    return null
  }
}

function planOf(nextId: () => string, directory: Directory, due: DueCase): RungPlan {
  const at: Instant = due.now
  const { firings, nextRungAt } = climb(serviceLevelFor(directory, due.program, at), due)
  return {
    nextRungAt,
    firings: firings.map(firing => ({
      ...firing,
      noticeId: nextId(),
      outboxId: nextId(),
    })),
  }
}
