// Letters: what is not believed, and what a mail server may have taken without saying so.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- doubted: a notice of failure came too late to be believed; the answer stands. tried_at: when it was first tried in vain;
-- patience counts from there. unconfirmed: some attempt ended after all of it had been handed over.
alter table letters
  add column tried_at timestamptz(3),
  add column unconfirmed boolean not null default false,
  drop constraint letters_outcome_check,
  add constraint letters_outcome_check check (outcome in ('sent', 'undelivered', 'doubted'));
`.execute(db)
}
