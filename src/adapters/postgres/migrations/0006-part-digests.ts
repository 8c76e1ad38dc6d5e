// Sealed parts are listed by their digests and fetched one by one.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
alter table additions
  add column sha256 bytea not null generated always as (sha256(sealed)) stored;
alter table notes
  add column sha256 bytea not null generated always as (sha256(sealed)) stored;
alter table replies
  add column sha256 bytea not null generated always as (sha256(sealed)) stored,
  add column team_copy_sha256 bytea not null generated always as (sha256(team_copy)) stored;
`.execute(db)
}
