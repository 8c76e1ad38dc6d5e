// Step 6 as a loop: outbox to queue. Where the queue cannot be reached the same jobs are done here, one after the
// other: slower, but a dead queue delays nobody's case.
import type { Job } from '../schemas/job.js'
import { KhancapError } from '../schemas/problem.js'
import { logFault } from '../src/app/log-fault.js'
import { relayOutbox } from '../src/app/relay-outbox.js'
import type { Log } from '../src/ports/log.js'
import type { OutboxStore } from '../src/ports/outbox-store.js'
import type { Queue } from '../src/ports/queue.js'
import { within } from './loop.js'

/** A queue that has not taken jobs by then counts as dead: the outbox rows are locked meanwhile. */
const longestHandoverMs = 5000
/** How long a dead queue is left alone; also how long it may take to open at start. */
const deadMs = 5000

export interface RelayDeps {
  readonly store: Pick<OutboxStore, 'relayOutbox'>
  /** null while it is not open. */
  readonly queue: () => Pick<Queue, 'addBulk'> | null
  readonly perform: (job: Job) => Promise<void>
  readonly log: Log
  /** Milliseconds that only ever grow. */
  readonly ticks: () => number
}

/** One step of the relay; what it throws is `store_unavailable`. */
export function outboxRelay(deps: RelayDeps): (signal: AbortSignal) => Promise<void> {
  const { store, log, ticks } = deps
  let dead = false
  let tryAgainAt = ticks() + deadMs

  async function hand(queue: Pick<Queue, 'addBulk'>, signal: AbortSignal): Promise<boolean> {
    try {
      const send = (jobs: readonly Job[]) =>
        within(longestHandoverMs, queue.addBulk(jobs), 'queue_unavailable')
      await relayOutbox(store, send, signal)
      if (dead) log.info('queue is back')
      dead = false
      return true
    } catch (error) {
      if (!(error instanceof KhancapError) || error.code !== 'queue_unavailable') throw error
      if (!dead) logFault(log, 'queue unavailable, working without it', error)
      dead = true
      tryAgainAt = ticks() + deadMs
      return false
    }
  }

  return async signal => {
    const queue = deps.queue()
    const waiting = ticks() < tryAgainAt
    if (queue !== null && !(dead && waiting) && (await hand(queue, signal))) return
    if (queue === null && waiting && !dead) return
    await workWithoutQueue(deps, signal)
  }
}

/** Takes the rows first and works afterwards: the effect of a job deletes its row, which is locked until then. */
async function workWithoutQueue(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  const taken: Job[] = []
  const take = async (jobs: readonly Job[]) => {
    taken.push(...jobs)
  }
  await relayOutbox(deps.store, take, signal)
  // COMMITTED: the rows count as sent. A crash, a stop or a fault below leaves them to the next relay, 30 s later.
  for (const job of taken) {
    if (signal.aborted) return
    try {
      await deps.perform(job)
    } catch (error) {
      logFault(deps.log, 'job failed', error, { job: job.name })
    }
  }
}
