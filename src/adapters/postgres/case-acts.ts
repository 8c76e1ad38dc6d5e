// Step 9 and 10: an act of a handler on a case, in one transaction under the case's row lock.
import { sql, type UpdateObject } from 'kysely'
import { maxEventsByActs, maxGrants, maxNotes, maxReplies } from '../../../schemas/case.js'
import { KhancapError } from '../../../schemas/problem.js'
import type { CaseChange, CaseStore, UnseenAdditions } from '../../ports/case-store.js'
import { selectCases, toCaseRow, type ReadCase } from './case-rows.js'
import { endOf, insertEvent, nextEvent } from './chain.js'
import { at, atOrNull, type Database } from './database.js'
import { insertLetter } from './letters.js'
import { wakeLanesOf } from './lane-wakes.js'
import { insertNotice } from './notices.js'
import type { Tables } from './tables.js'

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** Who acts on which case. */
interface Doer {
  readonly caseId: string
  readonly handler: string
}

/**
 * One handler alone fills half of a case: whoever misuses a key must not leave the others without room for an answer.
 * @throws KhancapError `case_state` where the case holds as many as may be shown, or this handler's half of them
 */
async function refuseFull(
  db: Database,
  table: 'replies' | 'notes' | 'grants' | 'events',
  { caseId, handler }: Doer,
  most: number,
  more = 1,
): Promise<void> {
  const { count, own } = await db
    .selectFrom(table)
    .select(sql<number>`count(*)`.as('count'))
    .select(sql<number>`count(*) filter (where handler = ${handler})`.as('own'))
    .where('case_id', '=', caseId)
    .executeTakeFirstOrThrow()
  if (count + more > most || own + more > most / 2) throw new KhancapError('case_state')
}

/** Nobody but the router reads letters: they are told apart by their hash. */
async function isSameLetter(
  db: Database,
  caseId: string,
  { id, letter = null }: NonNullable<CaseChange['reply']>,
): Promise<boolean> {
  const before = await db
    .selectFrom('letters')
    .select('sha256')
    .where('case_id', '=', caseId)
    .where('reply_id', '=', id)
    .executeTakeFirst()
  if (before === undefined || letter === null) return before === undefined && letter === null
  return equal(before.sha256, letter.sha256)
}

/**
 * @returns true where the reply, note, contact or grant of this change is on record already and says the same
 * @throws KhancapError `reply_conflict` where its id is taken by other bytes, of whatever kind
 */
async function isRepeated(db: Database, doer: Doer, change: CaseChange): Promise<boolean> {
  const { caseId, handler } = doer
  const { reply, note, contact, grants = [] } = change
  if (reply !== undefined) {
    const before = await db
      .selectFrom('replies')
      .select(['sealed', 'team_copy'])
      .where('case_id', '=', caseId)
      .where('id', '=', reply.id)
      .executeTakeFirst()
    if (before !== undefined) {
      const isSame =
        equal(before.sealed, reply.sealed) &&
        equal(before.team_copy, reply.teamCopy) &&
        (await isSameLetter(db, caseId, reply))
      if (isSame) return true
      throw new KhancapError('reply_conflict')
    }
    await refuseFull(db, 'replies', doer, maxReplies)
  }
  if (note !== undefined) {
    const before = await db
      .selectFrom('notes')
      .select('sealed')
      .where('case_id', '=', caseId)
      .where('id', '=', note.id)
      .executeTakeFirst()
    if (before !== undefined) {
      if (equal(before.sealed, note.sealed)) return true
      throw new KhancapError('reply_conflict')
    }
    await refuseFull(db, 'notes', doer, maxNotes)
  }
  if (contact !== undefined) {
    const before = await db
      .selectFrom('contacts')
      .select(['via', 'handler'])
      .where('case_id', '=', caseId)
      .where('id', '=', contact.id)
      .executeTakeFirst()
    if (before !== undefined) {
      if (before.via === contact.via && before.handler === handler) return true
      throw new KhancapError('reply_conflict')
    }
  }
  if (grants.length === 0) return false
  const before = await db
    .selectFrom('grants')
    .select(['id', 'reader', 'header'])
    .where('case_id', '=', caseId)
    .where(
      'id',
      'in',
      grants.map(({ id }) => id),
    )
    .execute()
  if (before.length === 0) {
    await refuseFull(db, 'grants', doer, maxGrants, grants.length)
    return false
  }
  const isSame = grants.every(grant =>
    before.some(
      ({ id, reader, header }) =>
        id === grant.id && reader === grant.reader && equal(header, grant.header),
    ),
  )
  if (!isSame) throw new KhancapError('reply_conflict')
  return true
}

/** The number of the last event that the actor saw; null where they saw a history that is not this one. */
async function lastSeen(
  db: Database,
  row: ReadCase,
  after: Uint8Array | null,
): Promise<number | null> {
  if (after === null) return row.event_count
  if (after.every(byte => byte === 0)) return 0
  const seen = await db
    .selectFrom('events')
    .select('number')
    .where('case_id', '=', row.id)
    .where('hash', '=', after)
    .executeTakeFirst()
  return seen?.number ?? null
}

/** Of the additions that no answer followed, those that are newer than an event. */
async function unseenAdditions(
  db: Database,
  row: ReadCase,
  seen: number,
): Promise<UnseenAdditions> {
  if (row.unread_additions === 0 || seen >= row.event_count) return { count: 0, since: null }
  const unseen = await db
    .selectFrom('events')
    .select('at')
    .where('case_id', '=', row.id)
    .where('kind', '=', 'addition')
    .where('number', '>', seen)
    .orderBy('number', 'desc')
    .limit(row.unread_additions)
    .execute()
  return { count: unseen.length, since: unseen.at(-1)?.at ?? null }
}

async function insertParts(
  db: Database,
  row: ReadCase,
  handler: string,
  change: CaseChange,
): Promise<void> {
  const { reply, note, contact, grants = [] } = change
  const shared = { case_id: row.id, handler, at: at(row.now) }
  if (reply !== undefined) {
    await db
      .insertInto('replies')
      .values({ ...shared, id: reply.id, sealed: reply.sealed, team_copy: reply.teamCopy })
      .execute()
    if (reply.letter !== undefined && reply.letter !== null)
      await insertLetter(db, row, reply.id, reply.letter, change.unreadAdditions ?? 0)
  }
  if (note !== undefined)
    await db
      .insertInto('notes')
      .values({ ...shared, id: note.id, sealed: note.sealed })
      .execute()
  if (contact !== undefined)
    await db
      .insertInto('contacts')
      .values({ ...shared, ...contact })
      .execute()
  if (grants.length > 0)
    await db
      .insertInto('grants')
      .values(grants.map(grant => ({ ...shared, ...grant })))
      .execute()
}

/** A hold belongs to the deadline that it moved. */
function holdColumns(row: ReadCase, change: CaseChange): UpdateObject<Tables, 'cases'> {
  const { moveClockMs: ms, hold } = change
  const isOther = change.dueAt !== undefined && ms === undefined
  if (!isOther && ms === undefined && hold === undefined) return {}
  return {
    hold_asked_by: hold?.askedBy ?? null,
    hold_reason: hold?.reason ?? null,
    hold_until: atOrNull(hold?.until ?? null),
    hold_since: atOrNull(hold?.since ?? null),
    hold_confirmed_by: hold?.confirmedBy ?? null,
    ...(isOther ? { held_ms: 0 } : {}),
    ...(ms === undefined
      ? {}
      : {
          held_ms: row.held_ms + ms,
          climbed_to: atOrNull(row.climbed_to === null ? null : row.climbed_to + ms),
        }),
  }
}

/** It says of the last answer how it left. */
function letterColumn({ contact, reply }: CaseChange): UpdateObject<Tables, 'cases'> {
  if (reply === undefined && contact === undefined) return {}
  return { letter: (reply?.letter ?? null) === null ? null : 'waiting' }
}

/** The columns that a change names; what it does not name is not written. */
function columnsOf(row: ReadCase, change: CaseChange): UpdateObject<Tables, 'cases'> {
  const dueAt = change.dueAt === undefined ? row.due_at : change.dueAt
  const closed = change.state === 'closed'
  return {
    ...(change.state === undefined
      ? {}
      : { state: change.state, closed_at: closed ? at(row.now) : null }),
    ...(change.team === undefined
      ? {}
      : { team: change.team, routed_team: row.routed_team ?? row.team }),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    ...(change.coverage === undefined ? {} : { coverage: change.coverage }),
    ...(change.claimedBy === undefined ? {} : { claimed_by: change.claimedBy }),
    ...(change.dueAt === undefined ? {} : { due_at: atOrNull(change.dueAt) }),
    // A rung belongs to a deadline: what owes nothing climbs nothing.
    ...(dueAt === null
      ? { next_rung_at: null }
      : change.nextRungAt === undefined
        ? {}
        : { next_rung_at: atOrNull(change.nextRungAt) }),
    ...holdColumns(row, change),
    ...(change.outcome === undefined ? {} : { outcome: change.outcome }),
    ...(change.purgeAt === undefined ? {} : { purge_at: atOrNull(change.purgeAt) }),
    ...(change.answer === undefined
      ? {}
      : {
          answer_hour: atOrNull(change.answer?.hour ?? null),
          answer_signature: change.answer?.signature ?? null,
          answer_key: change.answer?.key ?? null,
        }),
    ...(change.answered === true && row.answered_at === null ? { answered_at: at(row.now) } : {}),
    ...letterColumn(change),
    ...(change.unreadAdditions === undefined ? {} : { unread_additions: change.unreadAdditions }),
  }
}

export function actOnCase(db: Database): CaseStore['actOnCase'] {
  return async (id, by, decide) =>
    await db.transaction().execute(async trx => {
      const row = await selectCases(trx).where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
      if (row === undefined) throw new KhancapError('case_unknown')
      const seen = await lastSeen(trx, row, by.after ?? null)
      const change = decide(toCaseRow(row), await unseenAdditions(trx, row, seen ?? 0))
      const doer = { caseId: id, handler: by.handler }
      if (change === null || (await isRepeated(trx, doer, change))) return toCaseRow(row)
      if (seen === null)
        throw new KhancapError('request_invalid', {
          faults: [{ pointer: '/after', code: 'unknown' }],
        })
      if (row.event_count >= maxEventsByActs) throw new KhancapError('case_state')
      if (row.event_count >= maxEventsByActs / 2)
        await refuseFull(trx, 'events', doer, maxEventsByActs)
      const event = nextEvent(id, row, {
        kind: change.event.kind,
        at: row.now,
        handler: by.handler,
        detail: change.event.detail,
        request: by.request,
      })
      await insertEvent(trx, event)
      await insertParts(trx, row, by.handler, change)
      if (change.team !== undefined && change.team !== row.team)
        await wakeLanesOf(trx, id, [row.team, change.team])
      // oxlint-disable-next-line no-await-in-loop
      for (const notice of change.notices ?? []) await insertNotice(trx, { ...notice, caseId: id })
      await trx
        .updateTable('cases')
        .set({ ...columnsOf(row, change), ...endOf(event) })
        .where('id', '=', id)
        .execute()
      return toCaseRow(await selectCases(trx).where('id', '=', id).executeTakeFirstOrThrow())
    })
  // COMMITTED: the act and its entry in the history are one. A crash after this line loses the answer to the
  // handler, who asks again: `decide` sees the act done, or the id of the reply, note, contact or grant is found on record.
}
