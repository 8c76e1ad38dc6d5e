// Step 6 as a loop: outbox to queue. Where the queue cannot be reached, or takes jobs and does none, the same jobs
// are done here: slower, but a dead queue delays nobody's case.
import type { Job, JobName } from '../schemas/job.js'
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
/** How often that is looked at, and how long such a queue is left alone. */
const stuckPauseMs = 15_000
const idleMs = 60_000

/** Rows that are taken at a time, jobs that run at once, and how long one may take: then it is left to end by itself. */
const batch = 100
const atOnce = 8
const longestJobMs = 20_000
/** No job of a batch begins later: from `resendSeconds` on other relays take the rows that are left. */
const longestBatchMs = 25_000
/** People wait for routing and alarms first; a mail server that stalls holds up neither. */
const order = [
  'route-case',
  'send-alarm',
  'send-letter',
  'send-notice',
] as const satisfies readonly JobName[]

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
  let idleUntil = 0

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

  /** Whether the queue takes jobs and does none: for a while nothing is left to it. */
  async function isIdle(): Promise<boolean> {
    if (ticks() >= lookAgainAt) {
      lookAgainAt = ticks() + stuckPauseMs
      const { oldestSeconds, rows } = await store.outboxBacklog()
      if (oldestSeconds > stuckSeconds) {
        if (ticks() >= idleUntil) log.warn('the queue leaves jobs undone', { count: rows })
        idleUntil = ticks() + idleMs
      }
    }
    return ticks() < idleUntil
  }

  return async signal => {
    const queue = deps.queue()
    const idle = await isIdle()
    const waiting = ticks() < tryAgainAt
    if (queue !== null && !idle && !(dead && waiting) && (await hand(queue, signal))) return
    if (queue === null && waiting && !dead) return
    while (!signal.aborted) if ((await workOff(deps, signal)) < batch) return
  }
}

/**
 * Does here what would be the queue's work. What a worker of the queue does at the same time after all is harmless: each
 * effect is recorded once.
 * @returns how many rows were taken
 */
async function workOff(deps: RelayDeps, signal: AbortSignal): Promise<number> {
  const { log, perform, ticks } = deps
  const taken: Job[] = []
  const take = async (jobs: readonly Job[]) => {
    taken.push(...jobs)
  }
  await deps.store.relayOutbox(take, { limit: batch, resendSeconds })
  // COMMITTED: the rows count as sent, and are not locked: the effect of a job deletes its row. A crash, a stop or a
  // fault below leaves them to the next relay, 30 s later.
  const end = ticks() + longestBatchMs
  const work = async (jobs: Iterator<Job>) => {
    for (let next = jobs.next(); next.done !== true; next = jobs.next()) {
      const job = next.value
      if (signal.aborted || ticks() > end) return
      try {
        await within(longestJobMs, perform(job), 'queue_unavailable')
      } catch (error) {
        logFault(log, 'job failed', error, { job: job.name })
      }
    }
  }
  for (const name of order) {
    const jobs = taken.filter(job => job.name === name).values()
    await Promise.all(Array.from({ length: atOnce }, () => work(jobs)))
  }
  return taken.length
}
