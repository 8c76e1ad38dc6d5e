// What a handler's tool keeps on disk beside the sealed identities: which organisation it has pinned, and the
// public half of each identity. Nothing here is secret; whoever can write here decides whom the handler trusts.
import * as z from 'zod'
import {
  AgeRecipient,
  CaseId,
  Language,
  Origin,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'

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

/** What a handler's machine knows of a case that it has opened. */
export const KnownCase = z
  .strictObject({
    v: z.literal(1),
    envelope: Sha256,
    shown: Sha256.nullable().describe('The last event of its history that was shown here'),
    closed: z.boolean().describe('As it was last seen'),
    addition_key: SigningKey.nullable()
      .default(null)
      .describe('Of who has its receipt code; null where it was not opened'),
  })
  .meta({ id: 'KnownCase', description: 'What was seen of a case on this machine' })
export type KnownCase = z.infer<typeof KnownCase>

/** What a handler began to write, sealed to themselves until it is used. */
export const UnfinishedWords = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('words'),
    about: z.enum(['reply', 'note', 'reason']),
    case: CaseId,
    origin: Origin,
    at: Timestamp,
    text: z.string().max(200_000),
  })
  .meta({ id: 'UnfinishedWords', description: 'Words that were begun and not sent' })
export type UnfinishedWords = z.infer<typeof UnfinishedWords>

export type { LetterKey, ReplyDraft, ReplyMaking } from './draft.js'
