// Step 6: the outbox. Rows are locked while they are handed to the queue, so that two relays take different ones.
import { sql } from 'kysely'
import type { Job } from '../../../schemas/job.js'
import type { OutboxStore } from '../../ports/outbox-store.js'
import type { Database } from './database.js'

/** Rows of the future were sent before the clock was set back: they would wait until it has caught up. */
async function mendFuture(db: Database, seconds: number): Promise<void> {
  await sql`update outbox set sent_at = '-infinity'
    where sent_at > now() + ${seconds}::float8 * interval '1 second'`.execute(db)
}

export function outboxStore(db: Database): OutboxStore {
  return {
    async relayOutbox(send, { limit, resendSeconds }) {
      return await db.transaction().execute(async trx => {
        const rows = await trx
          .selectFrom('outbox')
          .select(['id', 'name', 'subject'])
          .where(
            'sent_at',
            '<',
            sql<number>`now() - ${resendSeconds}::double precision * interval '1 second'`,
          )
          .orderBy('sent_at')
          .orderBy('created_at')
          .limit(limit)
          .forUpdate()
          .skipLocked()
          .execute()
        if (rows.length < limit) await mendFuture(trx, resendSeconds)
        if (rows.length === 0) return 0
        await send(rows satisfies readonly Job[])
        await trx
          .updateTable('outbox')
          .set({ sent_at: sql<number>`clock_timestamp()` })
          .where('id', '=', sql<string>`any(${rows.map(row => row.id)}::uuid[])`)
          .execute()
        return rows.length
      })
      // COMMITTED: the queue has the jobs and the rows say so. A crash between the two leaves the rows unmarked:
      // they are sent again under the same job ids, which the queue ignores while it still has them. A queue that
      // forgets them afterwards is served again after `resendSeconds`, because the rows stay until their effect.
    },

    async outboxBacklog() {
      const row = await db
        .selectFrom('outbox')
        .select([
          sql<number>`count(*)`.as('rows'),
          sql<number>`coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8`.as(
            'oldest',
          ),
        ])
        .executeTakeFirstOrThrow()
      return { rows: row.rows, oldestSeconds: Math.max(0, row.oldest) }
    },
  }
}
