// The waking of lanes (notice-lanes.ts): those whose time has come, those that a case leaves or comes to, and those that nobody
// would think of again.
import { type RawBuilder, sql } from 'kysely'
import type { CaseId } from '../../../schemas/encoding.js'
import type { Rung } from '../../../schemas/program.js'
import { noticeJob, urgentKinds } from '../../core/sla/urgent.js'
import type { Database } from './database.js'

export interface Lane {
  readonly team: string
  readonly recipient: Rung['to']
  readonly urgent: boolean
}

/** A notice whose lane nobody will wake. No way to it is known that is left; it would be a case that is not answered. */
const forgottenSeconds = 120
const lanesAtOnce = 500

export const isUrgentKind = sql<boolean>`(notices.kind = any(${urgentKinds}::text[]))`
export const jobs = sql`any(${[noticeJob('breach'), noticeJob('reminder')]}::text[])`

export const laneJob = ({ urgent }: Pick<Lane, 'urgent'>) =>
  noticeJob(urgent ? 'breach' : 'reminder')

/** Unsettled notices of a lane; joins notices with cases. @param lane its values, or the columns that have them */
export function waitingIn({ team, recipient, urgent }: Readonly<Record<keyof Lane, unknown>>) {
  return sql`notices.settled_at is null and notices.recipient = ${recipient}
    and ${isUrgentKind} = ${urgent} and coalesce(cases.team, '') = ${team}`
}

const columnsOf = (table: string) => ({
  team: sql.ref(`${table}.team`),
  recipient: sql.ref(`${table}.recipient`),
  urgent: sql.ref(`${table}.urgent`),
})

/** What lanes are inserted with. One that failed waits for its next attempt. */
const wakeNow = sql`on conflict (team, recipient, urgent)
    do update set wake_at = least(notice_lanes.wake_at, excluded.wake_at)
    where notice_lanes.failures = 0 or notice_lanes.wake_at is null`

/**
 * A case goes from one team to another, within the caller's transaction, which has locked it. Its notices go along, and
 * with them perhaps the only outbox row by which others of their lanes would have been sent: the lanes of both teams wake.
 */
export async function wakeLanesOf(
  db: Database,
  id: CaseId,
  teams: readonly (string | null)[],
): Promise<void> {
  await sql`
    insert into notice_lanes (team, recipient, urgent, wake_at)
    select distinct lane.team, notices.recipient, ${isUrgentKind}, statement_timestamp()
    from notices cross join unnest(${teams.map(team => team ?? '')}::text[]) as lane (team)
    where notices.case_id = ${id} and notices.settled_at is null
    -- Two that meet wait for one another in the same order.
    order by 1, 2, 3
    ${wakeNow}`.execute(db)
}

/** The lanes in which these notices stand, where they are not settled. */
async function wakeWhere(db: Database, these: RawBuilder<unknown>): Promise<void> {
  await sql`
    insert into notice_lanes (team, recipient, urgent, wake_at)
    select distinct coalesce(cases.team, ''), notices.recipient, ${isUrgentKind}, statement_timestamp()
    from notices join cases on cases.id = notices.case_id
    where ${these} and notices.settled_at is null
    order by 1, 2, 3
    ${wakeNow}`.execute(db)
}

/**
 * Cases lose their notices, within the caller's transaction, which has locked them: whoever was to be sent with one of
 * their outbox rows is sent by waking the lane.
 */
export async function wakeLanesBehind(db: Database, ids: readonly CaseId[]): Promise<void> {
  await wakeWhere(db, sql`notices.case_id = any(${ids}::text[])`)
}

/**
 * Notices are settled, wherever their cases have gone since a sender took them: one of theirs may be the only outbox row by which
 * others of that lane would have been sent. Their cases stay where they are until the transaction ends.
 */
export async function wakeLanesAround(db: Database, ids: readonly string[]): Promise<void> {
  await sql`
    select from notices join cases on cases.id = notices.case_id
    where notices.id = any(${ids}::uuid[]) and notices.settled_at is null
    order by cases.id for share of cases`.execute(db)
  await wakeWhere(db, sql`notices.id = any(${ids}::uuid[])`)
}

/**
 * Lanes whose time has come, or that nobody would wake any more, get an outbox row.
 * @returns how many
 */
export async function wakeDueLanes(db: Database): Promise<number> {
  const { rows } = await sql`
    with due as materialized (
      select lane.* from notice_lanes lane
      where wake_at <= statement_timestamp()
        or (wake_at is null and coalesce(leased_until <= statement_timestamp(), true) and exists (
          select from notices join cases on cases.id = notices.case_id
          where ${waitingIn(columnsOf('lane'))}
            and notices.created_at
              < statement_timestamp() - ${forgottenSeconds}::float8 * interval '1 second'
            and not exists (select from outbox
              where subject = notices.id::text and name = ${jobs})))
      limit ${lanesAtOnce} for update skip locked),
    woken as (
      -- What its failures were about may have gone to another team, or be purged: they are nobody's then.
      update notice_lanes lane set wake_at = null,
        failures = case when exists (
          select from notices join cases on cases.id = notices.case_id
          where ${waitingIn(columnsOf('lane'))})
          then lane.failures else 0 end
      from due
      where lane.team = due.team and lane.recipient = due.recipient
        and lane.urgent = due.urgent
      returning lane.*)
    insert into outbox (id, name, subject)
    select gen_random_uuid(),
      case when woken.urgent then ${laneJob({ urgent: true })}
        else ${laneJob({ urgent: false })} end,
      first.id::text
    from woken cross join lateral (
      select notices.id from notices join cases on cases.id = notices.case_id
      where ${waitingIn(columnsOf('woken'))}
      order by notices.mail_id, notices.created_at limit 1) first
    on conflict (subject, name) do update set sent_at = '-infinity'
    returning subject`.execute(db)
  return rows.length
}
