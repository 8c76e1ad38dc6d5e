// Steps 8 and 12: what falls due by the database's clock. Sets of rows are written by one statement each, so that
// a sweep after a long sleep catches up at thousands of cases a second.
import { sql } from 'kysely'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import { noticeJob } from '../../core/sla/urgent.js'
import type { ClockStore, DueCase, RungFiring } from '../../ports/clock-store.js'
import { endOf, nextEvent, type ChainEnd, type EventRow } from './chain.js'
import type { Database } from './database.js'
import { releaseGone } from './gone-handlers.js'
import { deletePurgedMails, purgeDue } from './purge.js'

interface DueRow extends ChainEnd {
  readonly id: CaseId
  readonly state: DueCase['state']
  readonly program: string | null
  readonly team: string | null
  readonly sequence: number
  readonly received_at: Instant
  readonly due_at: Instant
  readonly climbed_to: Instant | null
  readonly held_ms: number
  readonly held_until: Instant | null
  readonly now: Instant
  /** Rungs on record, as `rungKey` writes them. */
  readonly fired: readonly string[]
}

function rungKey(rung: Pick<RungFiring, 'at' | 'kind' | 'to'>): string {
  return `${rung.at} ${rung.kind} ${rung.to}`
}

interface Climb {
  readonly end: ChainEnd
  readonly row: DueRow
  readonly events: readonly EventRow[]
  readonly firings: readonly RungFiring[]
  readonly nextRungAt: Instant | null
}

/**
 * Compared with the start of the statement: a clock that moves within it (`clock_timestamp`) is no condition of an
 * index, and each pass would read the next rungs of all open cases.
 */
async function lockDue(db: Database, limit: number): Promise<readonly DueRow[]> {
  const { rows } = await sql<DueRow>`
    with due as materialized (
      select id, state, program, team,
        coalesce(routed_directory_sequence, directory_sequence) as sequence,
        received_at, due_at, climbed_to, event_count, last_event_hash, held_ms,
        case when hold_since is not null then hold_until end as held_until
      from cases
      where next_rung_at <= statement_timestamp()
      order by next_rung_at limit ${limit}
      for no key update skip locked)
    select due.*, clock_timestamp()::timestamptz(3) as now, array(
      select (extract(epoch from at) * 1000)::bigint || ' ' || kind || ' ' || recipient
      from rungs where case_id = due.id) as fired
    from due`.execute(db)
  return rows
}

/** What every sweep asks first, and almost all hear: no. One question, the first entry of the index, no transaction. */
async function isAnythingDue(db: Database): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select next_rung_at <= statement_timestamp() as due from cases
    where next_rung_at is not null
    order by next_rung_at limit 1`.execute(db)
  return rows[0]?.due ?? false
}

type Plan = Parameters<ClockStore['climbDueRungs']>[0]

/** @returns null where nobody can say what becomes of the case: it stays due */
function climb(row: DueRow, plan: Plan): Climb | null {
  const planned = plan({
    id: row.id,
    state: row.state,
    program: row.program,
    team: row.team,
    directorySequence: row.sequence,
    receivedAt: row.received_at,
    dueAt: row.due_at,
    climbedTo: row.climbed_to,
    heldMs: row.held_ms,
    holdUntil: row.held_until,
    now: row.now,
  })
  if (planned === null) return null
  const { firings, nextRungAt } = planned
  const fired = new Set(row.fired)
  const fresh = firings.filter(firing => {
    const key = rungKey(firing)
    if (fired.has(key)) return false
    fired.add(key)
    return true
  })
  let end: ChainEnd = row
  const events = fresh.map(firing => {
    const event = nextEvent(row.id, end, { kind: firing.kind, at: row.now, detail: firing.to })
    end = endOf(event)
    return event
  })
  return { row, end, events, firings: fresh, nextRungAt }
}

const iso = (instant: Instant | null) => (instant === null ? null : new Date(instant).toISOString())

/** One outbox row for each lane of notices: whoever takes one of them takes all that wait there (notice-lanes.ts). */
async function writeClimbs(db: Database, climbs: readonly Climb[]): Promise<void> {
  const fired = climbs.flatMap(({ row, firings, events }) =>
    firings.map((firing, index) => ({
      id: row.id,
      team: row.team,
      now: row.now,
      firing,
      event: events[index],
    })),
  )
  await sql`
    with fired as (
      select * from unnest(
        ${fired.map(each => each.id)}::text[],
        ${fired.map(each => iso(each.now))}::timestamptz(3)[],
        ${fired.map(each => each.firing.kind)}::text[],
        ${fired.map(each => each.firing.to)}::text[],
        ${fired.map(each => iso(each.firing.at))}::timestamptz(3)[],
        ${fired.map(each => each.firing.noticeId)}::uuid[],
        ${fired.map(each => each.firing.outboxId)}::uuid[],
        ${fired.map(each => noticeJob(each.firing.kind))}::text[],
        ${fired.map(each => each.event?.number)}::int[],
        ${fired.map(each => each.event?.previous ?? null)}::bytea[],
        ${fired.map(each => each.event?.hash)}::bytea[],
        ${fired.map(each => each.team)}::text[])
      as f (case_id, now, kind, recipient, at, notice_id, outbox_id, job, number, previous, hash,
        team)),
    new_rungs as (
      insert into rungs (case_id, kind, recipient, at)
      select case_id, kind, recipient, at from fired),
    new_events as (
      insert into events (case_id, number, kind, at, detail, previous, hash)
      select case_id, number, kind, now, recipient, previous, hash from fired),
    new_notices as (
      insert into notices (id, case_id, kind, recipient, created_at)
      select notice_id, case_id, kind, recipient, now from fired),
    new_jobs as (
      insert into outbox (id, name, subject)
      select distinct on (team, recipient, job) outbox_id, job, notice_id::text from fired)
    update cases set
      climbed_to = c.now, next_rung_at = c.next_rung_at,
      event_count = c.event_count, last_event_hash = c.last_event_hash
    from unnest(
      ${climbs.map(each => each.row.id)}::text[],
      ${climbs.map(each => iso(each.row.now))}::timestamptz(3)[],
      ${climbs.map(each => iso(each.nextRungAt))}::timestamptz(3)[],
      ${climbs.map(each => each.end.event_count)}::int[],
      ${climbs.map(each => each.end.last_event_hash)}::bytea[])
    as c (id, now, next_rung_at, event_count, last_event_hash)
    where cases.id = c.id`.execute(db)
}

/** Two reads of one clock may differ by this much and count as one. */
const clockSlackSeconds = 1

export function clockStore(db: Database): ClockStore {
  return {
    async climbDueRungs(plan, limit) {
      if (!(await isAnythingDue(db))) return { cases: 0, fired: 0 }
      return await db.transaction().execute(async trx => {
        const due = await lockDue(trx, limit)
        const climbs = due.map(row => climb(row, plan)).filter(each => each !== null)
        if (climbs.length > 0) await writeClimbs(trx, climbs)
        return {
          cases: climbs.length,
          fired: climbs.reduce((count, each) => count + each.firings.length, 0),
        }
      })
      // COMMITTED: each rung is on record together with its event, its notice and the outbox row of its lane, and the
      // case stands at its next rung. A crash before leaves all of them to the next sweep; after it, the relay
      // carries the notices on. No rung can fire a second time: its key is taken.
    },

    async recordHeartbeat(name) {
      await sql`-- prepared: record_heartbeat
        insert into heartbeats (name, at) values (${name}, clock_timestamp())
        on conflict (name) do update set at = excluded.at`.execute(db)
    },

    async heartbeatAge(name) {
      const row = await db
        .selectFrom('heartbeats')
        .select(sql<number>`extract(epoch from clock_timestamp() - at)::float8`.as('age'))
        .where('name', '=', name)
        .executeTakeFirst()
      // A heartbeat of the future was noted before the clock was set back: nobody knows whether it still beats.
      return row === undefined || row.age < -clockSlackSeconds ? null : Math.max(0, row.age)
    },

    async readClock() {
      const { rows } = await sql<{ now: Instant; late: number | null }>`
        select clock_timestamp()::timestamptz(3) as now,
          extract(epoch from clock_timestamp() - (
            select min(next_rung_at) from cases where next_rung_at is not null))::float8 as late
        `.execute(db)
      const [row] = rows
      if (row === undefined) throw new Error('no clock')
      return { now: row.now, rungLateSeconds: Math.max(0, row.late ?? 0) }
    },

    releaseGone: releaseGone(db),

    purgeDue: limit => purgeDue(db, limit),
    deletePurgedMails: limit => deletePurgedMails(db, limit),

    async forgetNonces() {
      const { numDeletedRows } = await db
        .deleteFrom('nonces')
        .where('expires_at', '<', sql<Instant>`statement_timestamp()`)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
