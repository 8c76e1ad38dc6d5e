// BullMQ's worker rests after a lost connection and after no other fault. A backend that refuses at once (out of memory,
// a table that is missing, a pool that has ended) would be asked without a pause, and nothing else of the process would run.
import {
  type ConnectionOptions,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type RedisQueueBackend,
  Worker,
} from 'bullmq'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobPayload } from './bullmq-queue.js'

const restMs = 500

export class SteadyWorker<
  B extends IQueueBackend = RedisQueueBackend,
  C = ConnectionOptions,
> extends Worker<JobPayload, void, string, B, JobProgress, C> {
  protected override async moveToActive(
    token: string,
    name?: string,
  ): Promise<Job<JobPayload, void>> {
    try {
      return await super.moveToActive(token, name)
    } catch (error) {
      await this.#rest()
      throw error
    }
  }

  /** Ends early where the worker is closed. */
  async #rest(): Promise<void> {
    if (this.closing !== undefined) return
    const closing = new AbortController()
    const end = () => closing.abort()
    this.once('closing', end)
    await sleep(restMs, undefined, closing).catch(() => {})
    this.off('closing', end)
  }
}
