// Step 6 as a loop: outbox to queue. Where the queue cannot be reached the same jobs are done here, one after the
// other: slower, but a dead queue delays nobody's case.
import type { Job } from '../schemas/job.js'
import { KhancapError } from '../schemas/problem.js'
import { logFault } from '../src/app/log-fault.js'
import { relayOutbox, resendSeconds } from '../src/app/relay-outbox.js'
import type { Log } from '../src/ports/log.js'
import type { OutboxStore } from '../src/ports/outbox-store.js'
import type { Queue } from '../src/ports/queue.js'
import { within } from './loop.js'

/** A queue that has not taken jobs by then counts as dead: the outbox rows are locked meanwhile. */
const longestHandoverMs = 5000
/** How long a dead queue is left alone; also how long it may take to open at start. */
const deadMs = 5000

/** A row that is older was handed over twice and more, and nothing came of it: the queue says yes and does nothing. */
const stuckSeconds = 75
/** How often that is looked at, and how many such rows are worked off at a time. */
const stuckPauseMs = 15_000
const stuckBatch = 20
/** A job that takes longer is left to end by itself. */
const longestJobMs = 20_000

export interface RelayDeps {
  readonly store: Pick<OutboxStore, 'relayOutbox' | 'outboxBacklog'>
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
  let lookAgainAt = ticks() + stuckPauseMs

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
    if (ticks() >= lookAgainAt) {
      lookAgainAt = ticks() + stuckPauseMs
      if ((await store.outboxBacklog()).oldestSeconds > stuckSeconds) await workOffStuck(deps)
    }
    const waiting = ticks() < tryAgainAt
    if (queue !== null && !(dead && waiting) && (await hand(queue, signal))) return
    if (queue === null && waiting && !dead) return
    await workWithoutQueue(deps, signal)
  }
}

/**
 * Does here what a queue took and did not do. Cases before notices: a mail server that stalls holds up no routing. What
 * a worker of the queue does at the same time after all is harmless: each effect is recorded once.
 */
async function workOffStuck(deps: RelayDeps): Promise<void> {
  const taken: Job[] = []
  await deps.store.relayOutbox(
    async jobs => {
      taken.push(...jobs)
    },
    { limit: stuckBatch, resendSeconds },
  )
  if (taken.length === 0) return
  deps.log.warn('the queue leaves jobs undone', { count: taken.length })
  const work = (jobs: readonly Job[]) =>
    Promise.all(
      jobs.map(async job => {
        try {
          await within(longestJobMs, deps.perform(job), 'queue_unavailable')
        } catch (error) {
          logFault(deps.log, 'job failed', error, { job: job.name })
        }
      }),
    )
  await work(taken.filter(job => job.name === 'route-case'))
  await work(taken.filter(job => job.name !== 'route-case'))
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
