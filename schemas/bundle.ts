// What a bundle holds: chosen cases and the directory for a machine without network, and what was done there. It exists
// sealed to its handler only; the server never sees one.
import * as z from 'zod'
import {
  CaseDetail,
  CloseRequest,
  ContactedRequest,
  EmptyBody,
  maxNotes,
  maxReplies,
  NoteRequest,
  PartKind,
  ReplyRequest,
} from './case.js'
import { maxDirectoryBytes } from './directory.js'
import {
  boundedBytes,
  CaseId,
  ClientId,
  exactBytes,
  Origin,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'
import { maxAdditions } from './mailbox.js'
import { maxSealedBytes } from './sealed.js'

/** Cases in one bundle, and acts that are written into it, at most. */
export const maxBundleCases = 100
export const maxBundleActs = 500
/** Bytes of a bundle, sealed or opened, at most. */
export const maxBundleBytes = 134_217_728

export const BundleCase = z
  .strictObject({
    detail: CaseDetail,
    envelope: boundedBytes(maxSealedBytes),
    parts: z
      .array(
        z.strictObject({
          kind: PartKind.exclude(['mails']),
          id: ClientId,
          sealed: boundedBytes(maxSealedBytes),
        }),
      )
      .max(maxAdditions + maxReplies + maxNotes),
  })
  .meta({
    id: 'BundleCase',
    description: 'A case as the server showed it, with its envelope and parts',
  })
export type BundleCase = z.infer<typeof BundleCase>

export const BundleContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('bundle'),
    id: ClientId,
    origin: Origin,
    root: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('The fingerprint that its maker had pinned'),
    handler: Slug,
    made: Timestamp,
    directory: boundedBytes(maxDirectoryBytes).describe('The signed note'),
    cases: z.array(BundleCase).min(1).max(maxBundleCases),
  })
  .meta({ id: 'BundleContent', description: 'Cases for a machine without network' })
export type BundleContent = z.infer<typeof BundleContent>

const acts = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('replies'), body: ReplyRequest }),
  z.strictObject({ verb: z.literal('contacted'), body: ContactedRequest }),
  z.strictObject({ verb: z.literal('notes'), body: NoteRequest }),
  z.strictObject({ verb: z.literal('close'), body: CloseRequest }),
  z.strictObject({ verb: z.literal('claim'), body: EmptyBody }),
  z.strictObject({ verb: z.literal('release'), body: EmptyBody }),
  z.strictObject({ verb: z.literal('reopen'), body: EmptyBody }),
])

export const BundleAct = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('act'),
    bundle: ClientId,
    number: z.int().min(1).max(maxBundleActs),
    previous: Sha256.describe('Of the statement before; of the content for the first act'),
    at: Timestamp.describe('By the clock of the machine without network, which nobody vouches for'),
    case: CaseId,
    envelope: Sha256.describe('Which request was read before'),
    act: acts,
  })
  .meta({ id: 'BundleAct', description: 'What a handler did without network' })
export type BundleAct = z.infer<typeof BundleAct>

/** The exact text that was signed, and by which key of the handler. */
export const BundleStatement = z.strictObject({
  text: z.string().max(maxBundleBytes),
  key: SigningKey,
  signature: exactBytes(64),
})
export type BundleStatement = z.infer<typeof BundleStatement>

export const BundleFile = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('bundle_file'),
    content: BundleStatement,
    acts: z.array(BundleStatement).max(maxBundleActs),
  })
  .meta({ id: 'BundleFile', description: 'What is sealed: content and acts, each signed' })
export type BundleFile = z.infer<typeof BundleFile>

/** What a machine remembers of a bundle: an older state of it, or an older one, is noticed. */
export const BundleMemory = z
  .strictObject({
    v: z.literal(1),
    id: ClientId,
    origin: Origin,
    made: Timestamp,
    worked_on: z.boolean().describe('Opened here, as opposed to made or imported here'),
    acts: z.int().min(0).max(maxBundleActs).describe('Acts that were seen in it'),
    sent: z.array(z.int().min(1).max(maxBundleActs)).max(maxBundleActs),
  })
  .meta({ id: 'BundleMemory', description: 'What this machine knows of a bundle' })
export type BundleMemory = z.infer<typeof BundleMemory>
