// What a handler's tool has sent and not yet seen confirmed.
import * as z from 'zod'
import { ReplyRequest } from './case.js'
import { boundedBytes, CaseId, Language, Origin, Sha256 } from './encoding.js'
import { LetterMessage } from './sealed.js'

/** The key that a letter is sealed to, and where it comes from. */
export const LetterKey = z
  .strictObject({
    kind: z.enum(['openpgp', 'age']),
    fingerprint: z.string().max(2000).describe('Of an OpenPGP key; an age recipient is its own'),
    source: z.enum(['autocrypt', 'attached', 'in_text']),
    mail: z.enum(['first', 'later']),
    inside: z.boolean().describe('Whether it stood in what the sender sealed'),
  })
  .meta({ id: 'LetterKey', description: 'The key that a letter is sealed to' })
export type LetterKey = z.infer<typeof LetterKey>

/** What a reply that was not confirmed was made of: sealed to its writer, who alone can make it anew. */
export const ReplyMaking = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('making'),
    case: CaseId,
    language: Language,
    letter: z
      .strictObject({
        message: LetterMessage,
        sealed_with: LetterKey.nullable().describe('null: in the clear'),
        said: z
          .array(z.enum(['to', 'key', 'plain']))
          .max(3)
          .describe('What its writer had said'),
      })
      .nullable()
      .describe('null: it does not leave by mail'),
  })
  .meta({ id: 'ReplyMaking', description: 'What an unconfirmed reply was made of' })
export type ReplyMaking = z.infer<typeof ReplyMaking>

/** A reply as it was sent and not confirmed: the request itself, sealed to the applicant and the team. */
export const ReplyDraft = z
  .strictObject({
    v: z.literal(1),
    origin: Origin,
    case: CaseId,
    after: Sha256.describe('The last event of the case that its writer had seen'),
    request: ReplyRequest,
    making: boundedBytes(524_288)
      .nullable()
      .default(null)
      .describe('A ReplyMaking, sealed to its writer; null where it is not known'),
  })
  .meta({ id: 'ReplyDraft', description: 'A reply that the server has not confirmed' })
export type ReplyDraft = z.infer<typeof ReplyDraft>
