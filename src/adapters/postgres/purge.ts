// Step 12: irreversible deletion. What remains is a tombstone: ids, program, team, times, outcome and the history.
import { sql } from 'kysely'
import type { CaseId } from '../../../schemas/encoding.js'
import type { Database } from './database.js'
import { wakeLanesBehind } from './lane-wakes.js'

/** Locks them until the transaction ends. */
async function lockDue(db: Database, limit: number): Promise<readonly CaseId[]> {
  const { rows } = await sql<{ id: CaseId }>`
    select id from cases
    -- Closed long enough ago, or deleted by the applicant just now.
    where purge_at <= statement_timestamp() and state in ('closed', 'purged')
      -- Without one only its mails are left.
      and exists (select from envelopes where case_id = cases.id)
    order by purge_at limit ${limit}
    for update skip locked`.execute(db)
  return rows.map(row => row.id)
}

/** All that is to be deleted of cases that the caller has locked, in one statement. */
async function purge(db: Database, ids: readonly CaseId[]): Promise<void> {
  await sql`
    with due as materialized (select id, intake from cases where id = any(${ids}::text[])),
    no_mailbox as (
      update intakes set mailbox_sha256 = null from due where intakes.id = due.intake),
    no_digests as (
      update taken_mails set digest = null from due where case_id = due.id),
    no_envelope as (delete from envelopes using due where case_id = due.id),
    no_slip as (delete from slips using due where case_id = due.id),
    no_letter_jobs as (
      delete from outbox using letters, due
      where letters.case_id = due.id and subject = letters.id::text and name = 'send-letter'),
    no_replies as (delete from replies using due where case_id = due.id),
    no_additions as (delete from additions using due where case_id = due.id),
    no_contacts as (delete from contacts using due where case_id = due.id),
    no_notes as (delete from notes using due where case_id = due.id),
    no_grants as (delete from grants using due where case_id = due.id),
    -- Their keys went with the additions; the bytes are many, and go part by part (purgeUploads).
    no_uploads as (
      update uploads set addition_id = null, expires_at = statement_timestamp()
      from due where case_id = due.id),
    no_notices as (
      -- That the applicant deleted the case may still have to be told.
      delete from notices using due where case_id = due.id and kind <> 'deleted'
      returning notices.id),
    no_notice_jobs as (
      delete from outbox using no_notices
      where subject = no_notices.id::text and name in ('send-notice', 'send-alarm')),
    counted as (
      update tallies set count = count + (select count(*) from due)
      where name = 'purged' and exists (select from due)),
    no_route_jobs as (
      delete from outbox using due where subject = due.id and name = 'route-case')
    update cases set state = 'purged',
      -- While it has mails, which may be gigabytes, the rest of its purge is due.
      purge_at = case when exists (select from mails where case_id = due.id) then purge_at end,
      next_rung_at = null, due_at = null,
      reason = null, rule = null, coverage = 'undecided', unread_additions = 0, letter = null
    from due where cases.id = due.id`.execute(db)
}

/** @returns cases purged */
export async function purgeDue(db: Database, limit: number): Promise<number> {
  return await db.transaction().execute(async trx => {
    const ids = await lockDue(trx, limit)
    if (ids.length === 0) return 0
    await wakeLanesBehind(trx, ids)
    await purge(trx, ids)
    return ids.length
  })
  // COMMITTED: no query returns the ciphertext any more. PostgreSQL gives the space back at its next vacuum, and
  // backups keep it for as long as they are kept.
}

/** @returns mails deleted, all of one case */
export async function deletePurgedMails(db: Database, limit: number): Promise<number> {
  const { rows } = await sql<{ deleted: number }>`
    with due as materialized (
      select id from cases
      where purge_at <= statement_timestamp() and state = 'purged'
        -- What an applicant has just deleted waits for the whole of its purge.
        and not exists (select from envelopes where case_id = cases.id)
      order by purge_at limit 1
      for update skip locked),
    gone as (
      delete from mails using due
      where mails.case_id = due.id and mails.id in (
        select id from mails where case_id = due.id order by id limit ${limit})
      returning mails.id),
    done as (
      update cases set purge_at = null from due
      where cases.id = due.id and (select count(*) from gone) < ${limit})
    select count(*) as deleted from gone`.execute(db)
  return rows[0]?.deleted ?? 0
}
