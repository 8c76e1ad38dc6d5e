// Acknowledgements: whose sender is owed one, and whom it was sent to, as digests of a day.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- Until when the sender of this mail may still be told that it came; null where nothing is owed. What has passed was missed.
alter table taken_mails add column acknowledge_until timestamptz(3);
create index taken_mails_owed on taken_mails (acknowledge_until) where acknowledge_until is not null;

-- The digest is an HMAC of an address under a key of the workers', and goes after a day. leased_until: while a worker sends
-- it; null once it was sent.
create table acknowledgements (
  digest bytea primary key check (length(digest) = 32),
  mailbox text collate "C" not null,
  uid_validity bigint not null,
  uid bigint not null,
  at timestamptz(3) not null,
  leased_until timestamptz(3)
);
create index acknowledgements_at on acknowledgements (at);
create index acknowledgements_place on acknowledgements (mailbox, uid_validity, uid);
`.execute(db)
}
