// Step 10m: letters, and what an answer that did not arrive gives back to its case.
import { sql } from 'kysely'
import type { CaseId, ClientId, Instant } from '../../../schemas/encoding.js'
import { afterAct } from '../../core/case/states.js'
import type { LetterFailure, LetterStore, WaitingLetter } from '../../ports/letter-store.js'
import { selectCases, type ReadCase } from './case-rows.js'
import { endOf, insertEvent, nextEvent } from './chain.js'
import { at, atOrNull, type Database } from './database.js'
import { insertNotice } from './notices.js'

/** A letter that nobody will ever think of again: whoever had it died with its row. */
const forgottenSeconds = 900
const lettersAtOnce = 500

/**
 * Mail servers give up within five days (RFC 5321 §4.5.4.1): a notice that comes later than this after they took the letter is
 * late, or somebody wrote it.
 */
const believedMs = 7 * 86_400_000

/** A letter as it is written with its reply. */
export interface NewLetter {
  readonly id: string
  readonly outboxId: string
  readonly sealed: Uint8Array
  readonly sha256: Uint8Array
}

/** Adds a letter and the outbox row that makes it leave, within the transaction of its reply. @param row the case before */
export async function insertLetter(
  db: Database,
  row: ReadCase,
  reply: ClientId,
  { id, outboxId, sealed, sha256 }: NewLetter,
  unreadAfter: number,
): Promise<void> {
  await sql`
    insert into letters (id, case_id, reply_id, sealed, sha256, created_at, owed_due_at, owed_held_ms,
      answered_additions)
    values (${id}, ${row.id}, ${reply}, ${sealed}, ${sha256}, ${at(row.now)},
      ${atOrNull(row.due_at)}, ${row.held_ms}, ${row.unread_additions - unreadAfter})`.execute(db)
  await db.insertInto('outbox').values({ id: outboxId, name: 'send-letter', subject: id }).execute()
}

async function deleteJob(db: Database, id: string): Promise<void> {
  await sql`delete from outbox where subject = ${id} and name = 'send-letter'`.execute(db)
}

interface FailedLetter {
  readonly case_id: CaseId
  readonly reply_id: ClientId
  readonly outcome: 'sent' | 'undelivered' | 'doubted' | null
  readonly settled_at: Instant | null
}

interface Standing {
  /** Some other answer of this case is not known to have failed. */
  readonly answered: boolean
  /** One of them came after the letter. */
  readonly followed: boolean
  /** The nearest deadline that ran before, of all answers since the last one that stands; null where none did. */
  readonly due: Instant | null
  readonly held: number
  readonly additions: number
}

async function standingWithout(db: Database, id: string, caseId: CaseId): Promise<Standing> {
  const { rows } = await sql<Standing>`
    with this as (select created_at from letters where id = ${id}),
    standing as (
      select contacts.at from contacts where case_id = ${caseId}
      union all
      select replies.at from replies left join letters
          on letters.case_id = replies.case_id and letters.reply_id = replies.id
        where replies.case_id = ${caseId} and letters.id is distinct from ${id}
          and letters.outcome is distinct from 'undelivered'),
    last as (select coalesce(max(at), '-infinity') as at from standing),
    failed as (
      select owed_due_at, owed_held_ms, answered_additions from letters, last
      where case_id = ${caseId} and (id = ${id} or outcome = 'undelivered')
        and created_at > last.at),
    nearest as (
      select owed_due_at, owed_held_ms from failed where owed_due_at is not null
      order by owed_due_at limit 1)
    select exists (select from standing) as answered,
      (select last.at > this.created_at from last, this) as followed,
      (select owed_due_at from nearest) as due,
      coalesce((select owed_held_ms from nearest), 0) as held,
      coalesce((select sum(answered_additions) from failed), 0)::int as additions`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('no standing of answers')
  return row
}

/** What the case is given back: its end only where nobody answered since, and the clock likewise. */
function columnsOf(row: ReadCase, standing: Standing, failure: LetterFailure) {
  const { additions, answered, due, followed, held } = standing
  if (row.state === 'closed' && followed) return {}
  const isReopened = row.state === 'closed'
  const state = afterAct('fail', row.state, answered)
  if (state === null) return null
  const owed = due ?? row.now + failure.responseSeconds(row.program, row.received_at) * 1000
  const isOwed = !followed && (row.due_at === null || owed < row.due_at)
  return {
    state,
    ...(isReopened ? { outcome: null, closed_at: null, purge_at: null } : {}),
    ...(isReopened || state === 'routed' ? { claimed_by: null } : {}),
    ...(answered
      ? {}
      : { answered_at: null, answer_hour: null, answer_signature: null, answer_key: null }),
    ...(followed
      ? {}
      : { letter: 'undelivered' as const, unread_additions: row.unread_additions + additions }),
    ...(isOwed
      ? {
          due_at: at(owed),
          // The sweep looks at once and finds the rung by itself.
          next_rung_at: at(row.now),
          held_ms: due === null ? 0 : held,
          hold_asked_by: null,
          hold_confirmed_by: null,
          hold_reason: null,
          hold_since: null,
          hold_until: null,
          ...(due === null ? { climbed_to: at(row.now) } : {}),
        }
      : {}),
  }
}

async function fail(trx: Database, id: string, failure: LetterFailure): Promise<CaseId | null> {
  const find = async () =>
    (
      await sql<FailedLetter>`select case_id, reply_id, outcome, settled_at
        from letters where id = ${id}`.execute(trx)
    ).rows[0]
  await deleteJob(trx, id)
  const first = await find()
  if (first === undefined) return null
  const row = await selectCases(trx)
    .where('id', '=', first.case_id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  // Under the row's lock: what fails twice at once fails once.
  const letter = await find()
  if (row === undefined || letter === undefined) return null
  if (letter.outcome === 'undelivered' || letter.outcome === 'doubted') return row.id
  const isDoubted = letter.settled_at !== null && row.now - letter.settled_at > believedMs
  const standing = await standingWithout(trx, id, row.id)
  await sql`update letters set outcome = ${isDoubted ? 'doubted' : 'undelivered'}, sealed = null,
    wake_at = null, settled_at = ${at(row.now)} where id = ${id}`.execute(trx)
  // Its applicant has deleted it, or it was purged: nobody is left to be told.
  const columns = row.state === 'purged' ? null : isDoubted ? {} : columnsOf(row, standing, failure)
  if (columns === null) return null
  const addendum = isDoubted ? ' doubted' : standing.followed ? ' answered_since' : ''
  const event = nextEvent(row.id, row, {
    kind: 'undelivered',
    at: row.now,
    detail: `${letter.reply_id} ${failure.fault}${addendum}`,
  })
  await insertEvent(trx, event)
  await trx
    .updateTable('cases')
    .set({ ...columns, ...endOf(event) })
    .where('id', '=', row.id)
    .execute()
  await insertNotice(trx, {
    id: failure.noticeId,
    outboxId: failure.outboxId,
    caseId: row.id,
    kind: failure.fault === 'may_have_arrived' ? 'unconfirmed' : 'undelivered',
    to: 'team',
  })
  return row.id
}

export function letterStore(db: Database): LetterStore {
  return {
    async takeLetter(id, leaseSeconds) {
      return await db.transaction().execute(async (trx): Promise<WaitingLetter | null> => {
        await deleteJob(trx, id)
        const lease = sql`clock_timestamp() + ${leaseSeconds}::float8 * interval '1 second'`
        const { rows } = await sql<WaitingLetter>`
          update letters set wake_at = ${lease}
          where id = ${id} and outcome is null
            and (wake_at is null or wake_at <= clock_timestamp()
              -- The clock was set back.
              or wake_at > clock_timestamp() + interval '1 hour')
          returning id, case_id as "caseId", reply_id as reply, sealed, tried_at as "triedAt",
            unconfirmed as "isUnconfirmed", failures, clock_timestamp()::timestamptz(3) as now`.execute(
          trx,
        )
        return rows[0] ?? null
      })
      // COMMITTED: the letter is this caller's until its lease ends. A crash after this line, before or after the mail
      // server took it, brings it back then: it may be sent twice, under one Message-ID.
    },

    async putOffLetter(id, until, isUnconfirmed) {
      await sql`update letters set wake_at = ${at(until)}, failures = failures + 1,
          tried_at = coalesce(tried_at, clock_timestamp()),
          unconfirmed = unconfirmed or ${isUnconfirmed}
        where id = ${id} and outcome is null`.execute(db)
    },

    async settleLetter(id) {
      await db.transaction().execute(async trx => {
        const { rows } = await sql<{ case_id: CaseId }>`
          select case_id from letters where id = ${id} and outcome is null`.execute(trx)
        const [letter] = rows
        if (letter === undefined) return
        // The case first, as everywhere: two that settle and fail at once wait for one another in the same order.
        await sql`select from cases where id = ${letter.case_id} for no key update`.execute(trx)
        await sql`
          with settled as (
            update letters set outcome = 'sent', sealed = null, wake_at = null,
              settled_at = clock_timestamp()
            where id = ${id} and outcome is null returning id, case_id, created_at),
          no_job as (
            delete from outbox using settled
            where subject = settled.id::text and name = 'send-letter')
          update cases set letter = 'sent' from settled
          where cases.id = settled.case_id and letter = 'waiting' and not exists (
            select from letters where case_id = settled.case_id
              and created_at > settled.created_at)`.execute(trx)
      })
      // COMMITTED: the sealed letter is gone, and is never sent again. A crash before this line sends it a second time,
      // under the same Message-ID.
    },

    failLetter: (id, failure) => db.transaction().execute(trx => fail(trx, id, failure)),
    // COMMITTED: the answer is owed again and somebody is told. A crash before leaves the letter as it was: it comes back,
    // or the mail that says so is taken in again.

    async wakeLetters() {
      const { rows } = await sql`
        with due as materialized (
          select id from letters
          where outcome is null and (wake_at <= statement_timestamp()
            or (wake_at is null
              and created_at < statement_timestamp() - ${forgottenSeconds}::float8 * interval '1 second'
              and not exists (select from outbox
                where subject = letters.id::text and name = 'send-letter')))
          limit ${lettersAtOnce} for update skip locked),
        woken as (
          update letters set wake_at = null from due where letters.id = due.id returning letters.id)
        insert into outbox (id, name, subject)
        select gen_random_uuid(), 'send-letter', id::text from woken
        on conflict (subject, name) do update set sent_at = '-infinity'
        returning subject`.execute(db)
      return rows.length
    },

    async waitingLetters() {
      const { rows } = await sql<{ count: number; oldest: number }>`
        select count(*)::int as count, coalesce(extract(epoch from
          clock_timestamp() - min(created_at)), 0)::float8 as oldest
        from letters where outcome is null`.execute(db)
      const [row] = rows
      return { count: row?.count ?? 0, oldestSeconds: Math.max(0, row?.oldest ?? 0) }
    },
  }
}
