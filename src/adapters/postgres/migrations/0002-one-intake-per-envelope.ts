// One envelope is one intake: whoever saw sealed bytes go by cannot make a second case of them under another id.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
alter table intakes add column envelope_sha256 bytea check (length(envelope_sha256) = 32);
-- Of envelopes that were taken in more than once before, the first intake keeps the hash.
update intakes set envelope_sha256 = firsts.envelope_sha256
  from (select distinct on (envelope_sha256) envelope_sha256, intake
    from cases order by envelope_sha256, received_at, intake) firsts
  where intakes.id = firsts.intake;
-- Null only in rows that were there before and came second.
alter table intakes add constraint intakes_envelope_sha256_key unique (envelope_sha256);
`.execute(db)
}
