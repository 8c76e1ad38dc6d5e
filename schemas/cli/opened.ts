// What `khancap open` prints with `--json`: every key, with what it says.
import * as z from 'zod'
import { Outcome } from '../case.js'
import { CaseId, ClientId, Language, Sha256, Slug, Timestamp } from '../encoding.js'
import {
  Answers,
  Attachment,
  Channel,
  Context,
  EnvelopeContent,
  NoteMessage,
  SealedKind,
} from '../sealed.js'
import { PrintedCase, printedHistory } from './case.js'
import { count, text } from './pieces.js'

const PrintedAttachment = z
  .strictObject({
    id: Attachment.shape.id.describe('Of the attachment'),
    name: text.describe('As the applicant gave it; may be empty'),
    type: text.describe('The media type as the applicant gave it; may be empty'),
    bytes: Attachment.shape.bytes.describe('True size in bytes'),
    stripped: Attachment.shape.stripped,
  })
  .meta({ id: 'PrintedAttachment', title: 'an attachment' })

const PrintedContext = z
  .strictObject({
    kind: SealedKind.describe('What was sealed'),
    channel: Channel.describe('How it was to travel'),
    origin: Context.shape.origin.describe('For which deployment'),
    directory_sequence: Context.shape.directory_sequence.describe(
      'With which directory: its number',
    ),
    directory_sha256: Sha256.describe('And its SHA-256, base64url'),
  })
  .meta({ id: 'PrintedContext', title: 'a context' })

const answers = Answers.describe(
  'By field of the form: text, a code, codes, a date, a group or rows, as the form has it',
)

const PrintedRequest = z
  .strictObject({
    program: Slug.describe('The program that it was written for'),
    form_version: EnvelopeContent.shape.form_version.describe('The version of its form'),
    language: EnvelopeContent.shape.language,
    page_language: Language.describe('The language in which the form was shown'),
    answers,
    promise: EnvelopeContent.shape.promise,
    context: PrintedContext.describe('For which deployment and directory it was sealed'),
    attachments: z.array(PrintedAttachment).describe('Named in the request itself'),
  })
  .meta({ id: 'PrintedRequest', title: 'a request' })

const part = { id: ClientId.describe('Of this part'), at: Timestamp.describe('When it came') }
const notShown = {
  not_shown: z
    .enum([
      'not_fetched',
      'not_as_listed',
      'not_sealed_to_you',
      'unreadable',
      'not_from_the_applicant',
      'not_from_its_writer',
      'another_case',
    ])
    .describe('In place of what is inside, where that cannot be shown: why'),
}
const words = text.describe('The words')

const addition = z.union([
  z.strictObject({
    ...part,
    text: words,
    answers: answers
      .nullable()
      .describe('To the second form, by field, as in a request; null where there are none'),
    attachments: z.array(PrintedAttachment).describe('What was uploaded with it'),
  }),
  z.strictObject({ ...part, ...notShown }),
])

const by = Slug.describe('Who wrote it')
const note = z.union([
  z.strictObject({
    ...part,
    by,
    text: words,
    signature: z
      .enum(['verified', 'unproven'])
      .describe('unproven: by a key that has left the directory, and nobody vouches for when'),
  }),
  z.strictObject({ ...part, by, ...notShown }),
])

const field = text.optional()
const mail = z.union([
  z.strictObject({
    arrived: Timestamp.describe('When the mail server took it'),
    whole: z.boolean().describe('false: it was too long, and this is its beginning'),
    bytes: count.describe('Its size in bytes'),
    fields: z
      .strictObject({
        from: field.describe('Where the mail has it; nothing proves who wrote it'),
        to: field.describe('Where the mail has it'),
        cc: field.describe('Where the mail has it'),
        'reply-to': field.describe('Where the mail has it'),
        date: field.describe('Where the mail has it, as its sender wrote it'),
        subject: field.describe('Where the mail has it'),
      })
      .describe('Fields of its header, decoded'),
    subject: z
      .strictObject({
        outcome: z
          .enum(['tagged', 'maybe', 'untagged', 'thread'])
          .describe('How the tags of now sort it'),
        programs: z.array(Slug).describe('Whose tag it carries; for maybe, may carry'),
        language: text.describe('A language tag; und where the line does not tell'),
        asks_for_form: z.boolean().describe('It asks for a copy of the form'),
      })
      .describe('What its subject, or else its first lines, say now'),
    text: text.describe('Its plain text, 65536 characters of it at most'),
    attachments: z
      .array(
        z.strictObject({
          name: text.nullable().describe('As its sender gave it; null where there is none'),
          type: text.describe('The media type as its sender gave it'),
        }),
      )
      .describe('What is attached to it'),
    pgp: z.boolean().describe('It holds something sealed with PGP that gpg was not given'),
  }),
  z.strictObject({
    not_shown: text.describe('In place of the rest, where it cannot be shown: a sentence'),
  }),
])

/** `open ID` */
export const OpenedCaseJson = z.strictObject({
  case: PrintedCase.describe('As in the inbox'),
  outcome: Outcome.nullable().describe('How it ended; null: it has not'),
  intake: ClientId.describe('Of the request, as its receipt names it'),
  envelope_sha256: Sha256.describe('Of the sealed request, base64url'),
  content: PrintedRequest.describe('What the applicant wrote'),
  additions: z.array(addition).describe('What the applicant added, the first one first'),
  replies: z.array(note).describe("Answers, from the team's copies"),
  notes: z.array(note).describe('Notes of the team'),
  history: z.strictObject(printedHistory).describe('What happened to it'),
  warnings: z
    .array(
      z.strictObject({
        code: z
          .enum([
            'program_unknown',
            'form_version_other',
            'answers_do_not_fit',
            'promise_differs',
            'context_differs',
            'routing_differs',
            'slip_unreadable',
            'history_broken',
            'signature_false',
            'act_unproven',
            'hold_unproven',
            'outcome_differs',
            'grant_doubtful',
            'reader_conflict',
            'directory_unseen',
            'answer_unproven',
            'answer_proof_false',
            'part_not_shown',
            'part_missing',
            'mail_out_of_place',
            'addition_missing',
          ])
          .describe('What it is about'),
        sentence: text.describe('The same for a person'),
        quoted: text.nullable().describe("Words of the applicant's that it is about, or null"),
      }),
    )
    .describe('What does not fit together'),
  mails: z
    .array(mail)
    .optional()
    .describe('Only of a request that came by mail: that mail, then those that were added'),
})

const saved = text.nullable().describe('The file that --out or --raw has made; null without either')

/** What a file can be, each with these keys too. */
function files<S extends z.ZodRawShape>(more: S) {
  return [
    z.strictObject({
      ...more,
      kind: z.literal('envelope').describe('What it is; file: any other age file'),
      context: PrintedContext.nullable().describe('null where nothing in it says for whom it is'),
      content: PrintedRequest.describe('What is inside: a request, or the keys below'),
      saved,
    }),
    z.strictObject({
      ...more,
      kind: z.literal('addition'),
      context: PrintedContext,
      content: z.strictObject({
        text: words,
        answers: answers.nullable().describe('Of an addition: to the second form, or null'),
      }),
      saved,
    }),
    z.strictObject({
      ...more,
      kind: z.literal('note'),
      context: PrintedContext,
      content: z.strictObject({
        case: CaseId.describe('Of a note: about which case'),
        about: NoteMessage.shape.about.describe('Of a note: what it goes with'),
        by: Slug.describe('Of a note: who wrote it, as it says itself'),
        hour: Timestamp.describe('Of a note: the full hour in which it was written'),
        text: words,
      }),
      saved,
    }),
    z.strictObject({
      ...more,
      kind: z.enum([...SealedKind.options, 'file']),
      context: PrintedContext.nullable(),
      bytes: count.describe('Of any other file: its opened size in bytes'),
      text: text
        .nullable()
        .describe('Of any other file: 65536 characters at most; null where it is no text'),
      saved,
    }),
  ] as const
}

const named = { file: text.describe('As it was named on the line') }

/** `open --file F` */
export const OpenedFileJson = z.union(files({}))
/** `open --file F G` */
export const OpenedFilesJson = z.array(
  z.union([
    ...files(named),
    z.strictObject({
      ...named,
      error: text.describe('In place of the rest, where it did not open: a sentence'),
    }),
  ]),
)
