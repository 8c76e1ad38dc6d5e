// Step 8: compares the store's index of next rungs with the store's clock, and records what has come due. It needs no
// queue and no memory: whatever was slept through is found by the next sweep.
import type { Instant } from '../../schemas/encoding.js'
import type { Directory } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { climb, serviceLevelFor } from '../core/sla/ladder.js'
import type { ClockStore, DueCase, RungPlan } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { CurrentDirectory } from './current-directory.js'

/** Cases in one transaction: their rows are locked for about a second on a busy machine. */
const batch = 1000

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
  let total = 0
  while (!signal.aborted) {
    const missing = new Set<number>()
    const { cases, fired } = await deps.store.climbDueRungs(due => {
      const directory = ladders.get(due.directorySequence)
      if (directory !== undefined) return planOf(deps, directory, due)
      missing.add(due.directorySequence)
      return null
    }, batch)
    total += fired
    for (const sequence of missing)
      ladders.set(sequence, (await ladderOf(deps, sequence)) ?? newest)
    if (cases < batch && missing.size === 0) break
  }
  await deps.store.recordHeartbeat(sweepHeartbeat)
  if (total > 0) deps.log.info('rungs fired', { count: total })
  return total
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

function planOf(deps: SweepDeps, directory: Directory, due: DueCase): RungPlan {
  const at: Instant = due.now
  const { firings, nextRungAt } = climb(serviceLevelFor(directory, due.program, at), due)
  return {
    nextRungAt,
    firings: firings.map(firing => ({
      ...firing,
      noticeId: newOutboxId(deps.primitives),
      outboxId: newOutboxId(deps.primitives),
    })),
  }
}
