// Figures for metrics and readiness.
import { sql } from 'kysely'
import type { CaseState } from '../../../schemas/case.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { FiguresStore } from '../../ports/figures-store.js'
import type { Database } from './database.js'

interface FiguresRow {
  readonly now: Instant
  readonly rung_late: number | null
  readonly closed: number
  readonly purged: number
  readonly purge_late: number
  readonly outbox_rows: number
  readonly outbox_oldest: number
  readonly undeliverable: number
  readonly failures: number
  readonly letters: number
  readonly letter_oldest: number
  readonly sweep_age: number | null
  readonly mailbox_age: number | null
  readonly owed_oldest: number | null
  readonly missed: number
}

export function figuresStore(db: Database): FiguresStore {
  return {
    async figures() {
      // One pass over the index of open cases: tombstones stay for ever, and are counted when they are made.
      const open = await db
        .selectFrom('cases')
        .select([
          'state',
          sql<number>`count(*)`.as('cases'),
          sql<number>`count(*) filter (where due_at < clock_timestamp())`.as('overdue'),
          sql<number>`coalesce(extract(epoch from clock_timestamp()
            - min(received_at) filter (where due_at is not null))::float8, 0)`.as('oldest'),
        ])
        .where(sql<boolean>`state not in ('closed', 'purged')`)
        .groupBy('state')
        .execute()
      const { rows } = await sql<FiguresRow>`
        select
          clock_timestamp()::timestamptz(3) as now,
          (select extract(epoch from clock_timestamp() - min(next_rung_at))::float8
            from cases where next_rung_at is not null) as rung_late,
          (select count(*) from cases where state = 'closed') as closed,
          (select count from tallies where name = 'purged') as purged,
          -- Closed cases have a time of purge, and purged ones while their mails are being deleted.
          (select coalesce(extract(epoch from clock_timestamp() - min(purge_at))::float8, 0)
            from cases where purge_at is not null) as purge_late,
          (select count(*) from outbox) as outbox_rows,
          coalesce((select extract(epoch from clock_timestamp() - min(created_at))::float8
            from outbox), 0) as outbox_oldest,
          (select count(*) from notices where outcome = 'undeliverable') as undeliverable,
          (select coalesce(max(failures), 0) from notice_lanes) as failures,
          (select count(*) from letters where outcome is null) as letters,
          coalesce((select extract(epoch from clock_timestamp() - min(created_at))::float8
            from letters where outcome is null), 0) as letter_oldest,
          (select extract(epoch from clock_timestamp() - at)::float8
            from heartbeats where name = 'sweep') as sweep_age,
          -- One that nobody tries any more is watched no more.
          (select extract(epoch from clock_timestamp() - min(at))::float8 from heartbeats
            where starts_with(name, 'mailbox:')
              and tried_at > clock_timestamp() - interval '10 minutes')
            as mailbox_age,
          (select extract(epoch from clock_timestamp() - min(at))::float8 from taken_mails
            where acknowledge_until > statement_timestamp()) as owed_oldest,
          (select count(*) from taken_mails
            where acknowledge_until <= statement_timestamp()) as missed`.execute(db)
      const [row] = rows
      if (row === undefined) throw new Error('no figures')
      const count = (state: CaseState) => open.find(each => each.state === state)?.cases ?? 0
      return {
        now: row.now,
        casesByState: {
          received: count('received'),
          routed: count('routed'),
          claimed: count('claimed'),
          answered: count('answered'),
          closed: row.closed,
          purged: row.purged,
        },
        breached: open.reduce((sum, { overdue }) => sum + overdue, 0),
        oldestUnansweredSeconds: Math.max(0, ...open.map(({ oldest }) => oldest)),
        purgeLateSeconds: Math.max(0, row.purge_late),
        outboxRows: row.outbox_rows,
        outboxOldestSeconds: Math.max(0, row.outbox_oldest),
        noticesUndeliverable: row.undeliverable,
        noticeFailures: row.failures,
        lettersWaiting: row.letters,
        letterOldestSeconds: Math.max(0, row.letter_oldest),
        sweepAgeSeconds: row.sweep_age,
        rungLateSeconds: Math.max(0, row.rung_late ?? 0),
        mailboxAgeSeconds: row.mailbox_age,
        acknowledgementOldestSeconds: Math.max(0, row.owed_oldest ?? 0),
        acknowledgementsMissed: row.missed,
      }
    },

    async pingStore() {
      // A commit, not a question: a disk that is full or a server that only reads says so here.
      await sql`
        insert into heartbeats (name, at) values ('ping', clock_timestamp())
        on conflict (name) do update set at = excluded.at`.execute(db)
    },
  }
}
