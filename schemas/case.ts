// A case as handlers meet it over the API: summaries, detail, and the body of each verb.
import * as z from 'zod'
import {
  boundedBytes,
  CaseId,
  ClientId,
  exactBytes,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'
import { maxReaders } from './directory.js'
import { Channel, maxSealedBytes } from './sealed.js'

export const CaseState = z
  .enum(['received', 'routed', 'claimed', 'answered', 'closed', 'purged'])
  .meta({ id: 'CaseState', description: 'Where the work stands' })
export type CaseState = z.infer<typeof CaseState>

/** What one case holds at most. Acts of handlers stop before rungs and additions run out of room. */
export const maxReplies = 1000
export const maxNotes = 1000
export const maxGrants = 200
export const maxEvents = 10_000
export const maxEventsByActs = 5000

export const Outcome = z
  .enum(['supported', 'referred', 'out_of_scope', 'no_contact', 'duplicate', 'not_a_request'])
  .meta({ id: 'Outcome', description: 'How a case ended' })
export type Outcome = z.infer<typeof Outcome>

export const Via = z.enum(['mail', 'messenger', 'phone', 'in_person', 'through_someone'])
export type Via = z.infer<typeof Via>

/** Why an answer has to wait: codes only, told to the applicant in their language. */
export const HoldReason = z.enum(['applicant_asked', 'contact_unsafe', 'cannot_work'])
export type HoldReason = z.infer<typeof HoldReason>

/** Why a case went where it went: codes only, nothing of the applicant's. */
export const RouteReason = z.enum([
  'routing_row',
  'no_row',
  'language_not_handled',
  'country_unknown',
  'country_not_covered',
  'no_slip',
  'slip_unreadable',
  'program_unknown',
  'nobody_in_team',
  'nobody_on_duty',
  'several_programs',
  'rerouted',
])
export type RouteReason = z.infer<typeof RouteReason>

export const Coverage = z
  .enum(['undecided', 'eligible', 'not_covered', 'unknown'])
  .meta({ id: 'Coverage', description: 'Whether the program covers the request' })
export type Coverage = z.infer<typeof Coverage>

export const Hold = z
  .strictObject({
    until: Timestamp,
    reason: HoldReason,
    asked_by: Slug,
    confirmed_by: Slug.nullable().describe('null: only asked for, the clock runs'),
  })
  .meta({ id: 'Hold', description: 'Two handlers let the clock wait until an instant' })

/** What became of the last answer that left by mail. */
export const LetterState = z.enum(['waiting', 'sent', 'undelivered'])
export type LetterState = z.infer<typeof LetterState>

export const CaseSummary = z
  .strictObject({
    id: CaseId,
    state: CaseState,
    program: Slug.nullable(),
    team: Slug.nullable(),
    reason: RouteReason.nullable(),
    rule: z.string().max(120).nullable().describe('The rows that lead to the team that it came to'),
    routed_directory_version: z.int().nullable().describe('The directory that they stand in'),
    coverage: Coverage,
    channel: Channel,
    received_at: Timestamp,
    due_at: Timestamp.nullable(),
    overdue: z.boolean(),
    claimed_by: Slug.nullable(),
    answered_at: Timestamp.nullable(),
    letter: LetterState.nullable().describe('null: the last answer did not leave by mail'),
    unread_additions: z
      .int()
      .min(0)
      .describe('Additions that no answer followed which was written with them in sight'),
    hold: Hold.nullable().describe('While it lasts'),
    readable: z
      .boolean()
      .describe('The envelope was sealed or granted to this handler, as far as the server knows'),
  })
  .meta({ id: 'CaseSummary', description: 'A line of the inbox' })
export type CaseSummary = z.infer<typeof CaseSummary>

export const CaseScope = z.enum(['open', 'mine', 'all'])
export type CaseScope = z.infer<typeof CaseScope>

/** Opaque, and of letters that a shell leaves alone: handlers are shown it in a command. */
const Cursor = z
  .string()
  .max(80)
  .regex(/^[A-Za-z0-9_-]+$/)

export const CaseQuery = z.strictObject({
  scope: CaseScope.default('open'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: Cursor.optional().describe('The cursor of the page before'),
  team: Slug.optional(),
  program: Slug.optional(),
  due_within: z.coerce
    .number()
    .int()
    .min(1)
    .max(31_536_000)
    .optional()
    .describe('Seconds: only what is due by then, or overdue'),
})
export type CaseQuery = z.infer<typeof CaseQuery>

export const CaseList = z
  .strictObject({
    now: Timestamp.describe("The server's clock"),
    cases: z.array(CaseSummary).max(200),
    next: Cursor.nullable(),
  })
  .meta({ id: 'CaseList', description: 'A page of the inbox, by due time' })
export type CaseList = z.infer<typeof CaseList>

export const EventKind = z.enum([
  'routed',
  'claimed',
  'released',
  'replied',
  'contacted',
  'noted',
  'reader_added',
  'rerouted',
  'coverage_set',
  'closed',
  'reopened',
  'hold_asked',
  'held',
  'hold_ended',
  'handler_left',
  'reminder',
  'escalation',
  'breach',
  'addition',
  'undelivered',
  'deleted',
])
export type EventKind = z.infer<typeof EventKind>

/** One entry of a case's history. Entries of handlers carry the request's signature; the chain is per case. */
export const CaseEvent = z
  .strictObject({
    number: z.int().min(1).describe('Counts from 1 within the case'),
    kind: EventKind,
    at: Timestamp,
    handler: Slug.nullable(),
    detail: z.string().max(200).nullable().describe('A code: outcome, channel, rule, rung'),
    request: z
      .strictObject({
        signature_base: z.string().max(4096),
        signature: exactBytes(64),
        key: SigningKey,
      })
      .nullable(),
    previous: Sha256.nullable(),
    hash: Sha256,
  })
  .meta({ id: 'CaseEvent', description: 'An entry of the history, hash-chained' })
export type CaseEvent = z.infer<typeof CaseEvent>

/** A new age header for the file key of the stored envelope, signed by who added the reader. */
export const Grant = z
  .strictObject({
    id: ClientId,
    reader: Slug,
    header: boundedBytes(8192),
    by: Slug,
    signature: exactBytes(64).describe('Ed25519: docs/protocol.md, "Grant"'),
    key: SigningKey,
    at: Timestamp,
  })
  .meta({ id: 'Grant', description: 'Lets one more reader open the envelope' })
export type Grant = z.infer<typeof Grant>

/** What is sealed and belongs to a case. `replies` are the copies for the team. */
export const PartKind = z.enum(['additions', 'replies', 'notes', 'mails'])
export type PartKind = z.infer<typeof PartKind>

/** Stands for a sealed part, which is fetched by itself: a case stays light, however much was added to it. */
const part = {
  id: ClientId,
  at: Timestamp,
  bytes: z.int().min(0).max(maxSealedBytes),
  sha256: Sha256.describe('Of the sealed bytes'),
}

export const CaseDetail = z
  .strictObject({
    case: CaseSummary,
    intake: ClientId,
    envelope_sha256: Sha256,
    slip_sha256: Sha256.nullable(),
    directory_version: z.int(),
    outcome: Outcome.nullable(),
    answer: z
      .strictObject({ hour: Timestamp, signature: exactBytes(64), key: SigningKey })
      .nullable()
      .describe('The proof of the first answer'),
    events: z.array(CaseEvent).max(maxEvents),
    replies: z
      .array(z.strictObject({ ...part, by: Slug }))
      .max(maxReplies)
      .describe('Their copies for the team'),
    additions: z.array(z.strictObject({ ...part, signature: exactBytes(64) })).max(200),
    notes: z.array(z.strictObject({ ...part, by: Slug })).max(maxNotes),
    grants: z.array(Grant).max(maxGrants),
  })
  .meta({ id: 'CaseDetail', description: 'A case with its history, and what was sealed for it' })
export type CaseDetail = z.infer<typeof CaseDetail>

/** What an act says of its case; signed with the request that does it. */
export const ActAnchor = z
  .strictObject({
    after: Sha256.describe(
      'Hash of an event of the case that the actor saw; zeros before the first',
    ),
    directory: z.int().min(1).max(1_000_000_000).describe('The newest that the actor had verified'),
    envelope: Sha256.describe('SHA-256 of the sealed envelope of the case'),
    parts: z
      .array(Sha256)
      .max(1 + maxReaders)
      .describe('SHA-256 of the note, the team copy and the headers of grants that the act brings'),
    detail: z
      .string()
      .regex(/^[\w: -]{1,64}$/)
      .nullable()
      .describe('What the act decides: the detail of its entry in the history'),
  })
  .meta({ id: 'ActAnchor', description: 'Binds an act to a case and to the order of its history' })
export type ActAnchor = z.infer<typeof ActAnchor>

/** The same as the query of an act: none of it, or all in the order of docs/protocol.md, "Acts". */
export const ActQuery = z.strictObject({
  after: Sha256.optional(),
  directory: z.string().max(10).optional(),
  envelope: Sha256.optional(),
  part: z
    .string()
    .regex(/^[\w-]{43}(?:\.[\w-]{43})*$/)
    .max(44 * (1 + maxReaders) - 1)
    .optional(),
  detail: z.string().max(64).optional(),
})

/** Over (SHA-256 of the intake's envelope, hour): the operator alone cannot claim an answer. */
export const AnswerProof = z
  .strictObject({ hour: Timestamp, signature: exactBytes(64) })
  .meta({ id: 'AnswerProof', description: 'A handler says: answered in this hour' })
export type AnswerProof = z.infer<typeof AnswerProof>

export const EmptyBody = z.strictObject({})

export const ReplyRequest = z
  .strictObject({
    id: ClientId,
    sealed: boundedBytes(maxSealedBytes).describe("To the applicant's reply recipient"),
    team_copy: boundedBytes(maxSealedBytes).describe('The same words for the team'),
    answer: AnswerProof,
    letter: boundedBytes(maxSealedBytes)
      .optional()
      .describe('Where the request came by mail, and only there: to the router, who sends it'),
  })
  .meta({ id: 'ReplyRequest', description: 'A sealed reply; stops the clock' })
export type ReplyRequest = z.infer<typeof ReplyRequest>

export const ContactedRequest = z
  .strictObject({ id: ClientId, via: Via, answer: AnswerProof })
  .meta({
    id: 'ContactedRequest',
    description: 'An answer given outside the system; stops the clock',
  })
export type ContactedRequest = z.infer<typeof ContactedRequest>

export const NoteRequest = z
  .strictObject({ id: ClientId, sealed: boundedBytes(maxSealedBytes) })
  .meta({ id: 'NoteRequest', description: 'A sealed note to the team' })
export type NoteRequest = z.infer<typeof NoteRequest>

export const SealRequest = z
  .strictObject({
    id: ClientId,
    reader: Slug,
    header: boundedBytes(8192),
    signature: exactBytes(64),
  })
  .meta({ id: 'SealRequest', description: 'A signed grant for one more reader' })
export type SealRequest = z.infer<typeof SealRequest>

export const RerouteRequest = z
  .strictObject({
    id: ClientId.describe('Of the note'),
    team: Slug,
    sealed: boundedBytes(maxSealedBytes).describe('A note to the team: why'),
    grants: z
      .array(SealRequest)
      .max(maxReaders)
      .describe('For those of the team who cannot open it'),
  })
  .meta({ id: 'RerouteRequest', description: 'Hands a case over to another team' })
export type RerouteRequest = z.infer<typeof RerouteRequest>

export const CoverageRequest = z
  .strictObject({
    id: ClientId.describe('Of the note'),
    coverage: Coverage.exclude(['undecided', 'unknown']),
    sealed: boundedBytes(maxSealedBytes).describe('A note to the team: why'),
  })
  .meta({ id: 'CoverageRequest', description: 'A person decides whether a request is covered' })
export type CoverageRequest = z.infer<typeof CoverageRequest>

export const HoldRequest = z.strictObject({ until: Timestamp, reason: HoldReason }).meta({
  id: 'HoldRequest',
  description: 'Asks to hold the clock; the same from another handler confirms it',
})
export type HoldRequest = z.infer<typeof HoldRequest>

export const CloseRequest = z
  .strictObject({ outcome: Outcome })
  .meta({ id: 'CloseRequest', description: 'The end of the work on a case' })
export type CloseRequest = z.infer<typeof CloseRequest>
