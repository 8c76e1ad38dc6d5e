// An opened case as lines for a terminal: where it stands, what does not fit, what was asked, what came since.
import type { CaseDetail } from '../../schemas/case.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Desk } from '../client/desk.js'
import type { Printer } from '../terminal/printer.js'
import { joined, type Safe, safe, wrapped } from '../terminal/safe.js'
import { dueWords, timeWords } from '../terminal/time-words.js'
import { attachmentLines } from './attachments.js'
import { block, formLines, type Words } from './form-lines.js'
import type { CheckedEvent, CheckedHistory } from './history.js'
import type { OpenedCase } from './opened-case.js'
import type { OpenedAddition, OpenedNote } from './opened-parts.js'

export function caseLines(desk: Desk, opened: OpenedCase, words: Words): Safe[] {
  const { printer } = desk.station
  const { sealed, parts, history, warnings } = opened
  const { content, detail } = sealed
  const program = desk.directory.directory.programs.find(({ id }) => id === content.program)
  return [
    printer.style.bold(safe`case ${detail.case.id}`),
    ...standing(desk, detail, content.language),
    ...warnings.flatMap(({ quoted, words: said }) => [
      printer.style.yellow(wrapped(safe`warning: ${said}`, printer.columns, '  ')),
      ...(quoted === null ? [] : [block(printer, quoted)]),
    ]),
    ...headed(printer, 'REQUEST', [
      ...formLines(printer, program?.form ?? null, content.answers, words),
      ...attachmentLines(printer, content.attachments),
    ]),
    ...headed(
      printer,
      'ADDITIONS',
      parts.additions.flatMap(addition =>
        additionLines(printer, addition, program?.more ?? null, words),
      ),
    ),
    ...headed(
      printer,
      'REPLIES',
      parts.replies.flatMap(reply => noteLines(printer, reply)),
    ),
    ...headed(
      printer,
      'NOTES',
      parts.notes.flatMap(note => noteLines(printer, note)),
    ),
    ...headed(printer, 'HISTORY', historyLines(printer, history)),
  ]
}

export function historyLines(printer: Printer, history: CheckedHistory): Safe[] {
  return history.events.flatMap(event => eventLines(printer, event))
}

function standing(desk: Desk, detail: CaseDetail, language: string): Safe[] {
  const { case: summary, outcome } = detail
  const due = summary.due_at === null ? null : parseTimestamp(summary.due_at)
  return [
    row(
      'state',
      joined(
        [
          safe`${summary.state}`,
          ...(summary.claimed_by === null ? [] : [safe` by ${summary.claimed_by}`]),
          ...(outcome === null ? [] : [safe` (${outcome.replaceAll('_', ' ')})`]),
        ],
        '',
      ),
    ),
    row('program', safe`${summary.program ?? '-'}, team ${summary.team ?? '-'}`),
    wrapped(row('why', whyWords(summary)), desk.station.printer.columns, ' '.repeat(14)),
    row('coverage', safe`${summary.coverage.replaceAll('_', ' ')}`),
    row('received', safe`${timeWords(summary.received_at)} by ${summary.channel}`),
    row(
      'answer due',
      summary.due_at === null
        ? safe`nothing is owed`
        : safe`${timeWords(summary.due_at)} (${dueWords(due, desk.station.now())})`,
    ),
    ...holdRow(summary),
    row('answer in', safe`${language}`),
  ]
}

function holdRow({ hold }: CaseDetail['case']): Safe[] {
  if (hold === null) return []
  const reason = hold.reason.replaceAll('_', ' ')
  const by =
    hold.confirmed_by === null
      ? safe`asked by ${hold.asked_by}, not confirmed`
      : safe`by ${hold.asked_by} and ${hold.confirmed_by}`
  return [row('held until', safe`${timeWords(hold.until)} (${reason}), ${by}`)]
}

/** Why the case is with this team: a code, the rows that lead there, and the directory in which they stand. */
function whyWords({ reason, routed_directory_version, rule }: CaseDetail['case']): Safe {
  const code = safe`${reason === null ? '-' : reason.replaceAll('_', ' ')}`
  if (rule === null || routed_directory_version === null) return code
  return safe`${code} (${rule}; directory ${routed_directory_version})`
}

function row(name: string, value: Safe): Safe {
  return safe`  ${name.padEnd(12)}${value}`
}

function headed(printer: Printer, head: string, lines: readonly Safe[]): Safe[] {
  return lines.length === 0 ? [] : [safe``, printer.style.dim(safe`${head}`), ...lines]
}

function additionLines(
  printer: Printer,
  { at, content }: OpenedAddition,
  form: Parameters<typeof formLines>[1],
  words: Words,
): Safe[] {
  const head = printer.style.bold(safe`${timeWords(at)}`)
  if (typeof content === 'string') return [head, safe`  not shown: ${content.replaceAll('_', ' ')}`]
  return [
    head,
    ...(content.text === '' ? [] : [block(printer, content.text)]),
    ...(content.answers === null ? [] : formLines(printer, form, content.answers, words)),
    ...attachmentLines(printer, content.attachments),
  ]
}

function noteLines(printer: Printer, { at, by, content, signature }: OpenedNote): Safe[] {
  const doubt =
    signature === 'unproven' ? safe`, NOT PROVEN: signed by a key that has left` : safe``
  const head = printer.style.bold(safe`${timeWords(at)}, ${by}${doubt}`)
  if (typeof content === 'string') return [head, safe`  not shown: ${content.replaceAll('_', ' ')}`]
  return [head, block(printer, content.text)]
}

/** What the service writes as a detail: within brackets it passes for nothing else. */
const plainDetail = /^[\w :,.-]{1,80}$/
/** As wide as a time: where an entry goes on. */
const underTime = ' '.repeat(24)

function eventLines(printer: Printer, { event, signature }: CheckedEvent): Safe[] {
  const detail = detailOf(event)
  const isPlain = plainDetail.test(detail)
  const what = safe`${event.kind.replaceAll('_', ' ')}${isPlain ? ` (${detail.replaceAll('_', ' ')})` : ''}`
  const who = event.handler === null ? safe`` : safe` by ${event.handler}`
  const standings = event.kind === 'deleted' ? deletionStandings : actStandings
  const entry = wrapped(safe`${what}${who}${standings[signature]}`, printer.columns, underTime)
  const line = safe`  ${timeWords(event.at)}  ${entry}`
  const isSound = signature === 'verified' || (signature === 'none' && event.kind !== 'deleted')
  return [
    isSound ? line : printer.style.yellow(line),
    ...(isPlain || detail === '' ? [] : [block(printer, detail)]),
  ]
}

function detailOf({ detail, kind }: CheckedEvent['event']): string {
  // The detail of an addition is its id, that of a deletion a signature: they say nothing to a person.
  if (detail === null || kind === 'addition' || kind === 'deleted') return ''
  // That of an answer that came back begins with its id.
  return kind === 'undelivered' ? detail.split(' ').slice(1).join(', ') : detail
}

type Standings = Readonly<Record<CheckedEvent['signature'], Safe>>

const actStandings: Standings = {
  none: safe``,
  verified: safe`, signed`,
  false: safe`, NOT SIGNED BY THEM`,
  unproven: safe`, NOT PROVEN: signed by a key that has left`,
}

const notByHolder = safe`, NOT BY WHO HAS THE RECEIPT CODE`

const deletionStandings: Standings = {
  none: notByHolder,
  verified: safe`, by who has the receipt code`,
  false: notByHolder,
  unproven: safe`, NOT PROVEN: the case was never opened on this machine`,
}
