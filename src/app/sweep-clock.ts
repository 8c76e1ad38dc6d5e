// Step 8: compares the store's index of next rungs with the store's clock, and records what has come due. It needs no
// queue and no memory: whatever was slept through is found by the next sweep.
import type { Instant } from '../../schemas/encoding.js'
import type { Directory } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import { outboxIds } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { climb, serviceLevelFor } from '../core/sla/ladder.js'
import type { ClockStore, DueCase, RungPlan } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { CurrentDirectory } from './current-directory.js'

/** Cases in one transaction: their rows are locked for about a second on a busy machine. */
const batch = 1000

/**
 * Of the time that a full batch took, what is left to others before the next one: whoever has slept through the alarms of
 * a hundred thousand cases still takes in requests at half speed and more while they are caught up.
 */
const restShare = 0.3

/** The name under which the sweep says that it is alive. */
export const sweepHeartbeat = 'sweep'

export interface SweepDeps {
  readonly store: Pick<ClockStore, 'climbDueRungs' | 'recordHeartbeat'>
  readonly directories: Pick<CurrentDirectory, 'newest' | 'bySequence'>
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
}

/**
 * Climbs until nothing is due, then notes the heartbeat. Cases climb the ladder of the directory that they were
 * routed by; where that one cannot be had any more, the newest one's.
 * @returns how many rungs fired: each has a notice in the outbox
 * @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid`
 */
export async function sweepClock(deps: SweepDeps, signal: AbortSignal): Promise<number> {
  const newest = (await deps.directories.newest()).directory
  const ladders = new Map<number, Directory>([[newest.sequence, newest]])
  const nextId = outboxIds(deps.primitives)
  let total = 0
  while (!signal.aborted) {
    const began = performance.now()
    const missing = new Set<number>()
    const { cases, fired } = await deps.store.climbDueRungs(due => {
      const directory = ladders.get(due.directorySequence)
      if (directory !== undefined) return planOf(nextId, directory, due)
      missing.add(due.directorySequence)
      return null
    }, batch)
    total += fired
    for (const sequence of missing)
      ladders.set(sequence, (await ladderOf(deps, sequence)) ?? newest)
    if (cases < batch && missing.size === 0) break
    if (cases === batch) await rest((performance.now() - began) * restShare, signal)
  }
  await deps.store.recordHeartbeat(sweepHeartbeat)
  if (total > 0) deps.log.info('rungs fired', { count: total })
  return total
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
