// Step 5, the commit point of the service: an intake becomes durable together with everything that must follow
// from it.
import { sql } from 'kysely'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import type { IntakeStore, NewIntake, RecordedIntake } from '../../ports/intake-store.js'
import type { Database } from './database.js'
import { isContention } from './faults.js'
import { groupCommit, type GroupLimits } from './group-commit.js'

type Result = PromiseSettledResult<RecordedIntake>

interface FreshRow {
  readonly case_id: CaseId
  readonly received_at: Instant
  readonly due_at: Instant
}

/** Where the parts of an intake begin in the bytes of its group, counted from one as SQL does. */
interface Packed {
  readonly bytes: Buffer
  readonly starts: readonly number[]
}

const noHash = new Uint8Array(32)
const noBytes = new Uint8Array(0)

/**
 * All bytes of a group as one parameter, in the order digest, hash of the envelope, hash of the slip, mailbox, envelope,
 * slip. So the statement is the same text for every size of a group, planned once for each connection, and bytes
 * travel as they are: arrays of them would be printed as text.
 */
function pack(group: readonly NewIntake[]): Packed {
  const parts: Uint8Array[] = []
  let length = 0
  const starts = group.map(intake => {
    const start = length + 1
    const { digest, envelopeSha256, slipSha256, mailbox, envelope, slip } = intake
    const hashes = [digest, envelopeSha256, slipSha256 ?? noHash, mailbox ?? noHash]
    if (hashes.some(hash => hash.length !== noHash.length))
      throw new RangeError('"intake" expected hashes of 32 bytes')
    for (const part of [...hashes, envelope, slip ?? noBytes]) {
      parts.push(part)
      length += part.length
    }
    return start
  })
  return { bytes: Buffer.concat(parts), starts }
}

/** One statement, so one transaction and one round trip. @returns the rows that were not there before, by case */
async function insertIntakes(
  db: Database,
  group: readonly NewIntake[],
): Promise<ReadonlyMap<CaseId, FreshRow>> {
  const { bytes, starts } = pack(group)
  const column = <T>(of: (intake: NewIntake) => T) => group.map(intake => of(intake))
  // Rows go in by id: two groups that share ids wait for each other instead of locking each other out.
  const { rows } = await sql<FreshRow>`-- prepared: record_intakes
    with incoming as (
      select id, case_id, channel, directory_sequence, response_seconds, rung_seconds, outbox_id,
        arrived_ms,
        substring(bytes from start for 32) as digest,
        substring(bytes from start + 32 for 32) as envelope_sha256,
        case when slip_bytes is not null then substring(bytes from start + 64 for 32) end
          as slip_sha256,
        case when has_mailbox then substring(bytes from start + 96 for 32) end as mailbox,
        substring(bytes from start + 128 for envelope_bytes) as envelope,
        substring(bytes from start + 128 + envelope_bytes for slip_bytes) as slip
      from unnest(
        ${column(each => each.id)}::text[],
        ${column(each => each.caseId)}::text[],
        ${column(each => each.channel)}::text[],
        ${column(each => each.directorySequence)}::int[],
        ${column(each => each.firstResponseSeconds)}::int[],
        ${column(each => each.firstRungSeconds)}::int[],
        ${column(each => each.outboxId)}::uuid[],
        ${column(each => each.arrivedAt ?? null)}::float8[],
        ${starts}::int[],
        ${column(each => each.envelope.length)}::int[],
        ${column(each => each.slip?.length ?? null)}::int[],
        ${column(each => each.mailbox !== null)}::boolean[])
      as i (id, case_id, channel, directory_sequence, response_seconds, rung_seconds, outbox_id,
        arrived_ms, start, envelope_bytes, slip_bytes, has_mailbox)
      -- Last of the parameters: what the driver writes after it would make it copy all of it once more.
      cross join (select ${bytes}::bytea as bytes) packed),
    fresh as (
      insert into intakes
        (id, digest, case_id, mailbox_sha256, envelope_sha256, directory_sequence, received_at,
          due_at)
      select id, digest, case_id, mailbox, envelope_sha256, directory_sequence, arrived,
        arrived + response_seconds * interval '1 second'
      from incoming
      cross join lateral (select least(now(), to_timestamp(arrived_ms / 1000)) as arrived) arrival
      order by id
      on conflict do nothing
      returning case_id, received_at, due_at),
    new_cases as (
      insert into cases (id, intake, state, channel, envelope_sha256, slip_sha256,
        directory_sequence, received_at, due_at, next_rung_at)
      select case_id, id, 'received', channel, envelope_sha256, slip_sha256,
        directory_sequence, received_at, due_at, received_at + rung_seconds * interval '1 second'
      from fresh join incoming using (case_id)),
    new_envelopes as (
      insert into envelopes (case_id, sealed)
      select case_id, envelope from fresh join incoming using (case_id)),
    new_slips as (
      insert into slips (case_id, sealed)
      select case_id, slip from fresh join incoming using (case_id) where slip is not null),
    new_jobs as (
      insert into outbox (id, name, subject)
      select outbox_id, 'route-case', case_id from fresh join incoming using (case_id))
    select case_id, received_at, due_at from fresh`.execute(db)
  // COMMITTED: each row returned has its intake, its case with a deadline and a first rung, its envelope, its slip
  // and its outbox row, on disk. A crash after this line loses the answer to the client and nothing else: the
  // client asks again with the same id and is told the same. A crash before it leaves no trace, and no client
  // holds a receipt.
  return new Map(rows.map(row => [row.case_id, row]))
}

interface KnownRow {
  readonly id: string
  readonly digest: Uint8Array
  readonly case_id: CaseId
  readonly received_at: Instant
  readonly due_at: Instant
  readonly directory_sequence: number
}

/** What became of ids that were there before. A statement of its own: it sees what others have committed since. */
async function findIntakes(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KnownRow>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('intakes')
    .select(['id', 'digest', 'case_id', 'received_at', 'due_at', 'directory_sequence'])
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map(row => [row.id, row]))
}

/** @throws KhancapError `intake_conflict` where other bytes were recorded under that id */
function repeated(before: KnownRow, digest: Uint8Array): RecordedIntake {
  if (Buffer.compare(before.digest, digest) !== 0) throw new KhancapError('intake_conflict')
  return {
    outcome: 'repeated',
    caseId: before.case_id,
    receivedAt: before.received_at,
    dueAt: before.due_at,
    directorySequence: before.directory_sequence,
  }
}

async function recordGroup(db: Database, group: readonly NewIntake[]): Promise<readonly Result[]> {
  const fresh = await insertIntakes(db, group)
  const known = await findIntakes(
    db,
    group.filter(intake => !fresh.has(intake.caseId)).map(intake => intake.id),
  )
  return group.map((intake): Result => {
    const recorded = fresh.get(intake.caseId)
    if (recorded !== undefined)
      return {
        status: 'fulfilled',
        value: {
          outcome: 'recorded',
          caseId: intake.caseId,
          receivedAt: recorded.received_at,
          dueAt: recorded.due_at,
          directorySequence: intake.directorySequence,
        },
      }
    const before = known.get(intake.id)
    try {
      // No row of that id: what stood in the way was the mailbox or the envelope of another intake.
      if (before === undefined) throw new KhancapError('intake_conflict')
      return { status: 'fulfilled', value: repeated(before, intake.digest) }
    } catch (reason) {
      return { status: 'rejected', reason }
    }
  })
}

/** Whatever is wrong with one member of a group is no trouble of the others: they are tried again one by one. */
async function recordEach(db: Database, group: readonly NewIntake[]): Promise<readonly Result[]> {
  try {
    return await recordGroup(db, group)
  } catch (error) {
    const passes = error instanceof KhancapError && error.code === 'store_unavailable'
    if (passes && !isContention(error)) throw error
    if (group.length === 1 && !isContention(error)) throw error
    const alone = await Promise.allSettled(group.map(intake => recordGroup(db, [intake])))
    return alone.map(
      (result): Result =>
        result.status === 'rejected'
          ? result
          : (result.value[0] ?? { status: 'rejected', reason: new Error('no result') }),
    )
  }
}

export type IntakeGroups = Omit<GroupLimits<NewIntake>, 'bytesOf'>

const intakeGroups: IntakeGroups = {
  maxMembers: 32,
  // Half a group: while it is written the other half is checked, and an intake costs hardly more than in a whole one.
  fullAt: 16,
  // Above it a group gains nothing: the disk is busy with the bytes.
  maxBytes: 2_097_152,
  groupsInFlight: 4,
}

export function intakeStore(db: Database, groups: IntakeGroups = intakeGroups): IntakeStore {
  return {
    recordIntake: groupCommit(group => recordEach(db, group), {
      ...groups,
      bytesOf: intake => intake.envelope.length + (intake.slip?.length ?? 0),
    }),

    async findIntake(id, digest) {
      const before = (await findIntakes(db, [id])).get(id)
      return before === undefined ? null : repeated(before, digest)
    },
  }
}
