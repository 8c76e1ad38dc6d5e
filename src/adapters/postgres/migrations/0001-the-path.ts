// The tables of the path. No column holds an address, a user agent, a hash of plaintext or a sequential id; ids are
// 128 random bits and sort by byte. Times are kept to the millisecond, as the program counts them.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- Published directories. Not trusted: each is verified against the pinned root when it is read.
create table directories (
  sequence int primary key,
  sha256 bytea not null check (length(sha256) = 32),
  note bytea not null,
  published_at timestamptz(3) not null default now()
);

-- One row per intake, for ever: it makes the second submission of the same bytes give the same receipt. What was
-- promised stands here, whatever becomes of the case.
create table intakes (
  id text collate "C" primary key,
  digest bytea not null check (length(digest) = 32),
  case_id text collate "C" not null,
  mailbox_sha256 bytea unique check (length(mailbox_sha256) = 32),
  directory_sequence int not null,
  received_at timestamptz(3) not null,
  due_at timestamptz(3) not null
);

create table cases (
  id text collate "C" primary key,
  intake text collate "C" not null references intakes (id),
  state text not null
    check (state in ('received', 'routed', 'claimed', 'answered', 'closed', 'purged')),
  channel text not null,
  program text,
  team text,
  reason text,
  rule text,
  coverage text not null default 'undecided',
  envelope_sha256 bytea not null,
  slip_sha256 bytea,
  directory_sequence int not null,
  routed_directory_sequence int,
  received_at timestamptz(3) not null,
  -- The nearest answer that is owed; null where none is.
  due_at timestamptz(3),
  next_rung_at timestamptz(3),
  -- Rungs at or before it were dealt with.
  climbed_to timestamptz(3),
  claimed_by text,
  answered_at timestamptz(3),
  answer_hour timestamptz(3),
  answer_signature bytea,
  answer_key bytea,
  outcome text,
  closed_at timestamptz(3),
  purge_at timestamptz(3),
  unread_additions int not null default 0,
  -- The end of the history's hash chain: where the next event goes on.
  event_count int not null default 0,
  last_event_hash bytea,
  -- The inbox in one number, so that every page of it is a range of an index: by due time in milliseconds; then
  -- open cases that owe nothing, newest first; then closed ones, newest first.
  inbox_order bigint not null generated always as (
    case
      when state in ('closed', 'purged')
        then 400000000000000 - (extract(epoch from received_at at time zone 'UTC') * 1000)::bigint
      when due_at is null
        then 200000000000000 - (extract(epoch from received_at at time zone 'UTC') * 1000)::bigint
      else (extract(epoch from due_at at time zone 'UTC') * 1000)::bigint
    end) stored,
  constraint unanswered_cases_have_a_deadline
    check (due_at is not null or answered_at is not null or state in ('closed', 'purged')),
  constraint rungs_belong_to_a_deadline check (next_rung_at is null or due_at is not null)
);
create index cases_next_rung on cases (next_rung_at) where next_rung_at is not null;
create index cases_inbox on cases (inbox_order, id);
create index cases_team_inbox on cases (team, inbox_order, id);
create index cases_claimed on cases (claimed_by, inbox_order, id) where claimed_by is not null;
create index cases_purge on cases (purge_at) where purge_at is not null;

-- Ciphertext does not compress: EXTERNAL spares the attempt.
create table envelopes (
  case_id text collate "C" primary key references cases (id),
  sealed bytea storage external not null
);
create table slips (
  case_id text collate "C" primary key references cases (id),
  sealed bytea storage external not null
);

create table replies (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  handler text not null,
  at timestamptz(3) not null,
  sealed bytea storage external not null,
  team_copy bytea storage external not null,
  read_at timestamptz(3),
  primary key (case_id, id)
);
create table additions (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  at timestamptz(3) not null,
  sealed bytea storage external not null,
  signature bytea not null,
  directory_sequence int not null,
  primary key (case_id, id)
);
create table notes (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  handler text not null,
  at timestamptz(3) not null,
  sealed bytea storage external not null,
  primary key (case_id, id)
);
create table grants (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  reader text not null,
  header bytea storage external not null,
  handler text not null,
  signature bytea not null,
  key bytea not null,
  at timestamptz(3) not null,
  primary key (case_id, id)
);
create index grants_reader on grants (reader, case_id);

-- The history, hash-chained per case over the layout of docs/protocol.md, "History".
create table events (
  case_id text collate "C" not null references cases (id),
  number int not null,
  kind text not null,
  at timestamptz(3) not null,
  handler text,
  detail text,
  signature_base text,
  signature bytea,
  key bytea,
  previous bytea,
  hash bytea not null check (length(hash) = 32),
  primary key (case_id, number)
);

-- Rungs that have fired: each once for ever, whatever is restarted.
create table rungs (
  case_id text collate "C" not null references cases (id),
  kind text not null,
  recipient text not null,
  at timestamptz(3) not null,
  primary key (case_id, at, kind, recipient)
);

-- Who is to be told about which case.
create table notices (
  id uuid primary key,
  case_id text collate "C" not null references cases (id),
  kind text not null,
  recipient text not null,
  created_at timestamptz(3) not null,
  settled_at timestamptz(3),
  outcome text check (outcome in ('sent', 'undeliverable'))
);
create index notices_case on notices (case_id);
create index notices_undeliverable on notices (id) where outcome = 'undeliverable';

-- What was committed and has not taken effect yet. A row is deleted by the transaction that makes it true.
create table outbox (
  id uuid primary key,
  name text not null,
  subject text collate "C" not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  -- When it was last handed to the queue; -infinity: never.
  sent_at timestamptz(3) not null default '-infinity',
  unique (subject, name)
);
create index outbox_sent on outbox (sent_at, created_at);

-- Nonces of signed requests, until their signature is too old to be taken.
create table nonces (
  nonce text collate "C" primary key,
  expires_at timestamptz(3) not null
);
create index nonces_expiry on nonces (expires_at);

create table heartbeats (
  name text primary key,
  at timestamptz(3) not null
);
`.execute(db)
}
