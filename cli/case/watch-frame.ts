// What `khancap watch` shows: the head with the state of the line, the cases, the news. Nothing of an applicant's.
import type { CaseList, CaseSummary } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Style } from '../terminal/printer.js'
import { fitted, joined, type Safe, safe } from '../terminal/safe.js'
import { countdownWords, spanWords } from '../terminal/time-words.js'
import { widthOf } from '../terminal/width.js'
import type { News, NewsKind } from './inbox-news.js'
import {
  dueOf,
  lettersNeeded,
  maxNote,
  noteOn,
  pressed,
  pressureOn,
  shortName,
} from './inbox-row.js'

export type Line =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | {
      readonly state: 'lost'
      readonly since: Instant
      readonly retryAt: Instant
      readonly sentence: Safe
      /** What to do about it; null where nothing is known. */
      readonly hint: Safe | null
    }

export interface WatchView {
  readonly organisation: string
  /** The last list that came; null before the first. */
  readonly list: CaseList | null
  readonly line: Line
  readonly news: readonly (News & { readonly at: Instant })[]
  /** The first case that is shown. */
  readonly from: number
  /** By the server's clock, as far as it is known. */
  readonly now: Instant
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Lines around the cases: head, line, why it is lost, names of the columns, and below them news and keys. */
const linesAround = 6

export const newsWords: Readonly<Record<NewsKind, string>> = {
  came_in: 'came in',
  addition: 'has a new addition',
  undelivered: 'has an answer that may not have arrived',
  soon: 'is due soon',
  overdue: 'is overdue',
}

/** Cases that fit. */
export function casesShown({ rows }: Size, line: Line): number {
  return Math.max(1, rows - linesAround - hintOn(line).length)
}

/** A line of its own: cut off, it would help nobody. */
function hintOn(line: Line): readonly Safe[] {
  return line.state === 'lost' && line.hint !== null ? [safe`hint: ${line.hint}`] : []
}

export function watchFrame(view: WatchView, size: Size, style: Style): Safe[] {
  const { columns, rows } = size
  const row = (words: Safe) => fitted(words, columns)
  const cases = view.list?.cases ?? []
  const shown = cases.slice(view.from, view.from + casesShown(size, view.line))
  const hints = hintOn(view.line)
  const body =
    view.list !== null && cases.length === 0
      ? [row(safe``), row(safe`no cases`)]
      : caseRows(shown, cases, view.now, columns, style)
  const filling = Math.max(0, rows - linesAround - hints.length + 1 - body.length)
  return [
    style.bold(row(safe`${view.organisation}: ${countWords(view)}`)),
    lineWords(view, columns, style),
    row(view.line.state === 'lost' ? view.line.sentence : safe``),
    ...hints.map(row),
    ...body,
    ...Array.from({ length: filling }, () => row(safe``)),
    newsLine(view, columns, style),
    style.dim(
      row(safe`q quit   r ask now   arrows, space: more   ${shownWords(view, shown.length)}`),
    ),
  ]
}

function countWords({ list, now }: WatchView): string {
  if (list === null) return 'inbox'
  const pressing = list.cases.map(one => pressureOn(one, now))
  const overdue = pressing.filter(one => one === 'overdue').length
  const soon = pressing.filter(one => one === 'soon').length
  const many = `${list.cases.length}${list.next === null ? '' : ' or more'}`
  return `${many} ${many === '1' ? 'case' : 'cases'}, ${overdue} overdue, ${soon} due soon`
}

function shownWords({ from, list }: WatchView, shown: number): string {
  const all = list?.cases.length ?? 0
  return shown < all ? `${from + 1} to ${from + shown} of ${all}` : ''
}

function lineWords({ line, list, now }: WatchView, columns: number, style: Style): Safe {
  const clock = safe`${clockWords(now)} UTC`
  if (line.state === 'connecting') return fitted(safe`${clock}  connecting...`, columns)
  if (line.state === 'connected') return style.green(fitted(safe`${clock}  connected`, columns))
  const old = list === null ? safe`` : safe`, shown is ${list.now.slice(11, 16)} UTC`
  const again = Math.max(0, Math.ceil((line.retryAt - now) / 1000))
  const words = safe`${clock}  NOT CONNECTED for ${spanWords(now - line.since)}${old}, again in ${again} s`
  return style.red(fitted(words, columns))
}

function clockWords(now: Instant): string {
  return formatTimestamp(now - (now % 1000)).slice(11, 19)
}

interface Column {
  readonly name: string
  readonly cell: (one: CaseSummary) => Safe
}

function caseRows(
  shown: readonly CaseSummary[],
  all: readonly CaseSummary[],
  now: Instant,
  room: number,
  style: Style,
): Safe[] {
  const letters = lettersNeeded(all)
  // In the order in which a narrow terminal does without them, from the right.
  const wanted: readonly Column[] = [
    { name: 'CASE', cell: one => safe`${one.id.slice(0, letters)}` },
    { name: 'TIME LEFT', cell: one => safe`${countdownWords(dueOf(one), now)}` },
    { name: 'STATE', cell: one => safe`${one.state}` },
    { name: 'BY', cell: one => shortName(one.claimed_by) },
    { name: 'TEAM', cell: one => shortName(one.team) },
    { name: 'PROGRAM', cell: one => shortName(one.program) },
  ]
  // Wide enough for all cases, not only for those on the screen: nothing moves while somebody scrolls.
  const widths = wanted.map(({ cell, name }) =>
    Math.max(widthOf(name), ...all.map(one => widthOf(cell(one).text))),
  )
  let kept = wanted.length
  const used = () => widths.slice(0, kept).reduce((sum, width) => sum + width + 2, 0)
  const notes = all.map(one => widthOf(noteOn(one).text))
  const noteNeeds = Math.min(maxNote, Math.max(widthOf('NOTE'), ...notes))
  while (kept > 2 && used() + noteNeeds > room) kept--
  const columns = wanted.slice(0, kept)
  const noteWidth = Math.max(0, room - used())
  const row = (cells: readonly Safe[], note: Safe) =>
    fitted(
      joined(
        [...cells.map((cell, at) => fitted(cell, widths[at] ?? 0)), fitted(note, noteWidth)],
        '  ',
      ),
      room,
    )
  return [
    style.dim(
      row(
        columns.map(({ name }) => safe`${name}`),
        safe`NOTE`,
      ),
    ),
    ...shown.map(one =>
      pressed(
        style,
        pressureOn(one, now),
        row(
          columns.map(({ cell }) => cell(one)),
          noteOn(one),
        ),
      ),
    ),
  ]
}

function newsLine({ list, news }: WatchView, columns: number, style: Style): Safe {
  const letters = lettersNeeded(list?.cases ?? [])
  const [last, ...before] = news.toReversed()
  if (last === undefined) return fitted(safe``, columns)
  const more = before.length === 0 ? safe`` : safe` (and ${before.length} more before)`
  const words = safe`${clockWords(last.at).slice(0, 5)} UTC  ${last.case.slice(0, letters)} ${newsWords[last.kind]}${more}`
  return style.bold(fitted(words, columns))
}
