// Letters: answers that leave by mail.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- sealed: to the router; null once a mail server has it, or never will. wake_at: when it comes back by itself; null while it
-- has an outbox row. What the answer took from its case is kept, because it may have to be given back.
create table letters (
  id uuid primary key,
  case_id text collate "C" not null,
  reply_id text collate "C" not null,
  sealed bytea storage external,
  sha256 bytea not null check (length(sha256) = 32),
  created_at timestamptz(3) not null,
  wake_at timestamptz(3),
  failures int not null default 0,
  outcome text check (outcome in ('sent', 'undelivered')),
  settled_at timestamptz(3),
  owed_due_at timestamptz(3),
  owed_held_ms bigint not null,
  answered_additions int not null,
  unique (case_id, reply_id),
  foreign key (case_id, reply_id) references replies (case_id, id) on delete cascade,
  constraint a_letter_is_kept_until_it_is_settled check ((outcome is null) = (sealed is not null))
);
create index letters_waiting on letters (created_at) where outcome is null;

alter table cases add column letter text check (letter in ('waiting', 'sent', 'undelivered'));
`.execute(db)
}
