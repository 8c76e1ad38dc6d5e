// The queue in Redis, where REDIS_URL is set. Not trusted to keep anything, but told to: a Redis that evicts or
// forgets costs each job a delay.
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { KhancapError } from '../../../schemas/problem.js'
import type { Log } from '../../ports/log.js'
import type { Queue as QueuePort } from '../../ports/queue.js'
import { bullmqQueue, type QueueTuning, streams } from './bullmq-queue.js'
import { SteadyWorker } from './steady-worker.js'

export interface RedisQueueOptions extends QueueTuning {
  /** redis:// or rediss://, with its password. */
  readonly url: string
  /** Before every key: several deployments may share a server. */
  readonly prefix?: string
  readonly log: Pick<Log, 'warn'>
}

const oldest = [6, 2] as const

/** @throws Error one sentence per server that would lose jobs in silence */
async function checkServer(client: Redis): Promise<void> {
  // INFO, not CONFIG: hosted servers allow the first and forbid the second.
  const lines = await client.info()
  const value = (key: string) => new RegExp(`^${key}:(.*?)\r?$`, 'm').exec(lines)?.[1] ?? ''
  const [major = 0, minor = 0] = value('redis_version').split('.').map(Number)
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    throw new Error(`Redis ${value('redis_version')} is too old: use 6.2 or later, or Valkey`)
  const policy = value('maxmemory_policy')
  if (policy !== 'noeviction')
    throw new Error(
      `Redis may evict jobs (maxmemory-policy is ${policy}): set "maxmemory-policy noeviction"`,
    )
  if (value('aof_enabled') !== '1')
    throw new Error(
      'Redis forgets jobs when it is restarted (appendonly is off): set "appendonly yes" and "appendfsync everysec"',
    )
}

/**
 * @throws KhancapError `queue_unavailable` where Redis does not answer
 * @throws Error one sentence where it is set up to lose jobs
 */
export async function bullmqRedisQueue(options: RedisQueueOptions): Promise<QueuePort> {
  const { url, log, prefix = 'khancap' } = options
  // Producers fail at once while Redis is away, and the relay tries again; workers wait for it to come back.
  const producer = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    commandTimeout: 10_000,
  })
  const consumer = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null })
  for (const client of [producer, consumer]) client.on('error', () => {})
  try {
    await producer.connect()
    await checkServer(producer)
    await consumer.connect()
  } catch (error) {
    producer.disconnect()
    consumer.disconnect()
    const isRefusal = error instanceof Error && /^Redis (\d|may|forgets)/.test(error.message)
    throw isRefusal ? error : new KhancapError('queue_unavailable', { cause: error })
  }
  if (new URL(url).password === '') log.warn('redis_without_password')
  return bullmqQueue(
    {
      openQueue: name => new Queue(name, { connection: producer, prefix, streams }),
      openWorker: (name, run, settings) =>
        new SteadyWorker(name, run, { connection: consumer, prefix, ...settings }),
      async ping() {
        await producer.ping()
      },
      async close() {
        producer.disconnect()
        consumer.disconnect()
      },
    },
    log,
    options,
  )
}
