// Step 12: irreversible deletion. What remains is a tombstone: ids, program, team, times, outcome and the history.
import { sql } from 'kysely'
import type { CaseId } from '../../../schemas/encoding.js'
import type { Database } from './database.js'

/** @returns cases purged */
export async function purgeDue(db: Database, limit: number): Promise<number> {
  const { rows } = await sql<{ id: CaseId }>`
    with due as materialized (
      select id, intake from cases
      -- Closed long enough ago, or deleted by the applicant just now.
      where purge_at <= statement_timestamp() and state in ('closed', 'purged')
      order by purge_at limit ${limit}
      for update skip locked),
    no_mailbox as (
      update intakes set mailbox_sha256 = null from due where intakes.id = due.intake),
    no_mails as (delete from mails using due where case_id = due.id),
    no_digests as (
      update taken_mails set digest = null from due where case_id = due.id),
    no_envelope as (delete from envelopes using due where case_id = due.id),
    no_slip as (delete from slips using due where case_id = due.id),
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
    no_route_jobs as (
      delete from outbox using due where subject = due.id and name = 'route-case')
    update cases set state = 'purged', purge_at = null, next_rung_at = null, due_at = null,
      reason = null, rule = null, coverage = 'undecided', unread_additions = 0
    from due where cases.id = due.id
    returning cases.id`.execute(db)
  // COMMITTED: no query returns the ciphertext any more. PostgreSQL gives the space back at its next vacuum, and
  // backups keep it for as long as they are kept.
  return rows.length
}
