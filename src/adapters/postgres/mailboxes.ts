// Step 11: the store as a returning applicant sees it.
import { sql } from 'kysely'
import type { ClientId, Instant } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import { afterAct } from '../../core/case/states.js'
import type { MailboxStore, NewAddition } from '../../ports/mailbox-store.js'
import { selectCases, toCaseRow, type ReadCase } from './case-rows.js'
import { endOf, insertEvent, nextEvent } from './chain.js'
import { at, type Database } from './database.js'
import { insertNotice } from './notices.js'
import { nameUploads } from './uploads.js'

function selectByMailbox(db: Database, tokenSha256: Uint8Array) {
  return selectCases(db)
    .where('id', '=', eb =>
      eb.selectFrom('intakes').select('case_id').where('mailbox_sha256', '=', tokenSha256),
    )
    .where('state', '<>', 'purged')
}

/** @returns when it was recorded, or null where it was not */
async function findAddition(
  db: Database,
  caseId: string,
  addition: Pick<NewAddition, 'id' | 'sealed'>,
): Promise<{ at: number } | null> {
  const before = await db
    .selectFrom('additions')
    .select(['at', 'sealed'])
    .where('case_id', '=', caseId)
    .where('id', '=', addition.id)
    .executeTakeFirst()
  if (before === undefined) return null
  if (Buffer.compare(before.sealed, addition.sealed) !== 0)
    throw new KhancapError('addition_conflict')
  return { at: before.at }
}

/** What an addition does to its case: whoever owes nothing owes an answer from now on, and the ladder starts. */
function changesOf(row: ReadCase, addition: NewAddition) {
  const state = afterAct('addition', row.state, row.answered_at !== null)
  if (state === null) throw new KhancapError('mailbox_unknown')
  const reopened = row.state === 'closed'
  const owesNothing = row.due_at === null
  const later = (seconds: number) => row.now + seconds * 1000
  const responseAt = later(addition.responseSeconds(row.program))
  // Closed without an answer, and the first one would still be in time: it is owed by then, as ever.
  const first = row.first_due_at
  const isFirst =
    row.answered_at === null && first !== null && first > row.now && first < responseAt
  return {
    state,
    unread_additions: row.unread_additions + 1,
    ...(reopened ? { outcome: null, closed_at: null, purge_at: null, claimed_by: null } : {}),
    ...(owesNothing
      ? {
          due_at: at(isFirst ? first : responseAt),
          // Of the first clock the sweep finds the rung by itself.
          next_rung_at: at(isFirst ? row.now : later(addition.firstRungSeconds(row.program))),
          climbed_to: at(row.now),
        }
      : {}),
  }
}

/**
 * Adds to a case whose row is locked, with event, notice and outbox row.
 * @throws KhancapError `mailbox_unknown` where it was purged, `addition_conflict`, `additions_full`, `upload_incomplete`
 */
export async function insertAddition(
  trx: Database,
  row: ReadCase,
  addition: NewAddition,
): Promise<{ at: number }> {
  const before = await findAddition(trx, row.id, addition)
  if (before !== null) return before
  const { maxAdditionBytes, maxAdditions, signature } = addition
  const isSigned = signature.some(byte => byte !== 0)
  // Under the row's lock: what comes at once is counted one after the other. What nobody has signed, mails, counts by itself.
  const { count, bytes } = await trx
    .selectFrom('additions')
    .select(sql<number>`count(*)`.as('count'))
    .select(sql<number>`coalesce(sum(length(sealed)), 0)::bigint`.as('bytes'))
    .where('case_id', '=', row.id)
    .where('signature', isSigned ? '<>' : '=', Buffer.alloc(64))
    .executeTakeFirstOrThrow()
  const isFull = count >= maxAdditions || bytes + addition.sealed.length > maxAdditionBytes
  if (isFull) throw new KhancapError('additions_full')
  const event = nextEvent(row.id, row, {
    kind: 'addition',
    at: row.now,
    detail: addition.id,
  })
  await insertEvent(trx, event)
  await trx
    .insertInto('additions')
    .values({
      case_id: row.id,
      id: addition.id,
      at: at(row.now),
      sealed: addition.sealed,
      signature: addition.signature,
      directory_sequence: addition.directorySequence,
    })
    .execute()
  await nameUploads(trx, row.id, addition.id, addition.uploads ?? [])
  await trx
    .updateTable('cases')
    .set({ ...changesOf(row, addition), ...endOf(event) })
    .where('id', '=', row.id)
    .execute()
  await insertNotice(trx, {
    id: addition.noticeId,
    outboxId: addition.outboxId,
    caseId: row.id,
    kind: 'addition',
    to: 'team',
  })
  return { at: row.now }
}

interface ListedReply {
  readonly id: ClientId
  readonly at: Instant
  readonly fits: boolean
}

export function mailboxStore(db: Database): MailboxStore {
  return {
    async findMailbox(tokenSha256, { before, maxBytes }) {
      return await db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async trx => {
          const row = await selectByMailbox(trx, tokenSha256).executeTakeFirst()
          if (row === undefined) return null
          const { rows } = await sql<ListedReply>`
            select id, at, number = 1 or total <= ${maxBytes}::int as fits
            from (
              select id, at, row_number() over newest as number,
                sum(length(sealed)) over newest as total
              from replies
              where case_id = ${row.id} and (${before}::text is null or (at, id) < (
                select at, id from replies where case_id = ${row.id} and id = ${before}))
              window newest as (order by at desc, id desc)) listed
            order by at desc, id desc`.execute(trx)
          const fitting = rows.filter(({ fits }) => fits).map(({ id }) => id)
          const replies =
            fitting.length === 0
              ? []
              : await trx
                  .selectFrom('replies')
                  .select(['id', 'sealed', 'at'])
                  .where('case_id', '=', row.id)
                  .where('id', 'in', fitting)
                  .orderBy('at')
                  .orderBy('id')
                  .execute()
          const additions = await trx
            .selectFrom('additions')
            .select(['id', 'at'])
            .where('case_id', '=', row.id)
            .orderBy('at')
            .orderBy('id')
            .execute()
          const older = rows.length > fitting.length
          return { case: toCaseRow(row), replies, older, additions }
        })
    },

    async markRepliesRead(tokenSha256, replies: readonly ClientId[]) {
      if (replies.length === 0) return
      await sql`
        update replies set read_at = date_trunc('hour', clock_timestamp(), 'UTC')
        from intakes
        where intakes.mailbox_sha256 = ${tokenSha256} and replies.case_id = intakes.case_id
          and replies.id = any(${replies}::text[]) and read_at is null`.execute(db)
    },

    async recordAddition(tokenSha256, addition) {
      return await db.transaction().execute(async trx => {
        const row = await selectByMailbox(trx, tokenSha256).forNoKeyUpdate().executeTakeFirst()
        if (row === undefined) throw new KhancapError('mailbox_unknown')
        return await insertAddition(trx, row, addition)
      })
      // COMMITTED: the addition waits for the handlers, who will be told, and a deadline runs. A crash after this
      // line loses the answer to the applicant's page, which sends the same id again and is told the same.
    },

    async deleteCase(tokenSha256, { proof, noticeId, outboxId }) {
      return await db.transaction().execute(async trx => {
        const row = await selectByMailbox(trx, tokenSha256).forNoKeyUpdate().executeTakeFirst()
        const state =
          row === undefined ? null : afterAct('delete', row.state, row.answered_at !== null)
        if (row === undefined || state === null) throw new KhancapError('mailbox_unknown')
        const event = nextEvent(row.id, row, { kind: 'deleted', at: row.now, detail: proof })
        await insertEvent(trx, event)
        await trx
          .updateTable('cases')
          .set({
            state,
            closed_at: at(row.closed_at ?? row.now),
            purge_at: at(row.now),
            due_at: null,
            next_rung_at: null,
            hold_asked_by: null,
            hold_confirmed_by: null,
            hold_reason: null,
            hold_since: null,
            hold_until: null,
            ...endOf(event),
          })
          .where('id', '=', row.id)
          .execute()
        await insertNotice(trx, {
          id: noticeId,
          outboxId,
          caseId: row.id,
          kind: 'deleted',
          to: 'team',
        })
        return { at: row.now }
      })
      // COMMITTED: nobody is given the case any more, its mailbox is unknown, and the next sweep deletes the ciphertext,
      // which this role must not do itself. A crash after this line loses the answer to the applicant's page, which asks
      // again, is told that there is no mailbox, and knows why.
    },
  }
}
