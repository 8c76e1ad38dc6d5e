// Acknowledgements that bring the form have a budget of their own.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
alter table acknowledgements add column form boolean not null default false;
`.execute(db)
}
