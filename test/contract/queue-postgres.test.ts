// The queue in PostgreSQL keeps the promises of its port.
import t from 'tap'
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { onServer, testDatabase, type Teardown } from '../helper/postgres.js'
import { quietLog } from '../helper/quiet-log.js'
import { queueSuite, type QueueBackend } from './queue-suite.js'

async function onPostgres(t: Teardown): Promise<QueueBackend> {
  const url = await testDatabase(t)
  await migrateQueue(url)
  const tables = `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`
  const names = (await onServer(url, client => client.query<{ name: string }>(tables))).rows.map(
    row => row.name,
  )
  return {
    open: () => bullmqPostgresQueue({ url, log: quietLog, backoffMs: 50 }),
    async forget() {
      await onServer(url, client => client.query(`truncate ${names.join(', ')} cascade`))
    },
    async dump() {
      const all = await onServer(url, async client => {
        const texts: string[] = []
        for (const name of names)
          texts.push(
            ...(
              await client.query<{ text: string }>(`select r::text as text from ${name} r`)
            ).rows.map(row => row.text),
          )
        return texts
      })
      return all.join('\n')
    },
    async refuse() {
      await onServer(url, client => client.query('alter table bullmq.job rename to lost'))
    },
    async refusals() {
      const { rows } = await onServer(url, client =>
        client.query<{ n: number }>(
          'select xact_rollback::int as n from pg_stat_database where datname = current_database()',
        ),
      )
      return rows[0]?.n ?? 0
    },
  }
}

await queueSuite(t, onPostgres)
