// POST /v1/mailbox, /v1/mailbox/additions and /v1/mailbox/deletion: what an applicant sees with the receipt code, adds,
// and takes back.
import * as z from 'zod'
import { boundedBytes, ClientId, exactBytes, SigningKey, Slug, Timestamp } from './encoding.js'
import { CaseState, Coverage, HoldReason } from './case.js'
import { maxAttachments, maxSealedBytes } from './sealed.js'

/** Additions to one case at most. */
export const maxAdditions = 200
/** Additions by mail to one case at most, besides: what strangers send takes nothing from its applicant. */
export const maxMailAdditions = 50
/** Bytes of all additions to one case at most: 64 of the largest. Who works on it fetches each of them. */
export const maxAdditionBytes = 16_777_216

/** Sealed bytes of replies in one answer at most, where it is more than one reply: phones are old, and Tor is slow. */
export const maxReplyPageBytes = 262_144

export const MailboxRequest = z
  .strictObject({
    read: z.array(ClientId).max(200).default([]).describe('Replies that were opened'),
    before: ClientId.optional().describe('Only replies that are older than this one'),
  })
  .meta({ id: 'MailboxRequest', description: 'A look into the mailbox' })
export type MailboxRequest = z.infer<typeof MailboxRequest>

export const MailboxView = z
  .strictObject({
    state: CaseState,
    program: Slug.nullable().describe('null until the case is routed'),
    team: Slug.nullable().describe('Whose handlers an addition is sealed to'),
    received_at: Timestamp.describe('The hour of arrival'),
    due_at: Timestamp.nullable().describe(
      'The full hour by which an answer is due at the latest; null once answered or closed',
    ),
    overdue: z.boolean().describe('due_at has passed'),
    hold: z
      .strictObject({ until: Timestamp, reason: HoldReason })
      .nullable()
      .describe('The answer has to wait, and until when'),
    answered_at: Timestamp.nullable(),
    coverage: Coverage,
    directory_version: z.int(),
    replies: z
      .array(z.strictObject({ id: ClientId, sealed: boundedBytes(maxSealedBytes), at: Timestamp }))
      .max(1000)
      .describe('The newest, the oldest of them first'),
    older: z.boolean().describe('There are replies that are older than these'),
    additions: z.array(z.strictObject({ id: ClientId, at: Timestamp })).max(maxAdditions),
  })
  .meta({ id: 'MailboxView', description: 'The state of a case for its applicant' })
export type MailboxView = z.infer<typeof MailboxView>

export const AdditionRequest = z
  .strictObject({
    id: ClientId,
    directory_version: z.int().min(1).max(1_000_000_000),
    sealed: boundedBytes(maxSealedBytes),
    signature: exactBytes(64).describe('Ed25519 by the addition key: docs/protocol.md, "Addition"'),
    uploads: z
      .array(ClientId)
      .max(maxAttachments)
      .default([])
      .describe('Whole uploads of this case that it names: they stay from then on'),
  })
  .meta({ id: 'AdditionRequest', description: 'Something added to a case' })
export type AdditionRequest = z.infer<typeof AdditionRequest>

export const AdditionReceipt = z
  .strictObject({ id: ClientId, received_at: Timestamp })
  .meta({ id: 'AdditionReceipt', description: 'The addition was taken in' })
export type AdditionReceipt = z.infer<typeof AdditionReceipt>

export const DeletionRequest = z
  .strictObject({
    key: SigningKey.describe('The addition key of the receipt code'),
    signature: exactBytes(64).describe('Ed25519 by that key: docs/protocol.md, "Deletion"'),
  })
  .meta({ id: 'DeletionRequest', description: 'The applicant deletes the case' })
export type DeletionRequest = z.infer<typeof DeletionRequest>

export const DeletionReceipt = z
  .strictObject({ deleted_at: Timestamp })
  .meta({ id: 'DeletionReceipt', description: 'Everything sealed of the case is deleted' })
export type DeletionReceipt = z.infer<typeof DeletionReceipt>
