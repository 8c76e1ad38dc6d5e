// The queue, valid whatever stands behind it. It may lose everything at any moment: the outbox still has each row
// that has not taken effect. Jobs run at least once, perhaps twice at once, in any order.
import type { Job, JobName } from '../../schemas/job.js'

/** What a processor is given besides the job: aborted as soon as its worker is told to close. */
export interface JobContext {
  readonly signal: AbortSignal
}

/**
 * Does what a job asks. Resolving ends the job. A KhancapError whose problem says `retry: 'never'` ends it too
 * (it is reported, not repeated); anything else is tried again with back-off.
 */
export type Processor = (job: Job, context: JobContext) => Promise<void>

export interface QueueWorker {
  /** Takes no more jobs and resolves when those under way have ended, or after `graceMs`. */
  close(graceMs: number): Promise<void>
}

export interface Queue {
  /**
   * Adds jobs in one round trip. A job whose id is still waiting, under way or backing off is ignored; one that
   * has ended or was lost is added anew. Not durable.
   * @throws KhancapError `queue_unavailable`
   */
  addBulk(jobs: readonly Job[]): Promise<void>
  /**
   * Starts a worker for some names of jobs. `onFault` hears of every failed attempt: name, id, code of the fault.
   * @throws KhancapError `queue_unavailable`
   */
  work(
    names: readonly JobName[],
    processor: Processor,
    options: {
      readonly concurrency: number
      readonly onFault: (fault: { name: JobName; id: string; code: string }) => void
    },
  ): Promise<QueueWorker>
  /** Makes a job `sweep` every `seconds`, whoever asks and however often. Idempotent. */
  everySeconds(seconds: number): Promise<void>
  /** Jobs waiting, under way and backing off. */
  queueDepth(): Promise<number>
  /** Resolves when the queue answers. @throws KhancapError `queue_unavailable` */
  pingQueue(): Promise<void>
  close(): Promise<void>
}
