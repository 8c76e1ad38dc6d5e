// `khancap inbox`: the cases of this handler's teams by due time, with the time left by the server's clock.
import type { CaseList, CaseSummary } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { expectKnownIn, type InboxFilter, queryOf } from '../case/inbox-query.js'
import {
  dueOf,
  lettersNeeded,
  maxNote,
  noteOn,
  pressed,
  pressureOn,
  shortName,
} from '../case/inbox-row.js'
import { openDesk } from '../client/desk.js'
import { inboxLimit } from '../commands/choices.js'
import { misused, noHint } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { joined, type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'
import { table } from '../terminal/table.js'
import { pressingWords } from '../terminal/time-words.js'
import { widthOf } from '../terminal/width.js'

export interface InboxOptions extends VerbOptions, InboxFilter {
  readonly limit: string
  readonly after?: string
}

export async function showInbox(station: Station, options: InboxOptions): Promise<void> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw misused(safe`--limit takes a number from 1 to 200`, noHint)
  const query = queryOf(options, limit)
  const desk = await openDesk(station, options)
  await expectKnownIn(desk, query)
  const list = await desk.cases.list({
    ...query,
    ...(options.after === undefined ? {} : { after: options.after }),
  })
  if (options.json === true) station.printer.json(list)
  else print(station.printer, list, options)
}

function print(printer: Printer, list: CaseList, options: InboxOptions): void {
  if (list.cases.length === 0) return printer.say(safe`no cases`)
  const now = parseTimestamp(list.now)
  const columns = columnsFor(list.cases, now, printer.columns)
  const row = (cell: (column: Column) => Safe) => columns.map(cell)
  const used = columns
    .slice(0, -1)
    .reduce((sum, column) => sum + widthIn(column, list.cases) + 2, 0)
  const noteWidth = Math.max(leastNote, printer.columns - used)
  const note = columns.at(-1)
  const isWide = note !== undefined && widthIn(note, list.cases) > noteWidth
  printer.out(
    table(
      row(({ name }) => printer.style.dim(safe`${name}`)),
      list.cases.map(one =>
        row(({ cell, name }) =>
          name === 'TIME LEFT'
            ? pressed(printer.style, pressureOn(one, now), cell(one))
            : cell(one),
        ),
      ),
      isWide ? columns.map((_, at) => (at === columns.length - 1 ? noteWidth : null)) : [],
    ),
  )
  if (list.next !== null) printer.say(safe`there are more: ${nextPage(options, list.next)}`)
}

interface Column {
  readonly name: string
  readonly cell: (one: CaseSummary) => Safe
}

/** A note is broken at words; few are longer. */
const leastNote = 8

/** As many columns as fit beside the notes: first names are shortened, then the program is left out, the team, who has it. */
function columnsFor(cases: readonly CaseSummary[], now: Instant, room: number): readonly Column[] {
  const letters = lettersNeeded(cases)
  const columns = (nameOf: typeof wholeName): readonly Column[] => [
    { name: 'CASE', cell: one => safe`${one.id.slice(0, letters)}` },
    { name: 'TIME LEFT', cell: one => safe`${pressingWords(dueOf(one), now)}` },
    { name: 'STATE', cell: one => safe`${one.state}` },
    { name: 'PROGRAM', cell: one => nameOf(one.program) },
    { name: 'TEAM', cell: one => nameOf(one.team) },
    { name: 'BY', cell: one => nameOf(one.claimed_by) },
    { name: 'NOTE', cell: noteOn },
  ]
  const short = columns(shortName)
  const without = (...names: readonly string[]) => short.filter(({ name }) => !names.includes(name))
  const few = without('PROGRAM', 'TEAM', 'BY')
  const wanted = [columns(wholeName), short, without('PROGRAM'), without('PROGRAM', 'TEAM'), few]
  const fits = (some: readonly Column[], note: number) =>
    room >=
    some.reduce((sum, column) => {
      const width = widthIn(column, cases)
      return sum + (column.name === 'NOTE' ? Math.min(note, width) : width + 2)
    }, 0)
  const found = wanted.find(some => fits(some, maxNote))
  return found ?? (fits(few, leastNote) ? few : few.filter(({ name }) => name !== 'STATE'))
}

function wholeName(name: string | null): Safe {
  return safe`${name ?? '-'}`
}

function widthIn({ cell, name }: Column, cases: readonly CaseSummary[]): number {
  return Math.max(widthOf(name), ...cases.map(one => widthOf(cell(one).text)))
}

/** The line that shows the next page of the same list. */
function nextPage(options: InboxOptions, cursor: string): Safe {
  const { all, bundle, due, limit, mine, program, team } = options
  return joined(
    [
      safe`khancap inbox`,
      ...(all === true ? [safe`--all`] : []),
      ...(mine === true ? [safe`--mine`] : []),
      ...(team === undefined ? [] : [safe`--team ${shellWord(team, 'TEAM')}`]),
      ...(program === undefined ? [] : [safe`--program ${shellWord(program, 'PROGRAM')}`]),
      ...(due === undefined ? [] : [safe`--due ${due}`]),
      ...(limit === inboxLimit ? [] : [safe`--limit ${limit}`]),
      ...(bundle === undefined ? [] : [safe`--bundle ${shellWord(bundle, 'FILE')}`]),
      safe`--after ${shellWord(cursor, 'CURSOR')}`,
    ],
    ' ',
  )
}
