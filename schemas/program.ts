// A program as data: its form, languages, countries, tags, service levels, routing. The labels of shipped programs live
// in catalogue files (schemas/programs/<program>.<language>.ts); those of an organisation's own program stand in `words`.
import * as z from 'zod'
import { Country, Language, Region, Slug, Timestamp } from './encoding.js'
import { WayOut } from './way-out.js'

export const QuestionKey = z.string().regex(/^[a-z][a-z_]{0,39}$/)
export const OptionCode = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/)

const shared = {
  key: QuestionKey,
  required: z.boolean().describe('Must be answered; a way out is an answer'),
  ways_out: z.array(WayOut).max(3).default([]),
  shown_if: z
    .strictObject({ key: QuestionKey, any_of: z.array(OptionCode).min(1).max(20) })
    .optional()
    .describe('Shown only where another question of the same level has one of these codes'),
}

const single = [
  z.strictObject({
    ...shared,
    type: z.literal('one'),
    options: z.array(OptionCode).min(1).max(40),
    default: OptionCode.optional(),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('many'),
    options: z.array(OptionCode).min(1).max(40),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('text'),
    max_chars: z.int().min(1).max(10_000),
    lines: z.enum(['one', 'many']).default('many'),
  }),
  z.strictObject({ ...shared, type: z.literal('date') }),
  z.strictObject({ ...shared, type: z.literal('year') }),
  z.strictObject({ ...shared, type: z.literal('language') }),
  z.strictObject({ ...shared, type: z.literal('country') }),
  z.strictObject({ ...shared, type: z.literal('region') }),
  z.strictObject({
    ...shared,
    required: z.literal(false).describe('Files come only once the request has arrived'),
    type: z.literal('files'),
    max_files: z.int().min(1).max(50),
  }),
] as const

export const Field = z.discriminatedUnion('type', [...single])
export type Field = z.infer<typeof Field>

/** What holds fields takes no way out of its own: each of them has its own. */
const holding = {
  ...shared,
  ways_out: z.array(WayOut).max(0).default([]).describe('None: its fields have their own'),
  fields: z.array(Field).min(1).max(20),
}

export const Question = z
  .discriminatedUnion('type', [
    ...single,
    z.strictObject({ ...holding, type: z.literal('group') }),
    z.strictObject({ ...holding, type: z.literal('list'), max_rows: z.int().min(1).max(50) }),
  ])
  .meta({ id: 'Question', description: 'One question of a form' })
export type Question = z.infer<typeof Question>

export const Form = z
  .strictObject({
    version: z.int().min(1).max(100_000),
    questions: z.array(Question).min(1).max(60),
  })
  .meta({ id: 'Form', description: 'The questions of one stage, in order' })
export type Form = z.infer<typeof Form>

/** One rung of a ladder. `after_seconds` counts from arrival, on the database's clock. */
export const Rung = z
  .strictObject({
    after_seconds: z.int().min(1).max(31_536_000),
    kind: z.enum(['reminder', 'escalation', 'breach']),
    to: z.enum(['team', 'lead', 'director']),
    only: z.enum(['unclaimed', 'unanswered']),
  })
  .meta({ id: 'Rung', description: 'When whom to remind or alarm' })
export type Rung = z.infer<typeof Rung>

export const ServiceLevel = z
  .strictObject({
    first_response_seconds: z.int().min(1).max(31_536_000),
    addition_response_seconds: z.int().min(1).max(31_536_000),
    ladder: z.array(Rung).min(1).max(20).describe('In ascending order of after_seconds'),
    after_ladder: z
      .strictObject({
        every_seconds: z.int().min(1).max(604_800),
        to: z.enum(['team', 'lead', 'director']),
      })
      .optional()
      .describe(
        'After the last rung: whom to alarm how often, while nobody has answered. Absent: the directors, every 4 hours',
      ),
    longest_hold_seconds: z
      .int()
      .min(0)
      .max(2_678_400)
      .optional()
      .describe('How long all holds of one deadline may last together; 0: none. Absent: 3 days'),
  })
  .meta({ id: 'ServiceLevel', description: 'By when, and who is told on the way' })
export type ServiceLevel = z.infer<typeof ServiceLevel>

/** When a part of something counts. What is left out is without a limit of its own. */
export const Period = {
  valid_from: Timestamp.optional(),
  valid_until: Timestamp.optional().describe('The first instant at which it no longer counts'),
}

/** A row of routing: empty lists mean any. The first row that counts now and matches wins. */
export const RoutingRow = z
  .strictObject({
    languages: z.array(z.union([Language, z.literal('other')])).max(30),
    countries: z.array(z.union([Country, z.literal('unknown'), z.literal('not_covered')])).max(250),
    regions: z.array(Region).max(200).optional().describe('Parts of countries; none: all of them'),
    team: Slug,
    flag: z.enum(['language_not_handled', 'country_unknown', 'country_not_covered']).optional(),
    ...Period,
  })
  .meta({ id: 'RoutingRow', description: 'Which team a language and country reach' })
export type RoutingRow = z.infer<typeof RoutingRow>

export const Tag = z
  .strictObject({
    text: z.string().min(1).max(80),
    language: Language.nullable(),
    literal: z.boolean().describe('True: the very words of the organisation; false: a proposal'),
    gap: z
      .strictObject({ after: z.int().min(1).max(20), words: z.int().min(0).max(8) })
      .optional()
      .describe(
        'A phrase of two parts: after so many words (Chinese: characters) so many others may stand at most',
      ),
    ...Period,
  })
  .meta({
    id: 'Tag',
    description:
      'Words that stand in the subject of a mail. One word in capitals (PIL) counts in capitals only',
  })
export type Tag = z.infer<typeof Tag>

const Words = z.record(z.string().regex(/^[a-z][a-z0-9_.]{0,80}$/), z.string().min(1).max(400))

/** By the path of a question or field: `contact`, `contact.address`. Options by that path, then by code. */
export const ProgramWords = z
  .strictObject({
    labels: Words,
    why: Words.optional().describe('Why a question is asked'),
    options: z
      .record(
        z.string().regex(/^[a-z][a-z0-9_.]{0,80}$/),
        z.record(OptionCode, z.string().min(1).max(200)),
      )
      .optional(),
  })
  .meta({ id: 'ProgramWords', description: 'The words of a form in one language' })
export type ProgramWords = z.infer<typeof ProgramWords>

/** In each language what the pages say of a program. */
const Sentences = z.record(Language, z.string().min(1).max(400))

export const Program = z
  .strictObject({
    id: Slug,
    names: z.record(Language, z.string().min(1).max(120)),
    valid_from: Timestamp,
    valid_until: Timestamp.nullable(),
    languages: z
      .array(Language)
      .min(1)
      .max(30)
      .describe('Languages that the program is handled in'),
    countries: z.array(Country).max(250).describe('Countries that are covered'),
    regions: z
      .array(Region)
      .max(500)
      .optional()
      .describe('Parts that are covered of countries that are not covered as a whole'),
    form: Form,
    more: Form.nullable().describe('Asked only after a first answer, as an addition'),
    words: z
      .record(Language, ProgramWords)
      .optional()
      .describe(
        'Words of its forms, where the pages do not bring them; a language that is missing: English',
      ),
    tags: z.array(Tag).max(100),
    service_level: ServiceLevel,
    promise: Sentences.describe('The sentence shown when the request is sent; the case keeps it'),
    for_whom: Sentences.optional().describe('Whom it is for, shown before the questions'),
    out_of_scope: Sentences.optional().describe(
      'What it cannot do, shown before the questions. Absent: nothing is said of it',
    ),
    routing: z.array(RoutingRow).min(1).max(200),
    fallback_team: Slug.describe('Reads what no row or nobody else can'),
    slip: z.enum(['sealed', 'none']).describe("'none': the router learns nothing, handlers triage"),
    retention_days: z.int().min(1).max(3650).describe('From the close of a case to its purge'),
  })
  .meta({ id: 'Program', description: 'A support scheme' })
export type Program = z.infer<typeof Program>
