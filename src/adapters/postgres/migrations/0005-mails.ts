// Mails: the sealed ones, and where they stood.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
create table mails (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  sealed bytea storage external not null,
  primary key (case_id, id)
);

-- What was dealt with, for ever: a mail makes one case, however often it is seen. The digest is an HMAC under a key of the
-- workers' and goes when the case is purged.
create table taken_mails (
  mailbox text collate "C" not null,
  uid_validity bigint not null,
  uid bigint not null,
  digest bytea unique check (length(digest) = 32),
  case_id text collate "C",
  at timestamptz(3) not null default now(),
  primary key (mailbox, uid_validity, uid)
);
create index taken_mails_case on taken_mails (case_id) where case_id is not null;
`.execute(db)
}
