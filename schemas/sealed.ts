// What is inside a sealed file: context, envelope, slip, addition, reply, note, letter. Only the applicant's and the
// handlers' machines ever see these; of the slip and the letter, the router too.
import * as z from 'zod'
import {
  AgeRecipient,
  CaseId,
  ClientId,
  Country,
  exactBytes,
  Language,
  Origin,
  Region,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'
import { WayOut } from './way-out.js'

/** Bytes of one sealed envelope, addition, reply or note at most, header included. */
export const maxSealedBytes = 262_144
/** Bytes of a sealed slip at most: one recipient, one context stanza, 512 bytes of content. */
export const maxSlipBytes = 4096

export const Channel = z.enum(['web', 'mail', 'offline'])
export type Channel = z.infer<typeof Channel>

/** What kind of sealed file: a slip never passes for an envelope. */
export const SealedKind = z.enum(['envelope', 'slip', 'addition', 'reply', 'note', 'letter'])
export type SealedKind = z.infer<typeof SealedKind>

/** The context, once in the clear under the header's MAC and once inside; both must be equal. */
export const Context = z
  .strictObject({
    kind: SealedKind,
    channel: Channel,
    origin: Origin,
    directory_sequence: z.int().min(1).max(1_000_000_000),
    directory_sha256: Sha256,
  })
  .meta({ id: 'Context', description: 'For which deployment and directory something was sealed' })
export type Context = z.infer<typeof Context>

const text = (max: number) => z.string().max(max)

/** A date that may be partly known. `time` and `zone` only beside a full day. */
export const PartialDate = z.strictObject({
  date: z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  zone: z
    .string()
    .max(60)
    .optional()
    .describe('IANA time zone, or what the clock of the place is ahead of UTC, such as UTC+0330'),
})
export type PartialDate = z.infer<typeof PartialDate>

const leaf = z.union([
  text(10_000),
  z.array(text(40)).max(40),
  z.strictObject({ way_out: WayOut }),
  PartialDate,
])
export type AnswerLeaf = z.infer<typeof leaf>
const row = z.record(z.string().max(40), leaf)
/** The fields of a group, or one row of a list. */
export type AnswerRow = z.infer<typeof row>

/** An answer: a code or text, codes, a way out, a partial date, a group, or rows. The form says which. */
export const Answer = z.union([leaf, row, z.array(row).max(50)])
export type Answer = z.infer<typeof Answer>
export const Answers = z.record(z.string().max(40), Answer)
export type Answers = z.infer<typeof Answers>

/** Bytes of an attachment before it is sealed, and attachments of one addition, at most. */
export const maxAttachmentBytes = 104_857_600
export const maxAttachments = 50

const file = {
  id: ClientId,
  identity: z.string().regex(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]{50,80}$/),
  bytes: z.int().min(0).max(maxAttachmentBytes).describe('True size before padding'),
  name: text(255),
  type: text(120),
}

export const Attachment = z
  .strictObject({
    ...file,
    digest: Sha256.describe('SHA-256 over the SHA-256 of each piece of 1 048 576 bytes'),
    stripped: z.boolean().describe('Hidden data was taken out on the device of the applicant'),
  })
  .meta({ id: 'Attachment', description: 'An uploaded file and the identity that opens it' })
export type Attachment = z.infer<typeof Attachment>

export const CarriedFile = z
  .strictObject({ ...file, sha256: Sha256 })
  .meta({ id: 'CarriedFile', description: 'A sealed file and the identity that opens it' })
export type CarriedFile = z.infer<typeof CarriedFile>

/** Bytes of a mail that are taken in at most; of a longer one its beginning. */
export const maxMailBytes = 33_554_432
/** Bytes of a sealed mail at most: padding adds an eighth, age its header and tags. */
export const maxSealedMailBytes = 40_000_000

/** A mail as it came, every byte of it, in a file of its own. */
export const CarriedMail = z
  .strictObject({
    file: CarriedFile,
    arrived: Timestamp.describe('When the mail server took it'),
    whole: z.boolean().describe('False: it was too long, this is its beginning'),
  })
  .meta({ id: 'CarriedMail', description: 'The mail that a request came by' })
export type CarriedMail = z.infer<typeof CarriedMail>

export const EnvelopeContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('envelope'),
    program: Slug,
    form_version: z.int().min(1).max(100_000),
    language: Language.or(z.literal('other')).describe('Language to answer in'),
    page_language: Language,
    answers: Answers,
    promise: text(400).describe('The sentence that was shown'),
    reply: z.strictObject({
      recipient: AgeRecipient.describe('Replies are sealed to it'),
      key: exactBytes(32).describe('Authenticates replies (HMAC-SHA256)'),
      addition_key: SigningKey.describe('Verifies additions'),
    }),
    attachments: z.array(Attachment).max(maxAttachments),
    mail: CarriedMail.optional().describe('Where it is there, nobody holds the keys of `reply`'),
    context: Context,
  })
  .meta({ id: 'EnvelopeContent', description: 'The case, as the applicant wrote it' })
export type EnvelopeContent = z.infer<typeof EnvelopeContent>

export const Urgency = z.enum(['happening_now', 'within_48h', 'within_7d', 'ongoing', 'past'])
export type Urgency = z.infer<typeof Urgency>

export const SlipContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('slip'),
    envelope: Sha256.describe('SHA-256 of the sealed envelope that it goes with'),
    program: Slug,
    language: Language.or(z.literal('other')),
    country: Country.or(z.literal('unknown')),
    region: Region.nullable(),
    also: z
      .array(Slug)
      .max(3)
      .optional()
      .describe('Programs that were named beside it, as by a second tag of a mail'),
    urgency: Urgency.nullable(),
    deadline: Timestamp.nullable().describe("The applicant's own date, where it is nearer"),
    context: Context,
  })
  .meta({ id: 'SlipContent', description: 'The few facts that the router needs' })
export type SlipContent = z.infer<typeof SlipContent>

export const AdditionContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('addition'),
    text: text(10_000),
    form_version: z.int().min(1).max(100_000).nullable(),
    answers: Answers.nullable().describe('Answers to the second form, where there are any'),
    attachments: z.array(Attachment).max(maxAttachments),
    mail: CarriedMail.optional(),
    context: Context,
  })
  .meta({ id: 'AdditionContent', description: 'What an applicant adds later' })
export type AdditionContent = z.infer<typeof AdditionContent>

/** What routing looks at, told to the device of who returns: it has the request no longer. */
export const ReplyFacts = z
  .strictObject({
    program: Slug,
    language: Language.or(z.literal('other')),
    country: Country.or(z.literal('unknown')),
    region: Region.nullable(),
  })
  .meta({ id: 'ReplyFacts', description: 'What says who must not read additions' })
export type ReplyFacts = z.infer<typeof ReplyFacts>

/** The inner document of a reply, kept as text so that its MAC covers exact bytes. */
export const ReplyMessage = z
  .strictObject({
    text: text(20_000).min(1),
    language: Language,
    hour: Timestamp.describe('The full hour in which it was written'),
    facts: ReplyFacts.optional(),
  })
  .meta({ id: 'ReplyMessage', description: 'An answer to an applicant' })
export type ReplyMessage = z.infer<typeof ReplyMessage>

export const ReplyContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('reply'),
    message: text(65_536).describe('A ReplyMessage as JSON text'),
    mac: exactBytes(32).describe('HMAC-SHA256 over the message with the key of the envelope'),
    context: Context,
  })
  .meta({
    id: 'ReplyContent',
    description: 'A reply and the proof that its writer opened the case',
  })
export type ReplyContent = z.infer<typeof ReplyContent>

/** The inner document of a note, kept as text so that its writer's signature covers exact bytes. */
export const NoteMessage = z
  .strictObject({
    id: ClientId.describe('Of the note, or of the reply that it is the copy of'),
    about: z.enum(['note', 'reply', 'contacted', 'close', 'reroute', 'coverage']),
    case: CaseId,
    envelope: Sha256.describe('SHA-256 of the sealed envelope of the case'),
    by: Slug.describe('The handler who wrote it'),
    text: text(20_000),
    hour: Timestamp.describe('The full hour in which it was written'),
  })
  .meta({ id: 'NoteMessage', description: 'What a handler writes for their team' })
export type NoteMessage = z.infer<typeof NoteMessage>

export const NoteContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('note'),
    message: text(65_536).describe('A NoteMessage as JSON text'),
    key: SigningKey.describe("The writer's"),
    signature: exactBytes(64).describe('Ed25519: docs/protocol.md, "Note"'),
    context: Context,
  })
  .meta({ id: 'NoteContent', description: 'A note and the signature of its writer' })
export type NoteContent = z.infer<typeof NoteContent>

/** Message-IDs of a thread that a letter names at most: its first one and the newest. */
export const maxReferences = 20

/** With its angle brackets. */
export const MessageId = z.string().regex(/^<[!-;=?-~]{1,250}>$/)

/** The inner document of a letter, kept as text so that its writer's signature covers exact bytes. */
export const LetterMessage = z
  .strictObject({
    case: CaseId,
    reply: ClientId.describe('The reply whose words it carries'),
    by: Slug.describe('The handler who wrote it'),
    to: text(254).describe('A plain mail address'),
    subject: text(200).min(1),
    in_reply_to: MessageId.nullable(),
    references: z.array(MessageId).max(maxReferences),
    entity: text(200_000)
      .regex(/^[\t\r\n -~]*$/)
      .describe('A MIME entity, 7 bit: its Content- fields, an empty line, its body'),
  })
  .meta({ id: 'LetterMessage', description: 'A reply as it leaves by mail' })
export type LetterMessage = z.infer<typeof LetterMessage>

export const LetterContent = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('letter'),
    message: text(245_000).describe('A LetterMessage as JSON text'),
    key: SigningKey.describe("The writer's"),
    signature: exactBytes(64).describe('Ed25519: docs/protocol.md, "Letter"'),
    context: Context,
  })
  .meta({ id: 'LetterContent', description: 'A letter and the signature of its writer' })
export type LetterContent = z.infer<typeof LetterContent>

/** What is to leave by mail, and the key that signed it. Whether that is `by`'s key, the keyring says. */
export type SignedLetter = LetterMessage & { readonly key: SigningKey }
