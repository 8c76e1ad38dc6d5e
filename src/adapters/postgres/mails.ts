// Step 4m: the commit point of a mail. Its place, its case and everything that must follow become durable together.
import { sql } from 'kysely'
import type { CaseId } from '../../../schemas/encoding.js'
import type { InboxFault } from '../../../schemas/inboxes.js'
import { KhancapError } from '../../../schemas/problem.js'
import type { NewIntake } from '../../ports/intake-store.js'
import type { MailOutcome, MailStore, ReceivedPlace, SealedMail } from '../../ports/mail-store.js'
import type { Database } from './database.js'
import { selectCases } from './case-rows.js'
import { insertAddition } from './mailboxes.js'

/** The same mail again, or at once: it belongs to the case that the first one made. */
async function noteRepeated(db: Database, place: ReceivedPlace): Promise<void> {
  const { mailbox, uidValidity, uid, digests } = place
  await sql`
    insert into taken_mails (mailbox, uid_validity, uid, case_id)
    values (${mailbox}, ${uidValidity}, ${uid},
      (select case_id from taken_mails where digest = any(${digests}::bytea[]) limit 1))
    on conflict do nothing`.execute(db)
}

/** @returns whether the place is this caller's: nobody has the mail yet, here or under its digest */
async function takePlace(
  trx: Database,
  place: ReceivedPlace,
  caseId: CaseId | null,
): Promise<boolean> {
  const { mailbox, uidValidity, uid, digests, acknowledgeForSeconds } = place
  const { rows } = await sql`
    insert into taken_mails (mailbox, uid_validity, uid, digest, case_id, acknowledge_until)
    select ${mailbox}, ${uidValidity}::bigint, ${uid}::bigint, ${digests[0] ?? null}::bytea, ${caseId},
      now() + ${acknowledgeForSeconds ?? null}::float8 * interval '1 second'
    where not exists (select from taken_mails where digest = any(${digests}::bytea[]))
    on conflict do nothing returning uid`.execute(trx)
  if (rows.length > 0) return true
  await noteRepeated(trx, place)
  return false
}

/** Until the transaction ends no purge of it begins; one that is under way is waited for. */
async function isPurged(trx: Database, caseId: CaseId): Promise<boolean> {
  const row = await trx
    .selectFrom('cases')
    .select('state')
    .where('id', '=', caseId)
    .forKeyShare()
    .executeTakeFirst()
  return row?.state === 'purged'
}

async function insertMail(trx: Database, caseId: CaseId, { id, sealed }: SealedMail) {
  await trx.insertInto('mails').values({ case_id: caseId, id, sealed }).execute()
}

/**
 * A mail that nobody has yet, with its case: one statement, so one transaction and one round trip.
 * @returns false where it was taken in before, here or under its digest; then nothing was written
 */
async function insertWithCase(
  db: Database,
  { mailbox, uidValidity, uid, digests, acknowledgeForSeconds }: ReceivedPlace,
  intake: NewIntake,
  mail: SealedMail,
  arrivedAt: number,
): Promise<boolean> {
  const { caseId } = intake
  const { rows } = await sql`-- prepared: record_mail
    with placed as (
      insert into taken_mails (mailbox, uid_validity, uid, digest, case_id, acknowledge_until)
      select ${mailbox}, ${uidValidity}::bigint, ${uid}::bigint, ${digests[0]}::bytea, ${caseId},
        now() + ${acknowledgeForSeconds ?? null}::float8 * interval '1 second'
      where not exists (select from taken_mails where digest = any(${digests}::bytea[]))
      -- Waits for whoever takes it at the same time.
      on conflict do nothing returning uid),
    fresh as (
      insert into intakes
        (id, digest, case_id, envelope_sha256, directory_sequence, received_at, due_at)
      select ${intake.id}, ${intake.digest}::bytea, ${caseId}, ${intake.envelopeSha256}::bytea,
        ${intake.directorySequence}::int, arrived,
        arrived + ${intake.firstResponseSeconds}::int * interval '1 second'
      from placed cross join lateral (
        select least(now(), to_timestamp(${arrivedAt}::float8 / 1000)) as arrived) arrival
      returning received_at, due_at),
    new_case as (
      insert into cases (id, intake, state, channel, envelope_sha256, slip_sha256,
        directory_sequence, received_at, due_at, next_rung_at)
      select ${caseId}, ${intake.id}, 'received', ${intake.channel}, ${intake.envelopeSha256}::bytea,
        ${intake.slipSha256}::bytea, ${intake.directorySequence}::int, received_at, due_at,
        received_at + ${intake.firstRungSeconds}::int * interval '1 second'
      from fresh),
    new_envelope as (
      insert into envelopes (case_id, sealed) select ${caseId}, ${intake.envelope}::bytea from fresh),
    new_slip as (
      insert into slips (case_id, sealed)
      select ${caseId}, slip from fresh
      cross join lateral (select ${intake.slip}::bytea as slip) s where slip is not null),
    new_job as (
      insert into outbox (id, name, subject)
      select ${intake.outboxId}::uuid, 'route-case', ${caseId} from fresh),
    new_mail as (
      insert into mails (case_id, id, sealed) select ${caseId}, ${mail.id}, ${mail.sealed}::bytea from fresh)
    select uid from placed`.execute(db)
  return rows.length > 0
}

export function mailStore(db: Database): MailStore {
  return {
    async takenUids(mailbox, uidValidity, uids) {
      const { rows } = await sql<{ uid: string | number; is_case: boolean; is_owed: boolean }>`
        select uid, case_id is not null as is_case,
          coalesce(acknowledge_until > statement_timestamp(), false) as is_owed
        from taken_mails where mailbox = ${mailbox}
          and uid_validity = ${uidValidity} and uid = any(${uids}::bigint[])`.execute(db)
      return new Map(
        rows.map(({ is_case, is_owed, uid }) => [
          Number(uid),
          !is_case ? 'no_case' : is_owed ? 'unacknowledged' : 'case',
        ]),
      )
    },

    async caseByHandle(letters) {
      const rows = await db
        .selectFrom('cases')
        .select(['id', 'team', 'program', 'channel'])
        .where('id', '>=', letters)
        .where('id', '<', `${letters}~`)
        .where('state', 'not in', ['closed', 'purged'])
        .limit(2)
        .execute()
      return rows.length === 1 ? (rows[0] ?? null) : null
    },

    async recordMail(place, intake, mail, arrivedAt) {
      // COMMITTED by this statement: the case has its deadline, the mail is sealed in it, and the place says that it was
      // taken. A crash after it leaves the mail unsettled in its mailbox: the next look finds the place, and settles it.
      // A crash before leaves no trace, and the mail is where it was.
      if (await insertWithCase(db, place, intake, mail, arrivedAt)) return 'recorded'
      // A crash before this line leaves no place: the next look finds the mail by its digest.
      await noteRepeated(db, place)
      return 'repeated'
    },

    async recordMailAddition(place, caseId, addition, mail) {
      try {
        return await db.transaction().execute(async (trx): Promise<MailOutcome> => {
          if (!(await takePlace(trx, place, caseId))) return 'repeated'
          const row = await selectCases(trx)
            .where('id', '=', caseId)
            .forNoKeyUpdate()
            .executeTakeFirst()
          if (row === undefined || row.state === 'closed') throw new KhancapError('mailbox_unknown')
          await insertAddition(trx, row, addition)
          await insertMail(trx, caseId, mail)
          return 'recorded'
        })
      } catch (error) {
        const isClosedTo =
          error instanceof KhancapError &&
          (error.code === 'mailbox_unknown' || error.code === 'additions_full')
        if (isClosedTo) return null
        throw error
      }
    },

    async recordPlace(place, caseId) {
      await db.transaction().execute(async trx => {
        // Digests go with their case: one that came after its purge would stay for ever.
        const isForgotten = caseId !== null && (await isPurged(trx, caseId))
        await takePlace(trx, isForgotten ? { ...place, digests: [] } : place, caseId)
      })
    },

    async noteMailbox(mailbox, became) {
      const fault = became === 'begun' || became === 'read' ? null : became
      // What is known of a mailbox stays until it was read again: a new attempt is no news.
      const changes =
        became === 'read'
          ? sql`at = excluded.at, fault = null`
          : became === 'begun'
            ? sql`at = heartbeats.at`
            : sql`fault = excluded.fault`
      await sql`insert into heartbeats (name, at, tried_at, fault)
        values (${`mailbox:${mailbox}`}, clock_timestamp(), clock_timestamp(), ${fault})
        on conflict (name) do update set tried_at = excluded.tried_at, ${changes}`.execute(db)
    },

    async inboxStates() {
      const { rows } = await sql<{ age: number; fault: InboxFault | null; owed: number | null }>`
        select greatest(0, extract(epoch from clock_timestamp() - at))::float8 as age, fault,
          (select greatest(0, extract(epoch from clock_timestamp() - min(taken_mails.at)))::float8
            from taken_mails where mailbox = substr(name, length('mailbox:') + 1)
              and acknowledge_until > statement_timestamp()) as owed
        from heartbeats where starts_with(name, 'mailbox:')
          and tried_at > clock_timestamp() - interval '10 minutes'
        order by at limit 100`.execute(db)
      return rows.map(({ age, fault, owed }) => ({
        readSecondsAgo: age,
        fault,
        unacknowledgedSeconds: owed,
      }))
    },
  }
}
