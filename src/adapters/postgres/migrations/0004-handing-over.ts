// Cases that a person hands over to another team keep the team that routing gave: its members could open them at first.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table cases add column routed_team text`.execute(db)
}
