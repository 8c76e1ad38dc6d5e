// The workers: relay, router, notices and clock over one store and one queue. The store is what they need; the queue
// may come late, go away or be emptied, and everything still happens.
import type { Job, JobName } from '../schemas/job.js'
import { logFault } from '../src/app/log-fault.js'
import { purgeCases } from '../src/app/purge-cases.js'
import { routeCase, type RouterDeps } from '../src/app/route-case.js'
import { type LetterDeps, sendLetter } from '../src/app/send-letter.js'
import { type NoticeDeps, type NoticePace, sendNotice } from '../src/app/send-notice.js'
import type { CurrentDirectory } from '../src/app/current-directory.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import type { AliveSignal } from '../src/ports/alive-signal.js'
import type { AcknowledgementStore } from '../src/ports/acknowledgement-store.js'
import type { ClockStore } from '../src/ports/clock-store.js'
import type { Log } from '../src/ports/log.js'
import type { NoticeHook } from '../src/ports/notice-hook.js'
import type { LetterStore } from '../src/ports/letter-store.js'
import type { MailStore } from '../src/ports/mail-store.js'
import type { NoticeStore } from '../src/ports/notice-store.js'
import type { OutboxStore } from '../src/ports/outbox-store.js'
import type { Queue, QueueWorker } from '../src/ports/queue.js'
import type { RoutingStore } from '../src/ports/routing-store.js'
import type { UploadStore } from '../src/ports/upload-store.js'
import { signalLife } from './alive.js'
import { type Loop, startLoop } from './loop.js'
import { outboxRelay } from './relay.js'
import type { SlipOpener } from './slip-opener.js'
import { sweep } from './sweep.js'

export interface WorkersDeps {
  readonly store: RoutingStore &
    NoticeStore &
    OutboxStore &
    LetterStore &
    ClockStore &
    Pick<AcknowledgementStore, 'forgetAcknowledgements'> &
    Pick<UploadStore, 'purgeUploads'> &
    Pick<MailStore, 'inboxStates'>
  /** Called until it succeeds, with back-off; the workers close what it gives. */
  readonly openQueue: () => Promise<Queue>
  readonly directories: CurrentDirectory
  readonly slips: SlipOpener
  readonly mailer: NoticeDeps['mailer']
  readonly contacts: NoticeDeps['contacts']
  /** What sends answers to requests that came by mail; none where no mail server is set. */
  readonly letters?: LetterDeps['letters']
  readonly hook?: NoticeHook | null
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
  readonly pace?: Partial<NoticePace>
  /** A watch outside, if there is one. */
  readonly alive?: AliveSignal | null
  /** The period of the sweep, 10 where nothing is said: an alarm is this late at most. */
  readonly sweepSeconds?: number
}

export interface Workers {
  /** Something was committed that has an outbox row: relay now instead of within half a second. */
  wake(): void
  /** Takes nothing more and resolves when what is under way has ended, or after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** The outbox is looked at this often where nobody wakes the relay: the API may be another process. */
const relayPauseMs = 500
const defaultSweepSeconds = 10
const queuePauseMs = 5000
/** Watches outside count in minutes. */
const alivePauseMs = 60_000
const longestPauseMs = 30_000

/** At once, by name of the job: opening a slip takes milliseconds, a mail server takes its time. */
const concurrency = {
  'route-case': 4,
  'send-alarm': 4,
  'send-notice': 4,
  'send-letter': 4,
  sweep: 1,
} as const
const names = [
  'route-case',
  'send-alarm',
  'send-notice',
  'send-letter',
  'sweep',
] as const satisfies readonly JobName[]

export function startWorkers(deps: WorkersDeps): Workers {
  const { log, sweepSeconds = defaultSweepSeconds } = deps
  const stop = new AbortController()
  const { signal } = stop
  let queue: Queue | null = null
  let queueWorkers: readonly QueueWorker[] = []

  const router: RouterDeps = {
    ...deps,
    openSlip: deps.slips.open.bind(deps.slips),
    recipients: deps.slips.recipients,
  }

  const letterDeps: LetterDeps = {
    ...deps,
    letters: deps.letters ?? null,
    openLetter: deps.slips.openLetter.bind(deps.slips),
    nameLetter: deps.slips.nameLetter.bind(deps.slips),
  }

  async function perform(job: Job): Promise<void> {
    switch (job.name) {
      case 'route-case':
        if (await routeCase(router, job.subject)) loops.relay.wake()
        return
      case 'send-alarm':
      case 'send-notice':
        return sendNotice(deps, job.subject)
      case 'send-letter':
        return sendLetter(letterDeps, job.subject)
      case 'sweep':
        loops.sweep.wake()
    }
  }

  async function openQueue(): Promise<void> {
    if (queue !== null) return
    const opened = await deps.openQueue()
    const started: QueueWorker[] = []
    try {
      await opened.everySeconds(sweepSeconds)
      for (const name of names)
        started.push(
          await opened.work([name], perform, {
            concurrency: concurrency[name],
            onFault: ({ name: job, code }) => log.warn('job failed', { job, code }),
          }),
        )
      queueWorkers = started
      queue = opened
      log.info('queue opened')
      loops.relay.wake()
    } catch (error) {
      // A worker outlives its queue: those that run already would take jobs beside the ones of the next attempt.
      for (const worker of started) await worker.close(0).catch(() => undefined)
      await opened.close()
      throw error
    }
  }

  const options = { signal, log, longestPauseMs }
  const loops: Readonly<Record<'queue' | 'relay' | 'sweep' | 'purge' | 'alive', Loop>> = {
    queue: startLoop('queue', openQueue, { ...options, pauseMs: queuePauseMs }),
    relay: startLoop(
      'relay',
      outboxRelay({ ...deps, queue: () => queue, perform, ticks: () => performance.now() }),
      { ...options, pauseMs: relayPauseMs },
    ),
    sweep: startLoop(
      'sweep',
      stopping =>
        sweep(
          { ...deps, sweepSeconds, queue: () => queue, onFired: () => loops.relay.wake() },
          stopping,
        ),
      { ...options, pauseMs: sweepSeconds * 1000, longestPauseMs: sweepSeconds * 1000 },
    ),
    purge: startLoop('purge', purge, { ...options, pauseMs: sweepSeconds * 1000 }),
    alive: startLoop('alive', tellOutside, { ...options, pauseMs: alivePauseMs }),
  }

  async function purge(stopping: AbortSignal): Promise<void> {
    await purgeCases(deps, stopping)
  }

  async function tellOutside(): Promise<void> {
    const { alive } = deps
    if (alive !== undefined && alive !== null)
      await signalLife({ ...deps, alive, sweepSeconds, now: Date.now })
  }

  async function finish(graceMs: number): Promise<void> {
    await loops.queue.ended
    await Promise.all([
      loops.relay.ended,
      loops.sweep.ended,
      loops.purge.ended,
      loops.alive.ended,
      ...queueWorkers.map(worker => worker.close(graceMs)),
    ])
    await queue?.close()
  }

  return {
    wake: () => loops.relay.wake(),
    async close(graceMs) {
      stop.abort()
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>(resolve => {
        timer = setTimeout(resolve, graceMs)
      })
      try {
        await Promise.race([finish(graceMs), grace])
      } catch (error) {
        logFault(log, 'workers closed with a fault', error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
