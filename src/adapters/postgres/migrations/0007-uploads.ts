// Attachments: sealed files that arrive part by part.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- An upload is named by an addition and stays as long as its case, or has an end of its own.
create table uploads (
  id text collate "C" primary key,
  case_id text collate "C" not null references cases (id),
  bytes bigint not null check (bytes > 0),
  stored bigint not null default 0,
  addition_id text collate "C",
  expires_at timestamptz(3),
  constraint no_more_is_stored_than_announced check (stored between 0 and bytes),
  constraint only_whole_uploads_are_named check (addition_id is null or stored = bytes),
  constraint named_or_with_an_end check ((addition_id is null) = (expires_at is not null))
);
create index uploads_case on uploads (case_id);
create index uploads_expiry on uploads (expires_at) where expires_at is not null;

-- A part is written once, in the transaction that moves the end of its upload.
create table upload_parts (
  upload_id text collate "C" not null references uploads (id),
  from_byte bigint not null,
  sealed bytea storage external not null,
  primary key (upload_id, from_byte)
);
`.execute(db)
}
