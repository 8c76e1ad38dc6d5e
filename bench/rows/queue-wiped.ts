import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { quietLog } from '../../test/helper/quiet-log.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { startWorkers } from '../../workers/workers.js'
import { clockDeps } from '../clock-set-up.js'
import { sharedCases } from '../intake-set-up.js'
import { fillDatabase } from '../many-cases.js'
import type { Row } from '../row.js'

const period = 'the next rung after the queue was wiped, of a period of the sweep'

/** Everything that the queue holds, gone. */
async function wipe(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'bullmq'`,
  )
  const tables = rows.map(({ name }) => `bullmq.${name}`).join(', ')
  for (let tries = 0; ; tries++)
    try {
      await pool.query(`truncate ${tables} cascade`)
      return
    } catch (error) {
      // Its workers lock its tables, too.
      if (tries === 50) throw error
      await sleep(100)
    }
}

/** @returns seconds from the instant at which a rung is due to its record, by the database's clock */
async function lateness(pool: Pool, seconds: number): Promise<number> {
  const { rows } = await pool.query<{ id: string; due: number }>(
    `update cases set next_rung_at = clock_timestamp(),
       received_at = received_at - interval '1 h', due_at = due_at - interval '1 h'
     where id = (select id from cases where climbed_to is null order by id limit 1)
     returning id, next_rung_at as due`,
  )
  const [due] = rows
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const found = await pool.query<{ at: number }>(
      `select at from events where case_id = $1 and kind = 'reminder'`,
      [due?.id],
    )
    const [event] = found.rows
    if (event !== undefined && due !== undefined) return (event.at - due.due) / 1000
    await sleep(50)
  }
  throw new Error(`the rung was not recorded within ${seconds} s`)
}

export const row: Row = {
  name: 'queue-wiped',
  title: 'Wiped queue with 1,000,000 open cases',
  about:
    'The workers run; every table of the queue is emptied; a rung comes due. Deadlines are an index of the store, so that ' +
    'nothing is rebuilt: the next sweep finds it. A quick run has 40,000 cases and sweeps every two seconds instead of ten.',
  bar: [{ ratio: period, atMost: 1, every: true }],
  needs: [],
  together: 'cases',
  onlyFull: true,
  seconds: { quick: 90, full: 1200 },
  async run(run) {
    const sweepSeconds = run.full ? 10 : 2
    const { url, opened } = await sharedCases(run)
    const { pool, organisation } = opened
    await fillDatabase(url, run.full ? 1_000_000 : 40_000)
    await migrateQueue(url)
    const deps = clockDeps(opened)
    const workers = startWorkers({
      ...deps,
      openQueue: () => bullmqPostgresQueue({ url, log: quietLog }),
      slips: slipOpener(organisation.primitives, organisation.router),
      mailer: { sendMail: async () => ({ refused: 0 }), async close() {} },
      contacts: async () => ({ teams: { vietnam: ['vietnam@example.org'] }, handlers: {} }),
      sweepSeconds,
    })
    run.defer(() => workers.close(5000))
    await sleep(3000)
    const late: number[] = []
    const jobs: number[] = []
    for (let round = 0; round < run.rounds; round++) {
      await wipe(pool)
      late.push(await lateness(pool, sweepSeconds * 3))
      const { rows } = await pool.query<{ jobs: number }>('select count(*) as jobs from bullmq.job')
      jobs.push(rows[0]?.jobs ?? 0)
    }
    return {
      figures: [
        { name: 'from due to recorded', unit: 's', rounds: late },
        { name: 'jobs in the queue afterwards', unit: '', rounds: jobs },
      ],
      ratios: { [period]: late.map(seconds => seconds / sweepSeconds) },
    }
  },
}
