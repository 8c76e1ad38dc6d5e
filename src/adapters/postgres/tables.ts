// The rows of the store, one interface per table; what they mean stands in migrations/.
import type { ColumnType, Generated } from 'kysely'
import type { CaseId, ClientId, Instant } from '../../../schemas/encoding.js'
import type {
  CaseState,
  EventKind,
  HoldReason,
  LetterState,
  Outcome,
  RouteReason,
  Via,
} from '../../../schemas/case.js'
import type { JobName } from '../../../schemas/job.js'
import type { Rung } from '../../../schemas/program.js'
import type { Channel } from '../../../schemas/sealed.js'
import type { CaseRow } from '../../ports/case-store.js'
import type { Notice } from '../../ports/notice-store.js'

/** Read as a number of milliseconds; written as an SQL expression or an ISO text, never as a Date. */
type Time = ColumnType<Instant, Instant | string, Instant | string>
type NullableTime = ColumnType<Instant | null, Instant | string | null, Instant | string | null>
type Bytes = Uint8Array
type NullableBytes = Uint8Array | null
/** Made by the database. */
type Digest = ColumnType<Uint8Array, never, never>

export interface Tables {
  directories: { sequence: number; sha256: Bytes; note: Bytes }
  intakes: {
    id: ClientId
    digest: Bytes
    case_id: CaseId
    mailbox_sha256: NullableBytes
    envelope_sha256: NullableBytes
    directory_sequence: number
    received_at: Time
    due_at: Time
  }
  cases: CaseTable
  envelopes: { case_id: CaseId; sealed: Bytes }
  slips: { case_id: CaseId; sealed: Bytes }
  mails: { case_id: CaseId; id: ClientId; sealed: Bytes }
  replies: {
    case_id: CaseId
    id: ClientId
    handler: string
    at: Time
    sealed: Bytes
    team_copy: Bytes
    read_at: NullableTime
    sha256: Digest
    team_copy_sha256: Digest
  }
  letters: {
    id: string
    case_id: CaseId
    reply_id: ClientId
    sealed: NullableBytes
    sha256: Bytes
    created_at: Time
    wake_at: NullableTime
    failures: Generated<number>
    tried_at: NullableTime
    unconfirmed: Generated<boolean>
    outcome: 'sent' | 'undelivered' | 'doubted' | null
    settled_at: NullableTime
    owed_due_at: NullableTime
    owed_held_ms: number
    answered_additions: number
  }
  additions: {
    case_id: CaseId
    id: ClientId
    at: Time
    sealed: Bytes
    signature: Bytes
    directory_sequence: number
    sha256: Digest
  }
  notes: {
    case_id: CaseId
    id: ClientId
    handler: string
    at: Time
    sealed: Bytes
    sha256: Digest
  }
  grants: {
    case_id: CaseId
    id: ClientId
    reader: string
    header: Bytes
    handler: string
    signature: Bytes
    key: Bytes
    at: Time
  }
  contacts: { case_id: CaseId; id: ClientId; handler: string; via: Via; at: Time }
  events: {
    case_id: CaseId
    number: number
    kind: EventKind
    at: Time
    handler: string | null
    detail: string | null
    signature_base: string | null
    signature: NullableBytes
    key: NullableBytes
    previous: NullableBytes
    hash: Bytes
  }
  rungs: { case_id: CaseId; kind: Rung['kind']; recipient: Rung['to']; at: Time }
  notices: {
    id: string
    case_id: CaseId
    kind: Notice['kind']
    recipient: Notice['to']
    created_at: Time
    settled_at: NullableTime
    outcome: 'sent' | 'undeliverable' | 'moot' | null
    mail_id: string | null
  }
  notice_lanes: {
    team: string
    recipient: Notice['to']
    urgent: boolean
    wake_at: NullableTime
    leased_until: NullableTime
    last_sent_at: NullableTime
    failures: Generated<number>
  }
  outbox: {
    id: string
    name: Exclude<JobName, 'sweep'>
    subject: string
    created_at: Generated<Instant>
    sent_at: Generated<Instant>
  }
  nonces: { nonce: string; expires_at: Time }
  heartbeats: { name: string; at: Time; tried_at: Time | null; fault: string | null }
  tallies: { name: 'purged'; count: number }
}

export interface CaseTable {
  id: CaseId
  intake: ClientId
  state: CaseState
  channel: Channel
  program: string | null
  team: string | null
  routed_team: string | null
  reason: RouteReason | null
  rule: string | null
  coverage: Generated<CaseRow['coverage']>
  envelope_sha256: Bytes
  slip_sha256: NullableBytes
  directory_sequence: number
  routed_directory_sequence: number | null
  received_at: Time
  due_at: NullableTime
  first_due_at: NullableTime
  next_rung_at: NullableTime
  climbed_to: NullableTime
  claimed_by: string | null
  answered_at: NullableTime
  answer_hour: NullableTime
  answer_signature: NullableBytes
  answer_key: NullableBytes
  outcome: Outcome | null
  closed_at: NullableTime
  purge_at: NullableTime
  unread_additions: Generated<number>
  event_count: Generated<number>
  last_event_hash: NullableBytes
  hold_asked_by: string | null
  hold_reason: HoldReason | null
  hold_until: NullableTime
  hold_since: NullableTime
  hold_confirmed_by: string | null
  held_ms: Generated<number>
  letter: LetterState | null
  inbox_order: ColumnType<number, never, never>
}
