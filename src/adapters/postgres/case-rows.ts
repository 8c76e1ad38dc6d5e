// How a row of `cases` is read, whoever asks.
import { sql, type Selectable } from 'kysely'
import type { Instant } from '../../../schemas/encoding.js'
import type { CaseRow } from '../../ports/case-store.js'
import { clock, type Database } from './database.js'
import type { CaseTable } from './tables.js'

export interface ReadCase extends Selectable<CaseTable> {
  readonly now: Instant
}

/** Where closed cases begin in `inbox_order` (migrations/0001-the-path.ts). */
export const closedFrom = 300_000_000_000_000

/** All columns of cases, and the clock. */
export function selectCases(db: Database) {
  return db.selectFrom('cases').selectAll('cases').select(clock.as('now'))
}

function toHold(row: ReadCase): CaseRow['hold'] {
  const { hold_asked_by: askedBy, hold_reason: reason, hold_until: until, now } = row
  if (askedBy === null || reason === null || until === null || until <= now) return null
  return { askedBy, reason, until, since: row.hold_since, confirmedBy: row.hold_confirmed_by }
}

export function toCaseRow(row: ReadCase): CaseRow {
  const { answer_hour: hour, answer_signature: signature, answer_key: key } = row
  return {
    id: row.id,
    intake: row.intake,
    state: row.state,
    channel: row.channel,
    program: row.program,
    team: row.team,
    routedTeam: row.routed_team,
    reason: row.reason,
    rule: row.rule,
    coverage: row.coverage,
    envelopeSha256: row.envelope_sha256,
    slipSha256: row.slip_sha256,
    directorySequence: row.directory_sequence,
    routedDirectorySequence: row.routed_directory_sequence,
    receivedAt: row.received_at,
    dueAt: row.due_at,
    firstDueAt: row.first_due_at,
    claimedBy: row.claimed_by,
    answeredAt: row.answered_at,
    letter: row.letter,
    answer: hour === null || signature === null || key === null ? null : { hour, signature, key },
    outcome: row.outcome,
    purgeAt: row.purge_at,
    unreadAdditions: row.unread_additions,
    hold: toHold(row),
    heldMs: row.held_ms,
    now: row.now,
  }
}

/** Whether the case was granted to a handler. */
export function isGranted(handler: string) {
  return sql<boolean>`exists (
    select from grants where grants.case_id = cases.id and grants.reader = ${handler})`
}
