// Notices: made by whatever happens to a case, settled once somebody was told or nobody can be. How they leave together
// is in notice-lanes.ts.
import { sql } from 'kysely'
import type { CaseId } from '../../../schemas/encoding.js'
import { noticeJob, urgentKinds } from '../../core/sla/urgent.js'
import type { Notice, NoticeStore } from '../../ports/notice-store.js'
import { clock, type Database } from './database.js'
import { noticeLanes } from './notice-lanes.js'

/** Adds a notice and the outbox row that makes it happen, within the caller's transaction. */
export async function insertNotice(
  db: Database,
  notice: {
    readonly id: string
    readonly outboxId: string
    readonly caseId: CaseId
    readonly kind: Notice['kind']
    readonly to: Notice['to']
  },
): Promise<void> {
  await db
    .insertInto('notices')
    .values({
      id: notice.id,
      case_id: notice.caseId,
      kind: notice.kind,
      recipient: notice.to,
      created_at: clock,
    })
    .execute()
  await db
    .insertInto('outbox')
    .values({ id: notice.outboxId, name: noticeJob(notice.kind), subject: notice.id })
    .execute()
}

export function noticeStore(db: Database): NoticeStore {
  return {
    ...noticeLanes(db),

    async pendingNotice(id) {
      const row = await db
        .selectFrom('notices')
        .innerJoin('cases', 'cases.id', 'notices.case_id')
        .leftJoin('notice_lanes as lane', join =>
          join
            .on('lane.team', '=', sql<string>`coalesce(cases.team, '')`)
            .onRef('lane.recipient', '=', 'notices.recipient')
            .on('lane.urgent', '=', sql<boolean>`(notices.kind = any(${urgentKinds}::text[]))`),
        )
        .select([
          'notices.id',
          'case_id',
          'kind',
          'notices.recipient',
          'program',
          'cases.team',
          'due_at',
          'claimed_by',
          'lane.last_sent_at',
          'lane.wake_at',
          'lane.failures',
          clock.as('now'),
          sql<number>`coalesce(routed_directory_sequence, directory_sequence)`.as('sequence'),
        ])
        .where('notices.id', '=', id)
        .where('settled_at', 'is', null)
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        id: row.id,
        caseId: row.case_id,
        kind: row.kind,
        to: row.recipient,
        program: row.program,
        team: row.team,
        dueAt: row.due_at,
        isClaimed: row.claimed_by !== null,
        directorySequence: row.sequence,
        now: row.now,
        lane: { lastSentAt: row.last_sent_at, wakeAt: row.wake_at, failures: row.failures ?? 0 },
      }
    },

    async settleNotice(id, outcome) {
      await sql`
        with settled as (
          update notices set settled_at = clock_timestamp(), outcome = ${outcome}
          where id = ${id} and settled_at is null)
        delete from outbox where subject = ${id} and name = any(${[noticeJob('breach'), noticeJob('reminder')]}::text[])`.execute(
        db,
      )
      // COMMITTED: this notice is never sent again. A crash after the mail server took the mail and before this
      // line sends it a second time, under the same Message-ID.
    },
  }
}
