// Holds of a clock, contacts that are told apart by id, and lanes in which notices are gathered.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
-- A hold that was asked for and, once hold_since is set, confirmed by somebody else: it moved due_at, next_rung_at and
-- climbed_to. held_ms is the sum of those moves for the deadline that runs.
alter table cases
  add column hold_asked_by text,
  add column hold_reason text,
  add column hold_until timestamptz(3),
  add column hold_since timestamptz(3),
  add column hold_confirmed_by text,
  add column held_ms bigint not null default 0,
  add constraint a_hold_has_an_end_and_a_reason check (
    (hold_asked_by is null) = (hold_until is null) and (hold_asked_by is null) = (hold_reason is null)),
  add constraint a_hold_takes_two check (
    (hold_since is null) = (hold_confirmed_by is null)
    and (hold_confirmed_by is null or hold_confirmed_by <> hold_asked_by));

-- Answers that were given outside the system.
create table contacts (
  case_id text collate "C" not null references cases (id),
  id text collate "C" not null,
  handler text not null,
  via text not null,
  at timestamptz(3) not null,
  primary key (case_id, id)
);

-- Notices for the same people go out in one mail. A mail that is under way, or may be, names its notices by its id.
alter table notices
  add column mail_id uuid,
  drop constraint notices_outcome_check,
  add constraint notices_outcome_check check (outcome in ('sent', 'undeliverable', 'moot'));
create index notices_waiting on notices (recipient, created_at) where settled_at is null;

-- Where notices wait: one row for each team, addressee and urgency. Where something waits, one of the lane's notices has
-- an outbox row, or the lane is taken, or it has wake_at.
create table notice_lanes (
  team text not null,
  recipient text not null,
  urgent boolean not null,
  -- When the waiting notices go back into the outbox.
  wake_at timestamptz(3),
  -- Nobody else sends from this lane until then.
  leased_until timestamptz(3),
  last_sent_at timestamptz(3),
  -- Attempts in a row that told nobody.
  failures int not null default 0,
  primary key (team, recipient, urgent)
);
create index notice_lanes_wake on notice_lanes (wake_at) where wake_at is not null;
`.execute(db)
}
