// What `khancap` prints of cases with `--json`: every key, with what it says. Tests hold all that is printed to it, and
// `npm run docs` writes the list in docs/cli.md from it.
import * as z from 'zod'
import {
  CaseEvent,
  CaseList,
  CaseSummary,
  Coverage,
  EventKind,
  Hold,
  LetterState,
  RouteReason,
} from '../case.js'
import { LetterKey } from '../draft.js'
import { CaseId, Slug, Timestamp } from '../encoding.js'
import { Channel } from '../sealed.js'
import { count, text } from './pieces.js'

const PrintedHold = z
  .strictObject({
    until: Hold.shape.until.describe('Its end'),
    reason: Hold.shape.reason.describe('Why the answer waits'),
    asked_by: Hold.shape.asked_by.describe('The handler who asked for it'),
    confirmed_by: Hold.shape.confirmed_by.describe(
      'The handler who confirmed it; null while it is only asked for: the clock runs',
    ),
  })
  .meta({ id: 'PrintedHold', title: 'a hold' })

export const PrintedCase = z
  .strictObject({
    ...CaseSummary.shape,
    id: CaseId.describe('All of its id'),
    state: CaseSummary.shape.state.describe('Where the work stands'),
    program: Slug.nullable().describe('The program that it runs as; null: not known yet'),
    team: Slug.nullable().describe('Whose inbox it is in; null: not routed yet'),
    reason: RouteReason.nullable().describe('Why it came to that team; null: not routed yet'),
    rule: text
      .nullable()
      .describe('The rows of the directory that lead there (rules.md); null where none did'),
    routed_directory_version: z
      .int()
      .nullable()
      .describe('The number of the directory in which they stand'),
    coverage: Coverage.describe('Whether the program covers it'),
    channel: Channel.describe('How it came'),
    received_at: Timestamp.describe('When it came'),
    due_at: Timestamp.nullable().describe('By when an answer is owed; null: none is owed now'),
    overdue: z.boolean().describe('That instant has passed'),
    claimed_by: Slug.nullable().describe('The handler who works on it; null: nobody'),
    answered_at: Timestamp.nullable().describe('When it was answered first; null: not yet'),
    letter: LetterState.nullable().describe(
      'What became of the last answer by mail; null: it did not leave by mail',
    ),
    unread_additions: count.describe(
      'How many additions no answer has followed that was written with them in sight',
    ),
    hold: PrintedHold.nullable().describe('What lets the clock wait; null: nothing'),
    readable: z.boolean().describe('It is sealed to you, as far as the server knows'),
  })
  .meta({ id: 'PrintedCase', title: 'a case' })

const PrintedEvent = z
  .strictObject({
    number: CaseEvent.shape.number,
    kind: EventKind.describe('What happened'),
    at: Timestamp.describe('When, as the server says'),
    handler: Slug.nullable().describe('Who did it; null: no handler'),
    detail: text.nullable().describe('A code: outcome, way, rule, rung; null where there is none'),
    signature: z
      .enum(['verified', 'unproven', 'false', 'none'])
      .describe(
        'Of who did it; none: an event that nobody signs. Of a deletion: of who has the receipt code, unproven where the case was never opened on this machine',
      ),
  })
  .meta({ id: 'PrintedEvent', title: 'an event' })

/** Of `history`, and of a case that is opened. */
export const printedHistory = {
  broken_at: z
    .int()
    .min(1)
    .nullable()
    .describe('The number of the first event that does not fit into the chain; null: all do'),
  events: z.array(PrintedEvent).describe('The first one first'),
}

/** Every act on one case. */
export const ActJson = z.strictObject({ case: PrintedCase.describe('As it is afterwards') })

/** `reply` */
export const ReplyJson = ActJson.extend({
  letter: z
    .strictObject({
      to: text.describe('The address'),
      subject: text.describe('Its subject'),
      sealed_with: z
        .strictObject({
          kind: LetterKey.shape.kind.describe('What kind of key'),
          fingerprint: text.describe('Of the OpenPGP key; or the whole age recipient'),
          source: LetterKey.shape.source.describe('Where the mail brings it'),
          mail: LetterKey.shape.mail.describe('Which mail brings it'),
          inside: LetterKey.shape.inside,
        })
        .nullable()
        .describe('The key that it is sealed to; null: it leaves in the clear'),
    })
    .optional()
    .describe('Only of an answer that leaves by mail'),
})

/** `add-reader`, of several cases */
export const HandOverJson = z.strictObject({
  reader: Slug.describe('Who is let in'),
  cases: z
    .array(
      z.strictObject({
        case: CaseId.describe('Which case'),
        outcome: z
          .enum([
            'let_in',
            'was_in',
            'would_be_let_in',
            'conflict_of_interest',
            'not_sealed_to_you',
            'failed',
          ])
          .describe('What became of it'),
      }),
    )
    .describe('Each open case that is meant'),
})

/** `inbox` */
export const InboxJson = z.strictObject({
  now: Timestamp.describe("The server's clock; in a bundle, that of this machine"),
  cases: z.array(PrintedCase).describe('By due time'),
  next: CaseList.shape.next.describe('What --after takes to go on; null: there are no more'),
})

/** A line of `watch`. */
export const WatchJson = InboxJson.extend({
  news: z
    .array(
      z.strictObject({
        case: CaseId.describe('Which case'),
        kind: z
          .enum(['came_in', 'addition', 'undelivered', 'soon', 'overdue'])
          .describe('What has happened since the line before'),
      }),
    )
    .describe('Empty in the first line'),
})

/** A line of `watch` where the server did not answer. */
export const WatchFailureJson = z.strictObject({
  failure: text.describe('A sentence'),
  hint: text.nullable().describe('What to do, or null'),
  retry_seconds: count.describe('In how many seconds it is tried again'),
})

/** `history` */
export const HistoryJson = z.strictObject({
  case: CaseId.describe('All of its id'),
  ...printedHistory,
})
