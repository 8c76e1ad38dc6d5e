// Lanes: notices of one team, addressee and urgency, gathered so that a flood of cases is not a flood of mails. Where
// something waits, one of the lane's notices has an outbox row, or the lane is taken, or it has `wake_at`.
import { sql } from 'kysely'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import { lastingKinds, type NoticeKind } from '../../core/sla/urgent.js'
import type { NoticeMail, NoticeStore } from '../../ports/notice-store.js'
import { at, clock, type Database } from './database.js'
import {
  isUrgentKind,
  jobs,
  type Lane,
  laneJob,
  waitingIn,
  wakeDueLanes,
  wakeLanesAround,
} from './lane-wakes.js'

function inLane({ team, recipient, urgent }: Lane) {
  return sql<boolean>`team = ${team} and recipient = ${recipient} and urgent = ${urgent}`
}

const laneOf = ({ team, to, urgent }: NoticeMail): Lane => ({
  team: team ?? '',
  recipient: to,
  urgent,
})

/** The case stays in its lane until the transaction ends. Always cases first, then lanes, then what is in them. */
async function findLane(db: Database, id: string): Promise<Lane | null> {
  const { rows } = await sql<Lane>`
    select coalesce(cases.team, '') as team, notices.recipient, ${isUrgentKind} as urgent
    from notices join cases on cases.id = notices.case_id
    where notices.id = ${id} and notices.settled_at is null
    for share of cases`.execute(db)
  return rows[0] ?? null
}

async function deleteJob(db: Database, id: string): Promise<void> {
  await sql`delete from outbox where subject = ${id} and name = ${jobs}`.execute(db)
}

/** @returns false where somebody else has the lane: it wakes when their time is over */
async function lease(db: Database, lane: Lane, seconds: number): Promise<boolean> {
  const until = sql`clock_timestamp() + ${seconds}::float8 * interval '1 second'`
  const { rows } = await sql`
    insert into notice_lanes (team, recipient, urgent, leased_until)
    values (${lane.team}, ${lane.recipient}, ${lane.urgent}, ${until})
    on conflict (team, recipient, urgent) do update set leased_until = excluded.leased_until
    where notice_lanes.leased_until is null or notice_lanes.leased_until <= clock_timestamp()
      -- The clock was set back.
      or notice_lanes.leased_until > ${until}
    returning team`.execute(db)
  if (rows.length > 0) return true
  await wakeAfterLease(db, lane)
  return false
}

async function wakeAfterLease(db: Database, lane: Lane): Promise<void> {
  await sql`update notice_lanes set wake_at = least(wake_at, leased_until)
    where ${inLane(lane)}`.execute(db)
}

/** A case that owes nothing needs nobody; how it came to that without an answer is told all the same. */
async function settleMoot(db: Database, lane: Lane): Promise<void> {
  await sql`
    with moot as (
      update notices set settled_at = clock_timestamp(), outcome = 'moot'
      from cases
      where cases.id = notices.case_id and ${waitingIn(lane)} and cases.due_at is null
        and notices.kind <> all(${lastingKinds}::text[]) and notices.mail_id is null
      returning notices.id)
    delete from outbox using moot
    where subject = moot.id::text and name = ${jobs}`.execute(db)
}

interface TakenRow {
  readonly id: string
  readonly mail_id: string
  readonly case_id: CaseId
  readonly kind: NoticeKind
  readonly program: string | null
  readonly due_at: Instant | null
  readonly is_claimed: boolean
  readonly sequence: number
}

/** The mail that was taken before, or else a new one. */
async function chooseNotices(
  db: Database,
  lane: Lane,
  mailId: string,
  limit: number,
): Promise<readonly TakenRow[]> {
  const { rows } = await sql<TakenRow>`
    with waiting as materialized (
      select notices.id, notices.mail_id, notices.created_at
      from notices join cases on cases.id = notices.case_id
      where ${waitingIn(lane)}
      order by notices.mail_id, notices.created_at, notices.id
      limit ${limit}
      -- A case may have come from another lane whose sender has just named its mail: the name is read once it stands.
      for update of notices),
    chosen as (
      select id from waiting
      where mail_id is not distinct from (select mail_id from waiting order by mail_id limit 1))
    update notices set mail_id = coalesce(notices.mail_id, ${mailId}::uuid)
    from chosen, cases
    where notices.id = chosen.id and cases.id = notices.case_id
    returning notices.id, notices.mail_id, notices.case_id, notices.kind, cases.program,
      cases.due_at, cases.claimed_by is not null as is_claimed,
      coalesce(cases.routed_directory_sequence, cases.directory_sequence) as sequence
    `.execute(db)
  const place = (row: TakenRow) => row.due_at ?? Infinity
  return rows.toSorted((one, other) => place(one) - place(other) || (one.id < other.id ? -1 : 1))
}

/** Always the lane first, then what is in it: two transactions that meet wait for one another in the same order. */
async function lockLane(db: Database, lane: Lane): Promise<void> {
  await sql`select from notice_lanes where ${inLane(lane)} for update`.execute(db)
}

/** Nothing waits any more: nobody is left whom a failure could keep from hearing. */
async function freeLane(db: Database, lane: Lane): Promise<void> {
  await sql`update notice_lanes set leased_until = null, failures = 0 where ${inLane(lane)}`.execute(
    db,
  )
}

export function noticeLanes(db: Database): Omit<NoticeStore, 'pendingNotice' | 'settleNotice'> {
  return {
    async putOff(id, until) {
      await db.transaction().execute(async trx => {
        const lane = await findLane(trx, id)
        if (lane !== null)
          await sql`
            insert into notice_lanes (team, recipient, urgent, wake_at)
            values (${lane.team}, ${lane.recipient}, ${lane.urgent}, ${at(until)})
            on conflict (team, recipient, urgent)
            do update set wake_at = least(notice_lanes.wake_at, excluded.wake_at)`.execute(trx)
        await deleteJob(trx, id)
      })
    },

    async takeMail(id, { mailId, leaseSeconds, limit }) {
      return await db.transaction().execute(async trx => {
        const lane = await findLane(trx, id)
        if (lane === null || !(await lease(trx, lane, leaseSeconds))) {
          await deleteJob(trx, id)
          return null
        }
        await settleMoot(trx, lane)
        const rows = await chooseNotices(trx, lane, mailId, limit)
        const { failures, now } = await trx
          .selectFrom('notice_lanes')
          .select(['failures', clock.as('now')])
          .where(inLane(lane))
          .executeTakeFirstOrThrow()
        const [first] = rows
        if (first === undefined) {
          await freeLane(trx, lane)
          return null
        }
        // The one that brought us here was moot, and its outbox row is gone: the others have none if this sender dies.
        if (rows.every(row => row.id !== id)) await wakeAfterLease(trx, lane)
        const team = lane.team === '' ? null : lane.team
        return {
          id: first.mail_id,
          team,
          to: lane.recipient,
          urgent: lane.urgent,
          failures,
          now,
          notices: rows.map(row => ({
            id: row.id,
            caseId: row.case_id,
            kind: row.kind,
            to: lane.recipient,
            program: row.program,
            team,
            dueAt: row.due_at,
            isClaimed: row.is_claimed,
            directorySequence: row.sequence,
            now,
          })),
        }
      })
    },

    async settleMail(mail, outcome) {
      const lane = laneOf(mail)
      const ids = mail.notices.map(each => each.id)
      await db.transaction().execute(async trx => {
        await wakeLanesAround(trx, ids)
        await lockLane(trx, lane)
        await sql`
        with settled as (
          update notices set settled_at = clock_timestamp(), outcome = ${outcome}
          where id = any(${ids}::uuid[]) and settled_at is null
          returning id),
        no_jobs as (
          delete from outbox using settled where subject = settled.id::text and name = ${jobs}),
        freed as (
          update notice_lanes set leased_until = null, wake_at = null,
            failures = case when ${outcome} = 'sent' then 0 else failures + 1 end,
            last_sent_at = clock_timestamp()
          where ${inLane(lane)})
        insert into outbox (id, name, subject)
        select gen_random_uuid(), ${laneJob(lane)}, notices.id::text
        from notices join cases on cases.id = notices.case_id
        where ${waitingIn(lane)} and notices.mail_id is distinct from ${mail.id}::uuid
        order by notices.created_at limit 1
        on conflict (subject, name) do nothing`.execute(trx)
      })
      // COMMITTED: these notices are never sent again, and what waits behind them has its turn. A crash after the mail
      // server took the mail and before this line sends the same notices a second time, under the same Message-ID.
    },

    async failMail(mail, retryAt) {
      const lane = laneOf(mail)
      await db.transaction().execute(async trx => {
        // What has gone to another lane meanwhile has its turn there.
        const { rows: left } = await sql<{ id: string }>`
          select notices.id::text from notices
          join cases on cases.id = notices.case_id
          join outbox on outbox.subject = notices.id::text and outbox.name = ${jobs}
          where notices.id = any(${mail.notices.map(each => each.id)}::uuid[])
            and coalesce(cases.team, '') = ${lane.team}
          order by cases.id for share of cases`.execute(trx)
        await lockLane(trx, lane)
        await sql`
        with no_jobs as (
          delete from outbox where name = ${jobs}
            and subject = any(${left.map(each => each.id)}::text[]))
        update notice_lanes set leased_until = null, failures = failures + 1,
          wake_at = ${at(retryAt)}
        where ${inLane(lane)}`.execute(trx)
      })
    },

    async noticeFailures() {
      const { worst } = await db
        .selectFrom('notice_lanes')
        .select(sql<number>`coalesce(max(failures), 0)`.as('worst'))
        .executeTakeFirstOrThrow()
      return worst
    },

    wakeLanes: () => wakeDueLanes(db),
  }
}
