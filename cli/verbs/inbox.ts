// `khancap inbox`: the cases of this handler's teams by due time, with the time left by the server's clock.
import type { CaseList, CaseScope, CaseSummary } from '../../schemas/case.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { openDesk } from '../client/desk.js'
import { misused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { joined, type Safe, safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'
import { dueWords, timeWords } from '../terminal/time-words.js'

export interface InboxOptions extends VerbOptions {
  readonly all?: true
  readonly mine?: true
  readonly limit: string
  readonly after?: string
}

/** Below this the time left stands out. */
const soonMs = 4 * 3_600_000
const shownLetters = 8

export async function showInbox(station: Station, options: InboxOptions): Promise<void> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw misused(safe`--limit takes a number from 1 to 200`)
  if (options.all === true && options.mine === true)
    throw misused(safe`--all and --mine exclude each other`)
  const scope: CaseScope = options.all === true ? 'all' : options.mine === true ? 'mine' : 'open'
  const { cases } = await openDesk(station, options)
  const list = await cases.list({
    scope,
    limit,
    ...(options.after === undefined ? {} : { after: options.after }),
  })
  if (options.json === true) station.printer.json(list)
  else print(station.printer, list)
}

function print(printer: Printer, list: CaseList): void {
  if (list.cases.length === 0) return printer.say(safe`no cases`)
  const now = parseTimestamp(list.now)
  const letters = lettersNeeded(list.cases)
  printer.out(
    table(
      ['CASE', 'TIME LEFT', 'STATE', 'PROGRAM', 'TEAM', 'BY', 'NOTE'].map(word =>
        printer.style.dim(safe`${word}`),
      ),
      list.cases.map(one => [
        safe`${one.id.slice(0, letters)}`,
        timeLeft(printer, one, now),
        safe`${one.state}`,
        safe`${one.program ?? '-'}`,
        safe`${one.team ?? '-'}`,
        safe`${one.claimed_by ?? '-'}`,
        noteOn(printer, one),
      ]),
    ),
  )
  if (list.next !== null) printer.say(safe`there are more: khancap inbox --after ${list.next}`)
}

function timeLeft(printer: Printer, one: CaseSummary, now: number): Safe {
  const due = one.due_at === null ? null : parseTimestamp(one.due_at)
  const words = safe`${dueWords(due, now)}`
  if (due === null) return words
  if (due <= now) return printer.style.red(words)
  return due - now < soonMs ? printer.style.yellow(words) : words
}

function noteOn(printer: Printer, one: CaseSummary): Safe {
  const notes = [
    ...(one.unread_additions > 0 ? [printer.style.bold(safe`${one.unread_additions} new`)] : []),
    ...(one.reason !== null && one.reason !== 'routing_row'
      ? [safe`${one.reason.replaceAll('_', ' ')}`]
      : []),
    ...holdNote(one),
    ...(one.readable ? [] : [safe`not sealed to you`]),
  ]
  return joined(notes, ', ')
}

function holdNote({ hold }: CaseSummary): Safe[] {
  if (hold === null) return []
  return hold.confirmed_by === null
    ? [safe`${hold.asked_by} asks to hold it`]
    : [safe`held until ${timeWords(hold.until)}`]
}

/** Letters that tell all cases of the page apart. */
function lettersNeeded(cases: readonly CaseSummary[]): number {
  for (let letters = shownLetters; letters < 26; letters++)
    if (new Set(cases.map(({ id }) => id.slice(0, letters))).size === cases.length) return letters
  return 26
}
