// Step 4m: one acknowledgement per sender and day, whichever worker sends it.
import { sql } from 'kysely'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import type { AcknowledgementStore, Unclaimed } from '../../ports/acknowledgement-store.js'
import type { MailPlace } from '../../ports/mail-store.js'
import type { Database } from './database.js'

interface OwedRow {
  readonly case_id: CaseId
  readonly received_at: Instant
  readonly first_due_at: Instant | null
  readonly answered: boolean
}

interface KnownRow {
  /** Claimed for this very mail, and not sent. */
  readonly own: boolean
  readonly leased: boolean
}

const at = ({ mailbox, uid, uidValidity }: MailPlace) =>
  sql<boolean>`mailbox = ${mailbox} and uid_validity = ${uidValidity} and uid = ${uid}`

async function noLongerOwed(trx: Database, place: MailPlace): Promise<void> {
  await sql`update taken_mails set acknowledge_until = null where ${at(place)}`.execute(trx)
}

export function acknowledgementStore(db: Database): AcknowledgementStore {
  return {
    async claimAcknowledgement(place, digests, { leaseSeconds, mostPerDay, withForm }) {
      const until = sql`statement_timestamp() + ${leaseSeconds}::float8 * interval '1 second'`
      return await db.transaction().execute(async trx => {
        // One after the other: nobody may come between the count and the row.
        await sql`select pg_advisory_xact_lock(hashtext('khancap acknowledgements'))`.execute(trx)
        const owed = await sql<OwedRow>`
          select case_id, received_at, first_due_at,
            (answered_at is not null or state in ('closed', 'purged')) as answered
          from taken_mails join cases on cases.id = case_id
          where ${at(place)} and acknowledge_until > statement_timestamp()`.execute(trx)
        const [row] = owed.rows
        if (row === undefined) return 'never'
        const never = async (): Promise<Unclaimed> => {
          await noLongerOwed(trx, place)
          return 'never'
        }
        if (row.answered) return await never()
        const known = await sql<KnownRow>`
          select ${at(place)} and leased_until is not null as own,
            coalesce(leased_until > statement_timestamp(), false) as leased
          from acknowledgements
          where digest = any(${digests}::bytea[])
            and at > statement_timestamp() - interval '1 day'`.execute(trx)
        if (known.rows.some(({ own }) => !own)) return await never()
        if (known.rows.some(({ leased }) => leased)) return 'later'
        if (known.rows.length === 0) {
          const { rows } = await sql<{ count: number }>`
            select count(*)::int as count from acknowledgements
            where form = ${withForm} and at > statement_timestamp() - interval '1 day'`.execute(trx)
          if ((rows[0]?.count ?? 0) >= mostPerDay) {
            // Its time is over, and nobody was told: that is what counts as missed.
            await sql`update taken_mails set acknowledge_until = statement_timestamp()
              where ${at(place)}`.execute(trx)
            return 'used_up'
          }
        }
        await sql`delete from acknowledgements where digest = any(${digests}::bytea[])`.execute(trx)
        await sql`
          insert into acknowledgements (digest, mailbox, uid_validity, uid, at, leased_until, form)
          values (${digests[0]}, ${place.mailbox}, ${place.uidValidity}, ${place.uid},
            statement_timestamp(), ${until}, ${withForm})`.execute(trx)
        return { caseId: row.case_id, receivedAt: row.received_at, firstDueAt: row.first_due_at }
      })
      // COMMITTED: nobody else tells this sender today. A crash after this line leaves the mail where it is: the next look
      // finds it still owed, and claims it again when the lease has ended. So a crash between the mail server's yes and
      // our record sends it twice, under one Message-ID.
    },

    async putOffAcknowledgement(place, seconds) {
      await sql`update acknowledgements set leased_until =
          statement_timestamp() + ${seconds}::float8 * interval '1 second'
        where ${at(place)} and leased_until is not null`.execute(db)
    },

    async endAbsent(mailbox, uidValidity, present) {
      const { rows } = await sql`
        with ended as (
          update taken_mails set acknowledge_until = null
          where mailbox = ${mailbox} and acknowledge_until > statement_timestamp()
            and at < statement_timestamp() - interval '2 minutes'
            and (uid_validity <> ${uidValidity} or uid <> all(${present}::bigint[]))
          returning uid_validity, uid),
        -- Claimed and not sent: another mail of the same sender may still tell them.
        unclaimed as (
          delete from acknowledgements using ended
          where acknowledgements.mailbox = ${mailbox} and leased_until is not null
            and acknowledgements.uid_validity = ended.uid_validity
            and acknowledgements.uid = ended.uid)
        select uid from ended`.execute(db)
      return rows.length
    },

    async endAcknowledgement(place) {
      await db.transaction().execute(async trx => {
        await noLongerOwed(trx, place)
        await sql`update acknowledgements set at = statement_timestamp(), leased_until = null
          where ${at(place)} and leased_until is not null`.execute(trx)
      })
    },

    async forgetAcknowledgements() {
      const { rows } = await sql`
        delete from acknowledgements where at <= statement_timestamp() - interval '1 day'
        returning 1`.execute(db)
      return rows.length
    },
  }
}
