// What the rows about the relay share: an outbox that is full, a queue that nobody works at, and single adds to it.
import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { bullmqPostgresQueue, migrateQueue } from '../src/adapters/bullmq/bullmq-postgres.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { relayOutbox } from '../src/app/relay-outbox.js'
import type { Queue } from '../src/ports/queue.js'
import { quietLog } from '../test/helper/quiet-log.js'
import { type Server, startPostgres, type ServerOptions } from './postgres.js'
import { timed } from './rounds.js'
import type { Run } from './row.js'

export interface Outbox {
  readonly url: string
  readonly pool: Pool
  readonly server: Server
}

export interface Relay {
  /** Jobs a second, from the outbox into the queue. */
  readonly relayed: (jobs: number) => Promise<number>
  /** The same by one job at a time, one after the other. */
  readonly oneByOne: (ms: number) => Promise<number>
}

async function fillOutbox(pool: Pool, jobs: number): Promise<void> {
  await pool.query('delete from outbox')
  await pool.query(
    `insert into outbox (id, name, subject)
     select gen_random_uuid(), 'send-notice', gen_random_uuid()::text
     from generate_series(1, $1::int)`,
    [jobs],
  )
  await pool.query('vacuum analyze outbox')
}

export async function outboxSetUp(run: Run, options: ServerOptions = {}): Promise<Outbox> {
  const server = await startPostgres(run, options)
  const url = await server.newDatabase('service')
  const pool = openPool(url)
  run.defer(() => pool.end())
  return { url, pool, server }
}

/** A queue in the database of the outbox. */
export async function queueBeside({ url }: Outbox): Promise<Queue> {
  await migrateQueue(url)
  return bullmqPostgresQueue({ url, log: quietLog })
}

/** Out of this outbox into this queue; one at a time where several share it. */
export function relayInto(run: Run, { pool }: Outbox, queue: Queue): Relay {
  const store = postgresStore(pool)
  run.defer(() => queue.close())
  const { signal } = new AbortController()
  return {
    async relayed(jobs) {
      await fillOutbox(pool, jobs)
      const ms = await timed(async () => {
        const sent = await relayOutbox(store, each => queue.addBulk(each), signal)
        if (sent !== jobs) throw new Error(`${sent} of ${jobs} were relayed`)
      })
      return (jobs * 1000) / ms
    },
    async oneByOne(ms) {
      const until = performance.now() + ms
      let added = 0
      while (performance.now() < until) {
        await queue.addBulk([{ name: 'send-notice', id: randomUUID(), subject: randomUUID() }])
        added += 1
      }
      return (added * 1000) / ms
    },
  }
}
