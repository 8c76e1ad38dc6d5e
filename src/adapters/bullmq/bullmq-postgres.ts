// The queue in PostgreSQL, in a schema of its own beside the store: no second server to run. It never joins a
// transaction of the store; the outbox stands between them.
import { createPostgresBackend, Queue, runMigrations, type PgPool } from 'bullmq'
import { Client, Pool } from 'pg'
import { KhancapError } from '../../../schemas/problem.js'
import type { Log } from '../../ports/log.js'
import type { Queue as QueuePort } from '../../ports/queue.js'
import { bullmqQueue, type QueueTuning, streams } from './bullmq-queue.js'
import { SteadyWorker } from './steady-worker.js'

const schema = 'bullmq'
// "duplicate_table", "duplicate_object" and their like: PostgreSQL, appendix A, class 42.
const duplicates = new Set(['42P07', '42710', '42723', '42P06', '42701'])

/**
 * Brings the schema of the queue up to date. Idempotent; may be called by several processes at once.
 * @throws KhancapError `queue_unavailable`
 */
export async function migrateQueue(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    try {
      await runMigrations(client, schema)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (!duplicates.has(code)) throw error
      // Tables without their ledger: somebody emptied them all. The queue may lose everything, so it starts anew.
      await client.query(`drop schema if exists ${schema} cascade`)
      await runMigrations(client, schema)
    }
  } catch (error) {
    throw new KhancapError('queue_unavailable', { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

export interface PostgresQueueOptions extends QueueTuning {
  readonly url: string
  readonly log: Pick<Log, 'warn'>
}

/**
 * The schema must be up to date (`migrateQueue`). Not through a pooler in transaction mode: workers LISTEN.
 * @throws KhancapError `queue_unavailable`
 */
export async function bullmqPostgresQueue(options: PostgresQueueOptions): Promise<QueuePort> {
  const pool = new Pool({
    connectionString: options.url,
    application_name: 'khancap queue',
    // Each worker keeps one connection for LISTEN; the rest are shared.
    max: 16,
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    statement_timeout: 20_000,
  })
  // Each queue and each worker listens: they are as many as there are kinds of jobs, and none is a leak.
  pool.setMaxListeners(0)
  // Also those that break while they are lent out and silent: unheard, they would end the process.
  pool.on('error', () => {})
  pool.on('connect', client => {
    client.on('error', () => {})
  })
  // It is one; only the two libraries' types of `on` do not meet.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const connection = { connection: pool as unknown as PgPool }
  try {
    // BullMQ remembers for ever that its first connection failed: nothing of it is opened before this one.
    await pool.query('select from migration limit 1')
  } catch (error) {
    await pool.end()
    throw new KhancapError('queue_unavailable', { cause: error })
  }
  return bullmqQueue(
    {
      openQueue: name => new Queue(name, { ...connection, streams }, createPostgresBackend),
      openWorker: (name, run, settings) =>
        new SteadyWorker(name, run, { ...connection, ...settings }, createPostgresBackend),
      async ping() {
        await pool.query('select 1')
      },
      close: () => pool.end(),
    },
    options.log,
    options,
  )
}
