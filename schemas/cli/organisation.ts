// What `khancap org` prints with `--json`: every key, with what it says.
import * as z from 'zod'
import { Coverage, RouteReason } from '../case.js'
import { NoteKey } from '../directory.js'
import { Language, Sha256, SigningKey, Slug, Timestamp } from '../encoding.js'
import { Fault } from '../problem.js'
import { SignedSite } from '../site.js'
import { count, hex, organisation, rootFingerprint, sequence, text } from './pieces.js'

export const ChangeJson = z.strictObject({
  folder: text.describe("The organisation's folder"),
  written: z.boolean().describe('false: with --dry-run'),
  change: text.describe('What was, or would be, done: a sentence'),
})

/** A dry run of what is no change of the source. */
export const TriedJson = z.strictObject({
  written: z.literal(false).describe('Nothing was'),
  change: text.describe('What would be done: a sentence'),
})

export const RootKeyJson = z.strictObject({
  name: NoteKey.shape.name.describe('Of the key'),
  key: SigningKey.describe('Its public half, base64url'),
  file: text.describe('Where it is sealed'),
})

export const OrganisationJson = z.strictObject({
  folder: text.describe("The organisation's folder"),
  root: rootFingerprint,
  threshold: z.int().min(1).describe('How many keys must sign a directory'),
  keys: z
    .array(
      z.strictObject({
        name: NoteKey.shape.name.describe('Of a key of the root'),
        key: SigningKey.describe('Its public half, base64url'),
      }),
    )
    .describe('The keys of the root'),
})

export const SignedSitesJson = z.strictObject({
  site: z
    .array(
      z.strictObject({
        version: SignedSite.shape.version.describe('Of the site'),
        sha256: Sha256.describe('Of its list of files, base64url'),
        valid_from: Timestamp.optional().describe('Where it does not count from the beginning'),
        valid_until: SignedSite.shape.valid_until.describe(
          'Where it ends: the first instant at which it no longer counts',
        ),
      }),
    )
    .describe('Versions that the next directory signs'),
})

export const PublishedJson = z.strictObject({
  sequence,
  valid_from: Timestamp.describe('From when it counts'),
  expires: Timestamp.describe('When it expires'),
  signed_by: z.array(text).describe('Names of the keys that have signed it'),
  threshold: z.int().min(1).describe('How many must'),
  published: z.boolean().describe('Enough have, and directory.note was written'),
})

export const OfflineFormsJson = z.strictObject({
  sequence,
  expires: Timestamp.describe('When the directory expires: until then they seal'),
  root: rootFingerprint,
  files: z
    .array(
      z.strictObject({
        language: Language.describe('Of the form'),
        file: text.describe('Where it was written'),
        bytes: count.describe('Its size in bytes'),
        sha256: hex.describe('Of the file, 64 digits'),
      }),
    )
    .describe('One for each language'),
})

const span = z.strictObject({
  from: Timestamp.describe('Its beginning'),
  until: Timestamp.describe('Its end'),
})

export const CheckJson = z.strictObject({
  organisation,
  sequence,
  at: Timestamp.describe('The time of which `now` speaks'),
  cells: z
    .array(
      z.strictObject({
        program: Slug.describe('A program that is offered at that time'),
        language: text.describe('A language tag, or `other`'),
        country: text.describe('A code, `unknown`, or `not_covered` for all others'),
        region: text
          .nullable()
          .describe('A code, `elsewhere` for the others of that country, or null for none'),
        team: Slug.describe('The team that it reaches'),
        fallback: Slug.describe('The team that reads beside it, and takes what nobody in it can'),
        now: Slug.describe('The team that has it at that time, as duty is'),
        reason: RouteReason.describe('Why'),
        rule: text.describe('The rows of the directory that lead there (rules.md)'),
        coverage: Coverage.describe('Whether the program covers it'),
        readers: count.describe('To how many handlers it is sealed'),
      }),
    )
    .describe('Every combination; empty where there are faults'),
  duty: z
    .array(
      z.strictObject({
        team: Slug.describe('A team that is not always on duty'),
        fallback: Slug.describe('And the one that takes its cases then'),
        team_off: z.array(span).describe('When nobody of the team is on duty'),
        both_off: z.array(span).describe('When nobody of the other one is either'),
      }),
    )
    .describe('Within the life of the directory'),
  holes: z
    .array(
      z.strictObject({
        code: z
          .enum([
            'nobody_in_fallback_team',
            'conflicts_in_fallback_team',
            'too_many_readers',
            'no_program_offered',
            'no_router',
            'no_alarm_at_deadline',
          ])
          .describe('What is missing'),
        where: text.describe('Of what'),
        at: Timestamp.describe('From when on'),
      }),
    )
    .describe('What reaches nobody'),
  faults: z
    .array(
      z.strictObject({
        pointer: Fault.shape.pointer.describe('Where in the directory (RFC 6901)'),
        code: Fault.shape.code.describe('What is wrong there'),
      }),
    )
    .describe('What is no directory at all'),
})

export const SubjectJson = z.strictObject({
  decoded: text.describe('The subject as a person reads it'),
  outcome: z.enum(['tagged', 'maybe', 'untagged', 'thread']).describe('How it is sorted'),
  programs: z.array(Slug).describe('Whose tag it carries; for maybe, may carry'),
  language: text.describe('A language tag; und where the line does not tell'),
})
