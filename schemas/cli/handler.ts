// What the commands of a handler print with `--json`, beside those about cases: every key, with what it says.
import * as z from 'zod'
import {
  CaseId,
  ClientId,
  Language,
  Origin,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from '../encoding.js'
import { ReceiptContent } from '../receipt.js'
import { PublicIdentity } from '../settings.js'
import { Statistics, StatisticsRow } from '../statistics.js'
import { count, hex, organisation, rootFingerprint, sequence, text } from './pieces.js'

const handler = Slug.describe('Whose identity it is')
const fingerprint = text.describe('To compare on the phone: digits in fours')

const publicHalf = {
  v: PublicIdentity.shape.v.describe('The form of this document'),
  handler,
  recipients: PublicIdentity.shape.recipients.describe('What is sealed to you, newest first'),
  signing_keys: PublicIdentity.shape.signing_keys.describe('What verifies your acts, newest first'),
  fingerprint,
}
const generations = z.int().min(1).describe('How many there are')
const generation = z.int().min(1).describe('1 is the newest')
const deleteAfter = Timestamp.nullable().describe(
  'From when keys rotate may delete it; null while it is in use',
)

export const InitJson = z.strictObject({
  organisation,
  demo: z.boolean().describe('It is for trying out, never for real cases'),
  origin: Origin.describe('The name of the deployment'),
  url: Origin.describe('Where the server is reached'),
  root: rootFingerprint,
  directory: sequence,
  expires: Timestamp.describe('When the directory expires'),
  handler: Slug.nullable().describe('Your name in it; null where none was given'),
  config: text.describe('The folder of settings'),
})

export const NewIdentityJson = z.strictObject({ ...publicHalf, generations })
export const IdentityJson = z.strictObject(publicHalf)

export const GenerationsJson = z.strictObject({
  handler,
  generations: z
    .array(
      z.strictObject({
        generation,
        recipient: text.describe('An age recipient'),
        signing_key: SigningKey.nullable().describe('Ed25519, base64url; null where it has none'),
        directory: z
          .enum(['active', 'not_yet', 'ended', 'unknown', 'no_directory'])
          .describe('What the directory says of it; no_directory: none was seen on this machine'),
        delete_after: deleteAfter,
      }),
    )
    .describe('Newest first'),
})

export const RotatedJson = z.strictObject({
  step: z
    .enum(['made', 'not_published', 'resealed'])
    .describe('What was done; not_published: nothing, the organisation has to publish first'),
  fingerprint,
  generations,
  resealed: count.describe('How many cases were re-sealed to the newest'),
  deleted: count.describe('How many generations were deleted'),
  waiting: z
    .array(
      z.strictObject({
        generation,
        delete_after: deleteAfter,
        needed_by: z.array(CaseId).describe('Open cases of which it alone opens a part'),
      }),
    )
    .describe('The older generations'),
  unreadable: z.array(CaseId).describe('Cases that open with no key, and were passed over'),
  withheld: z
    .array(CaseId)
    .describe('Opened here, not seen closed, and the server does not show them'),
})

export const StatsJson = z.strictObject({
  ...Statistics.shape,
  smallest_count: Statistics.shape.smallest_count.describe('Counts below it, 0 aside, are null'),
  rows: z
    .array(
      z.strictObject({
        ...StatisticsRow.shape,
        received: StatisticsRow.shape.received.describe(
          'Requests of that week, as every count here',
        ),
        answered: StatisticsRow.shape.answered.describe('Answered by now'),
        breach_reasons: z
          .strictObject({
            not_routed: count.nullable().describe('No team had it'),
            not_claimed: count.nullable().describe('A team had it, and nobody worked on it'),
            claimed_not_answered: count.nullable().describe('Somebody worked on it'),
          })
          .describe('What kept them from their answer'),
        p90_hours: StatisticsRow.shape.p90_hours.describe('Nine of ten took no longer'),
        worst_hours: StatisticsRow.shape.worst_hours.describe('The longest'),
      }),
    )
    .describe('One program in one week, the oldest week first'),
})

export const DoctorJson = z.strictObject({
  ok: z.boolean().describe('Nothing has failed'),
  checks: z
    .array(
      z.strictObject({
        check: text.describe('What was looked at'),
        status: z.enum(['ok', 'warn', 'fail', 'skipped']).describe('What came of it'),
        sentence: text.describe('The same in words'),
        mend: z.array(text).describe('What to do; empty where there is nothing'),
      }),
    )
    .describe('In the order in which they were made'),
})

export const AgentJson = z.strictObject({
  running: z.boolean().describe('An agent holds an identity'),
  handler: Slug.nullable().describe('Whose; null where none runs'),
  locks_in_seconds: count.nullable().describe('Without work; null where none runs'),
  pid: z.int().nullable().describe('Of its process; null where none runs'),
})

export const ReceiptJson = z.strictObject({
  valid: z.literal(true).describe('What does not verify is refused, and prints nothing'),
  organisation,
  origin: Origin.describe('The name of the deployment'),
  intake: ClientId.describe('Of the request'),
  envelope: Sha256.describe('Of the sealed request, base64url'),
  slip: Sha256.nullable().describe('Of its slip, base64url; null where it came without one'),
  received: ReceiptContent.shape.received,
  due: z
    .array(
      z.strictObject({
        program: Slug.describe('A program'),
        by: Timestamp.describe('The full hour by which an answer is due at the latest'),
      }),
    )
    .describe('For each program: nobody can tell from outside which one it is for'),
  directory: sequence,
})

export const SiteJson = z.strictObject({
  url: Origin.describe('The site that was looked at'),
  organisation,
  directory: sequence,
  same: z.boolean().describe('Nothing differs'),
  version: text.nullable().describe('Of the site; null where its list is not a signed one'),
  list: Sha256.describe('Of the list of files that is served, base64url'),
  sources: hex
    .nullable()
    .describe('SHA-256 of what it was built from, 64 digits; null as with version'),
  files: count.describe('How many files the list names'),
  differences: z
    .array(
      z.strictObject({
        path: text.describe('Where'),
        code: z
          .enum([
            'missing',
            'refused',
            'changed',
            'script',
            'header',
            'deployment',
            'list_not_signed',
            'list_not_in_force',
          ])
          .describe('What kind of difference'),
        words: text.describe('The same in words'),
      }),
    )
    .describe('All of them'),
})

export const FormJson = z.strictObject({
  valid: z.literal(true).describe('What is not the form is refused, and prints nothing'),
  organisation,
  language: Language.describe('Of the form'),
  sequence,
  expires: Timestamp.describe('When its directory expires'),
  expired: z.boolean().describe('That instant has passed: it seals nothing any more'),
  sha256: hex.describe('Of the file, 64 digits'),
})

const template = {
  name: text.describe('Its name'),
  language: text.describe('A language tag'),
}
export const TemplatesJson = z.strictObject({
  templates: z
    .array(
      z.strictObject({
        ...template,
        file: text.nullable().describe('Your own; null: it came with the tool'),
      }),
    )
    .describe('Each in each of its languages'),
})
export const TemplateJson = z.strictObject({ ...template, text: text.describe('All of it') })

export const BundleJson = z.strictObject({
  file: text.describe('Where it was written'),
  bundle: ClientId.describe('Of the bundle'),
  made: Timestamp.describe('When it was made'),
  directory: sequence,
  cases: z.array(CaseId).describe('What it carries'),
})

export const ImportJson = z.strictObject({
  file: text.describe('The bundle'),
  acts: z
    .array(
      z.strictObject({
        number: z.int().min(1).describe('Counts from 1 within the bundle'),
        case: CaseId.describe('Which case'),
        verb: z
          .enum(['replies', 'contacted', 'notes', 'close', 'claim', 'release', 'reopen'])
          .describe('What was done'),
        outcome: z
          .enum(['sent', 'had_arrived', 'failed', 'left'])
          .describe('left: not tried, since an act before it on the same case failed'),
        sentence: text.nullable().describe('Why it failed; null where it did not'),
      }),
    )
    .describe('Those that were not sent before'),
  left: count.describe('How many of them were not sent'),
})

export const SplitJson = z.strictObject({
  handler,
  fingerprint,
  set: text.describe('What the shares of one split have in common'),
  shares: z.int().describe('How many there are'),
  threshold: z.int().describe('How many of them make it again'),
  files: z.array(text).describe('Where they were written'),
})

export const ProtectedJson = z.strictObject({
  handler,
  plugin: z.boolean().describe('A key of a plugin opens it now; false: the passphrase'),
})

export const AgentStoppedJson = z.strictObject({
  stopped: z.boolean().describe('An agent was running'),
})
