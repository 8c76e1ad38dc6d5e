// What a handler's tool keeps on disk beside the sealed identities: which organisation it has pinned, and the
// public half of each identity. Nothing here is secret; whoever can write here decides whom the handler trusts.
import * as z from 'zod'
import { ReplyRequest } from './case.js'
import {
  AgeRecipient,
  boundedBytes,
  CaseId,
  Language,
  Origin,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'
import { LetterMessage } from './sealed.js'

/** Where a SOCKS5 proxy listens; names are resolved by the proxy, so that onion addresses work. */
export const Proxy = z
  .string()
  .max(200)
  .regex(/^socks5h:\/\/([a-z0-9.-]+|\[::1\]):\d{1,5}$/)

export const HandlerSettings = z
  .strictObject({
    v: z.literal(1),
    url: Origin.describe('Where the server is reached'),
    origin: Origin.nullable().describe(
      'The name of the deployment; null until a directory was verified',
    ),
    root: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('The pinned fingerprint of the root keys'),
    highest_sequence: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .describe('Directories below it are refused; 0 until one was verified'),
    highest_sha256: Sha256.nullable().describe('The note with that sequence'),
    handler: Slug.nullable().describe("The handler's pseudonym in the directory"),
    language: Language.nullable().describe("Language of forms and labels; null: the system's"),
    passphrase_file: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .describe('Where the passphrase stands; relative to this folder. null: ask'),
    passphrase_command: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .describe('A command that prints the passphrase. null: ask'),
    proxy: Proxy.nullable(),
  })
  .meta({ id: 'HandlerSettings', description: 'settings.json of a handler' })
export type HandlerSettings = z.infer<typeof HandlerSettings>

/** What a handler gives to the organisation, and what the tool knows of the identity while it is locked. */
export const PublicIdentity = z
  .strictObject({
    v: z.literal(1),
    handler: Slug,
    recipients: z.array(AgeRecipient).min(1).max(8).describe('Newest first'),
    signing_keys: z.array(SigningKey).min(1).max(8).describe('Newest first'),
  })
  .meta({ id: 'PublicIdentity', description: "The public half of a handler's identity" })
export type PublicIdentity = z.infer<typeof PublicIdentity>

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
    making: boundedBytes(524_288).describe('A ReplyMaking, sealed to its writer'),
  })
  .meta({ id: 'ReplyDraft', description: 'A reply that the server has not confirmed' })
export type ReplyDraft = z.infer<typeof ReplyDraft>

/** What a handler's machine knows of a case that it has opened. */
export const KnownCase = z
  .strictObject({
    v: z.literal(1),
    envelope: Sha256,
    shown: Sha256.nullable().describe('The last event of its history that was shown here'),
    closed: z.boolean().describe('As it was last seen'),
    addition_key: SigningKey.nullable().describe(
      'Of who has its receipt code; null where it was not opened',
    ),
  })
  .meta({ id: 'KnownCase', description: 'What was seen of a case on this machine' })
export type KnownCase = z.infer<typeof KnownCase>

/** What a handler began to write, sealed to themselves until it is used. */
export const UnfinishedWords = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('words'),
    about: z.enum(['reply', 'note']),
    case: CaseId,
    origin: Origin,
    at: Timestamp,
    text: z.string().max(200_000),
  })
  .meta({ id: 'UnfinishedWords', description: 'Words that were begun and not sent' })
export type UnfinishedWords = z.infer<typeof UnfinishedWords>
