// The figures of the organisation: counted over the table of cases, whose rows stay as tombstones after the purge, and
// their histories.
import { sql } from 'kysely'
import type { Instant } from '../../../schemas/encoding.js'
import type { StatisticsStore } from '../../ports/statistics-store.js'
import { at, type Database } from './database.js'

interface Row {
  readonly program: string | null
  readonly week: Instant
  readonly within: number
  readonly late: number
  readonly overdue: number
  readonly waiting: number
  readonly ended: number
  readonly not_routed: number
  readonly not_claimed: number
  readonly claimed_not_answered: number
  readonly median: number | null
  readonly p90: number | null
  readonly worst: number | null
}

export function statisticsStore(db: Database): StatisticsStore {
  return {
    async countCases({ from, until, promises, otherwiseSeconds }) {
      const { rows } = await sql<Row>`
        with promises as (
          select * from unnest(${promises.map(({ program }) => program)}::text[],
            ${promises.map(({ seconds }) => seconds)}::int[]) as each (program, seconds)),
        promised as (
          select cases.id, cases.program, answered_at, closed_at,
            date_trunc('week', received_at, 'UTC') as week,
            received_at + coalesce(seconds, ${otherwiseSeconds}::int) * interval '1 second' as by,
            extract(epoch from answered_at - received_at)::float8 as took
          from cases left join promises on promises.program = cases.program
          where received_at >= ${at(from)} and received_at < ${at(until)}),
        judged as (
          select *, case
            when answered_at <= by then 'within'
            when answered_at is not null then 'late'
            when coalesce(closed_at, clock_timestamp()) > by then 'overdue'
            when closed_at is not null then 'ended'
            else 'waiting' end as fate
          from promised),
        explained as (
          select *, case
            when fate not in ('late', 'overdue') then null
            when not exists (select from events
              where case_id = judged.id and kind = 'routed' and at <= by) then 'not_routed'
            when not exists (select from events
              where case_id = judged.id and kind = 'claimed' and at <= by) then 'not_claimed'
            else 'claimed_not_answered' end as why
          from judged)
        select program, week,
          count(*) filter (where fate = 'within') as within,
          count(*) filter (where fate = 'late') as late,
          count(*) filter (where fate = 'overdue') as overdue,
          count(*) filter (where fate = 'waiting') as waiting,
          count(*) filter (where fate = 'ended') as ended,
          count(*) filter (where why = 'not_routed') as not_routed,
          count(*) filter (where why = 'not_claimed') as not_claimed,
          count(*) filter (where why = 'claimed_not_answered') as claimed_not_answered,
          percentile_disc(0.5) within group (order by took) as median,
          percentile_disc(0.9) within group (order by took) as p90,
          max(took) as worst
        from explained group by program, week order by week, program nulls last`.execute(db)
      return rows.map(row => ({
        program: row.program,
        week: row.week,
        within: row.within,
        late: row.late,
        overdue: row.overdue,
        waiting: row.waiting,
        ended: row.ended,
        reasons: {
          not_routed: row.not_routed,
          not_claimed: row.not_claimed,
          claimed_not_answered: row.claimed_not_answered,
        },
        medianSeconds: row.median,
        p90Seconds: row.p90,
        worstSeconds: row.worst,
      }))
    },
  }
}
