// Uploads as rows: each part in a transaction of its own, so that whatever dies, what was acknowledged is there and the
// next part begins behind it.
import { sql } from 'kysely'
import type { CaseId, ClientId } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import { maxPartBytes } from '../../../schemas/upload.js'
import type { NewUpload, Upload, UploadStore } from '../../ports/upload-store.js'
import type { Database } from './database.js'

interface UploadRow {
  readonly id: ClientId
  readonly bytes: number
  readonly stored: number
  readonly expiresAt: number | null
}

const columns = sql`uploads.id, uploads.bytes, uploads.stored, uploads.expires_at as "expiresAt"`
/** By the clock, not by the start of the statement: one that had to wait sees what was ended meanwhile. */
const lives = sql`(uploads.expires_at is null or uploads.expires_at > clock_timestamp())`

function toUpload({ id, bytes, stored, expiresAt }: UploadRow): Upload {
  return { id, bytes, stored, expiresAt }
}

/** What was begun and of which nothing has come ends after so long: its case needs the room for what does come. */
const emptySeconds = 3600

/** How long a count of all uploads is believed. It goes over the rows of all of them: not for each part of a flood. */
const believedMs = 1000

/**
 * The room of all cases together. What has come counts, not what was announced: to announce costs nothing, and would shut
 * out everybody. Nobody waits for anybody: the total may be passed by what is under way while it is counted, and by what
 * other API processes have taken in since.
 */
function roomOfAll() {
  let taken = 0
  let countedAt = Number.NEGATIVE_INFINITY
  let counting: Promise<void> | null = null

  async function count(trx: Database): Promise<void> {
    const at = performance.now()
    const { rows } = await sql<{ stored: number | null }>`
      select sum(stored)::bigint as stored from uploads`.execute(trx)
    taken = rows[0]?.stored ?? 0
    countedAt = at
  }

  return {
    /**
     * @param coming how much of it comes now; what then fails gives it back with the next count
     * @throws KhancapError `uploads_paused`
     */
    async expect(trx: Database, bytes: number, totalBytes: number, coming: number): Promise<void> {
      // On a connection that is at hand: whoever waits for the count holds one, and might be holding the last.
      if (performance.now() - countedAt >= believedMs)
        await (counting ??= count(trx).finally(() => {
          counting = null
        }))
      if (taken + bytes > totalBytes) throw new KhancapError('uploads_paused')
      taken += coming
    },
  }
}

/** The caller has locked the case: two that both find its last room must not both take it. */
async function expectRoomInCase(
  trx: Database,
  caseId: CaseId,
  { bytes, room }: NewUpload,
): Promise<void> {
  const { rows } = await sql<{ count: number; announced: number | null }>`
    select count(*) as count, sum(bytes)::bigint as announced
    from uploads where case_id = ${caseId} and ${lives}`.execute(trx)
  const [mine] = rows
  if ((mine?.count ?? 0) >= room.perCase || (mine?.announced ?? 0) + bytes > room.perCaseBytes)
    throw new KhancapError('uploads_full')
}

const inSeconds = (seconds: number) => sql`clock_timestamp() + ${seconds} * interval '1 second'`

async function beginUpload(
  trx: Database,
  all: ReturnType<typeof roomOfAll>,
  tokenSha256: Uint8Array,
  upload: NewUpload,
): Promise<Upload> {
  const cases = await sql<{ id: CaseId }>`
    select cases.id from cases join intakes on intakes.case_id = cases.id
    where mailbox_sha256 = ${tokenSha256} for no key update of cases`.execute(trx)
  const caseId = cases.rows[0]?.id
  if (caseId === undefined) throw new KhancapError('mailbox_unknown')
  const known = await sql<UploadRow & { readonly isSame: boolean }>`
    select ${columns}, case_id = ${caseId} and bytes = ${upload.bytes} and ${lives} as "isSame"
    from uploads where id = ${upload.id}`.execute(trx)
  const [before] = known.rows
  if (before?.isSame === true) return toUpload(before)
  if (before !== undefined) throw new KhancapError('upload_conflict')
  await expectRoomInCase(trx, caseId, upload)
  await all.expect(trx, upload.bytes, upload.room.totalBytes, 0)
  const { rows } = await sql<UploadRow>`
    insert into uploads (id, case_id, bytes, expires_at)
    values (${upload.id}, ${caseId}, ${upload.bytes},
      ${inSeconds(Math.min(upload.lifetimeSeconds, emptySeconds))})
    on conflict do nothing
    returning ${columns}`.execute(trx)
  const [made] = rows
  if (made === undefined) throw new KhancapError('upload_conflict')
  return toUpload(made)
}

/**
 * Has an addition name uploads, in its transaction.
 * @throws KhancapError `upload_incomplete` where one of them is not there, or not whole
 */
export async function nameUploads(
  trx: Database,
  caseId: CaseId,
  additionId: ClientId,
  ids: readonly ClientId[],
): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql`
    update uploads set addition_id = ${additionId}, expires_at = null
    where id = any(${ids}::text[]) and case_id = ${caseId} and addition_id is null
      and stored = bytes and ${lives}
    returning id`.execute(trx)
  if (rows.length !== new Set(ids).size) throw new KhancapError('upload_incomplete')
}

export function uploadStore(db: Database): UploadStore {
  const all = roomOfAll()
  return {
    async beginUpload(tokenSha256, upload) {
      return await db.transaction().execute(trx => beginUpload(trx, all, tokenSha256, upload))
    },

    async findUpload(tokenSha256, id) {
      const { rows } = await sql<UploadRow>`
        select ${columns} from uploads join intakes using (case_id)
        where uploads.id = ${id} and mailbox_sha256 = ${tokenSha256} and ${lives}`.execute(db)
      return rows[0] === undefined ? null : toUpload(rows[0])
    },

    async appendUpload(tokenSha256, { id, from, sealed, totalBytes, lifetimeSeconds }) {
      // Reading looks no further back than one part.
      if (sealed.length > maxPartBytes)
        throw new RangeError(`"sealed" expected ${maxPartBytes} bytes at most`)
      return await db.transaction().execute(async trx => {
        const { rows } = await sql<UploadRow>`
          select ${columns} from uploads join intakes using (case_id)
          where uploads.id = ${id} and mailbox_sha256 = ${tokenSha256} and ${lives}
          for update of uploads`.execute(trx)
        const [upload] = rows
        if (upload === undefined) throw new KhancapError('upload_unknown')
        const stored = from + sealed.length
        if (upload.stored !== from || stored > upload.bytes || sealed.length === 0)
          throw new KhancapError('upload_offset')
        await all.expect(trx, sealed.length, totalBytes, sealed.length)
        await sql`insert into upload_parts (upload_id, from_byte, sealed)
          values (${id}, ${from}, ${sealed})`.execute(trx)
        await sql`update uploads set stored = ${stored}, expires_at = ${inSeconds(lifetimeSeconds)}
          where id = ${id}`.execute(trx)
        return stored
      })
      // COMMITTED: the part is there and the end has moved behind it. A crash before leaves neither; a crash after this line
      // loses the answer, and whoever sends asks where the end is.
    },

    async endUpload(tokenSha256, id) {
      // The row goes with its parts, when the workers purge: the API deletes nothing. The column has milliseconds: rounded up, it
      // would live for a moment longer.
      const { rows } = await sql`
        update uploads set expires_at = date_trunc('milliseconds', clock_timestamp()) from intakes
        where intakes.case_id = uploads.case_id and mailbox_sha256 = ${tokenSha256}
          and uploads.id = ${id} and addition_id is null and ${lives}
        returning uploads.id`.execute(db)
      return rows.length > 0
    },

    async readAttachment(caseId, id, from, maxBytes) {
      const found = await sql`select from uploads
        where id = ${id} and case_id = ${caseId} and addition_id is not null`.execute(db)
      if (found.rows.length === 0) return null
      const to = from + maxBytes
      const { rows } = await sql<{ sealed: Uint8Array }>`
        select case
          when from_byte >= ${from} and from_byte + length(sealed) <= ${to} then sealed
          else substring(sealed
            from greatest(0, ${from} - from_byte)::int + 1
            for (least(${to}, from_byte + length(sealed)) - greatest(${from}, from_byte))::int)
          end as sealed
        from upload_parts
        where upload_id = ${id} and from_byte < ${to} and from_byte > ${from - maxPartBytes}
          and from_byte + length(sealed) > ${from}
        order by from_byte`.execute(db)
      return Buffer.concat(rows.map(({ sealed }) => sealed))
    },

    async purgeUploads(limit) {
      return await db.transaction().execute(async trx => {
        const parts = await sql`
          with due as materialized (
            select id from uploads where expires_at <= statement_timestamp()
            order by expires_at limit ${limit} for update skip locked),
          gone as materialized (
            select upload_id, from_byte from upload_parts join due on id = upload_id limit ${limit})
          delete from upload_parts using gone
          where upload_parts.upload_id = gone.upload_id
            and upload_parts.from_byte = gone.from_byte
          returning upload_parts.upload_id`.execute(trx)
        const uploads = await sql`
          delete from uploads where id in (
            select id from uploads where expires_at <= statement_timestamp()
              and not exists (select from upload_parts where upload_id = uploads.id)
            order by expires_at limit ${limit} for update skip locked)
          returning id`.execute(trx)
        return parts.rows.length + uploads.rows.length
      })
    },
  }
}
