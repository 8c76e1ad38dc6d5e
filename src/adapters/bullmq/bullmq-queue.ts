// The queue on BullMQ, whatever is behind it: one BullMQ queue per name of job, so that a worker takes only what
// it was started for. Job data is an id; what a job failed of is kept here as a code and nowhere else.
import { UnrecoverableError, type JobsOptions } from 'bullmq'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, JobName } from '../../../schemas/job.js'
import { KhancapError, problems } from '../../../schemas/problem.js'
import type { Log } from '../../ports/log.js'
import type { Queue as QueuePort, QueueWorker } from '../../ports/queue.js'

/** What BullMQ keeps of a job beside its name and id. */
export interface JobPayload {
  readonly subject: string | null
}

// The parts of BullMQ's two classes that are used here, as both backends have them.
interface BullQueue {
  waitUntilReady(): Promise<unknown>
  addBulk(jobs: { name: string; data: JobPayload; opts: JobsOptions }[]): Promise<unknown>
  getJobCounts(...states: JobState[]): Promise<Record<string, number>>
  getJobScheduler(
    id: string,
  ): Promise<{ every?: number | undefined; next?: number | undefined } | undefined>
  upsertJobScheduler(
    id: string,
    repeat: { every: number },
    template: { name: string; data: JobPayload; opts: JobsOptions },
  ): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  close(): Promise<void>
}
type JobState = 'waiting' | 'active' | 'delayed'

interface BullWorker {
  waitUntilReady(): Promise<unknown>
  pause(doNotWaitActive: boolean): Promise<void>
  on(event: 'error', listener: () => void): unknown
  on(event: 'stalled', listener: (id: string) => void): unknown
  close(force: boolean): Promise<void>
}

/** The part that differs between the two backends. */
export interface Backend {
  openQueue(name: JobName): BullQueue
  openWorker(
    name: JobName,
    run: (job: { readonly id?: string | undefined; readonly data: JobPayload }) => Promise<void>,
    options: ReturnType<typeof workerOptions> & { readonly concurrency: number },
  ): BullWorker
  ping(): Promise<void>
  close(): Promise<void>
}

export interface QueueTuning {
  /** First step of the back-off between attempts; doubles each time, up to half of it random. For tests. */
  readonly backoffMs?: number
  /** How long a job belongs to a worker that says nothing more. For tests. */
  readonly lockMs?: number
}

const names: readonly JobName[] = [
  'route-case',
  'send-alarm',
  'send-notice',
  'send-letter',
  'sweep',
]

function workerOptions(lockMs: number) {
  return {
    // A job whose worker was killed runs again after at most the sum of the two. No job holds the event loop for
    // half a lock, which is when locks are renewed.
    lockDuration: lockMs,
    stalledInterval: Math.round((lockMs * 2) / 3),
    // After a fault of the backend itself.
    runRetryDelay: 2_000,
  }
}

/** Fulfils a promise of the port in the port's words. */
async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof KhancapError
      ? error
      : new KhancapError('queue_unavailable', { cause: error })
  }
}

function toJob(name: JobName, id: string, subject: string | null): Job {
  return name === 'sweep' || subject === null
    ? { name: 'sweep', id, subject: null }
    : { name, id, subject }
}

/** What BullMQ writes down of a failure: a code, no message and no stack. */
function recorded(code: string, isFinal: boolean): Error {
  return isFinal ? new UnrecoverableError(code) : new Error(code)
}

/** What happened to jobs is told to nobody: the last ones are kept, not 10 000 for each kind of job. */
export const streams = { events: { maxLen: 100 } } as const

/**
 * Owns the backend: closes it with the queue, and where it cannot be used.
 * @throws KhancapError `queue_unavailable`
 */
export async function bullmqQueue(
  backend: Backend,
  log: Pick<Log, 'warn'>,
  { backoffMs = 2_000, lockMs = 15_000 }: QueueTuning,
): Promise<QueuePort> {
  const jobOptions: JobsOptions = {
    attempts: 8,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    // A job that has ended, well or not, is gone: the outbox decides whether it is needed again.
    removeOnComplete: true,
    removeOnFail: true,
    stackTraceLimit: 0,
  }
  // Connections report every failed try; an operator needs to hear of it once a minute.
  let quietUntil = 0
  const onError = () => {
    const now = Date.now()
    if (now < quietUntil) return
    quietUntil = now + 60_000
    log.warn('queue_error', { code: 'queue_unavailable' })
  }

  let isClosed = false
  const queues = new Map<JobName, BullQueue>(
    names.map(name => {
      const queue = backend.openQueue(name)
      queue.on('error', onError)
      return [name, queue]
    }),
  )
  function queueOf(name: JobName): BullQueue {
    const queue = queues.get(name)
    // BullMQ's own waits for ever once it is closed.
    if (isClosed) throw new KhancapError('queue_unavailable', { cause: new Error('closed') })
    if (queue === undefined) throw new Error(`no queue for jobs ${name}`)
    return queue
  }

  const workers = new Set<BullWorker>()

  async function closeAll(): Promise<void> {
    isClosed = true
    // One that outlives its backend takes nothing more, and asks for ever.
    await Promise.allSettled([...workers].map(worker => worker.close(true)))
    await Promise.allSettled([...queues.values()].map(queue => queue.close()))
    await backend.close()
  }

  try {
    await available(Promise.all([...queues.values()].map(queue => queue.waitUntilReady())))
  } catch (error) {
    await closeAll()
    throw error
  }

  return {
    close: closeAll,

    async addBulk(jobs) {
      const groups = names
        .map(name => ({ name, group: jobs.filter(job => job.name === name) }))
        .filter(({ group }) => group.length > 0)
      await available(
        Promise.all(
          groups.map(({ name, group }) =>
            queueOf(name).addBulk(
              group.map(({ id, subject }) => ({
                name,
                data: { subject },
                opts: { ...jobOptions, jobId: id },
              })),
            ),
          ),
        ),
      )
    },

    async work(wanted, processor, { concurrency, onFault }) {
      const stop = new AbortController()
      const underWay = new Set<Promise<void>>()
      const opened = wanted.map(name => {
        const worker = backend.openWorker(
          name,
          job => {
            const running = attempt(toJob(name, job.id ?? '', job.data.subject))
            underWay.add(running)
            return running.finally(() => underWay.delete(running))
          },
          { ...workerOptions(lockMs), concurrency },
        )
        workers.add(worker)
        worker.on('error', onError)
        // Run already and perhaps landed, but nobody knows: it goes back into the queue once, and then the outbox
        // brings it again.
        worker.on('stalled', id => {
          onFault({ name, id, code: 'job_stalled' })
        })
        return worker
      })

      async function attempt(job: Job): Promise<void> {
        try {
          await processor(job, { signal: stop.signal })
        } catch (error) {
          const code = error instanceof KhancapError ? error.code : 'internal'
          onFault({ name: job.name, id: job.id, code })
          throw recorded(code, problems[code].retry === 'never')
        }
      }

      async function close(graceMs: number): Promise<void> {
        stop.abort()
        await Promise.all(opened.map(worker => worker.pause(true)))
        const grace = new AbortController()
        await Promise.race([
          Promise.allSettled(underWay),
          sleep(graceMs, undefined, { signal: grace.signal }).catch(() => {}),
        ])
        grace.abort()
        // What did not end in time runs again elsewhere, once its lock has run out.
        const isForced = underWay.size > 0
        await Promise.all(opened.map(worker => worker.close(isForced)))
        for (const worker of opened) workers.delete(worker)
      }

      try {
        await available(Promise.all(opened.map(worker => worker.waitUntilReady())))
      } catch (error) {
        await Promise.allSettled(opened.map(worker => worker.close(true)))
        throw error
      }
      return { close } satisfies QueueWorker
    },

    async everySeconds(seconds) {
      const every = seconds * 1000
      const queue = queueOf('sweep')
      const scheduler = await available(queue.getJobScheduler('sweep'))
      // Two rounds late: its next job was lost.
      const isAlive = scheduler?.every === every && (scheduler.next ?? 0) > Date.now() - 2 * every
      if (isAlive) return
      await available(
        queue.upsertJobScheduler(
          'sweep',
          { every },
          // The next round is the next attempt.
          { name: 'sweep', data: { subject: null }, opts: { ...jobOptions, attempts: 1 } },
        ),
      )
    },

    async queueDepth() {
      // Sweeps are always one ahead: they say nothing about work that waits.
      const counted = names.filter(name => name !== 'sweep')
      const counts = await available(
        Promise.all(
          counted.map(name => queueOf(name).getJobCounts('waiting', 'active', 'delayed')),
        ),
      )
      return counts.flatMap(each => Object.values(each)).reduce((sum, count) => sum + count, 0)
    },

    pingQueue: () => available(backend.ping()),
  }
}
