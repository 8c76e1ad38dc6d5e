// What routing promised stays on record: a case that is closed without an answer and taken up again is owed it by then.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- When the first answer is due, without holds; null until a case is routed.
alter table cases add column first_due_at timestamptz(3);
-- Of cases that were routed before, only what is still owed is known. The deadline of an addition lies beyond it.
update cases set first_due_at = due_at - held_ms * interval '1 millisecond'
  where state in ('routed', 'claimed') and answered_at is null
    and not exists (select from events where case_id = cases.id and kind = 'closed');
`.execute(db)
}
