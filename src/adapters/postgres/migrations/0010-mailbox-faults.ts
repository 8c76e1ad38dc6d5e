// Why a mailbox is not read, and when somebody last tried.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
alter table heartbeats
  add column tried_at timestamptz(3),
  add column fault text;
`.execute(db)
}
