// A case as a line of the inbox: no content of the applicant's, only where the work stands.
import type { CaseSummary } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Style } from '../terminal/printer.js'
import { joined, type Safe, safe } from '../terminal/safe.js'
import { type Pressure, pressureOf, timeWords } from '../terminal/time-words.js'

/** A name of a handler, team or program is shortened to this where there is little room. */
const maxName = 14
/** The note is worth more than team and program, up to this width. */
export const maxNote = 24
const shownLetters = 8
const idLetters = 26

export function dueOf({ due_at }: CaseSummary): Instant | null {
  return due_at === null ? null : parseTimestamp(due_at)
}

export function pressureOn(one: CaseSummary, now: Instant): Pressure {
  return pressureOf(dueOf(one), now)
}

export function pressed(style: Style, pressure: Pressure, words: Safe): Safe {
  return { none: safe`${words}`, soon: style.yellow(words), overdue: style.red(words) }[pressure]
}

/** What is special about a case; empty where nothing is. */
export function noteOn(one: CaseSummary): Safe {
  const notes = [
    ...(one.letter === 'undelivered' ? [safe`answer may be lost`] : []),
    ...(one.letter === 'waiting' ? [safe`answer not sent yet`] : []),
    ...(one.unread_additions > 0 ? [safe`${one.unread_additions} new`] : []),
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

export function shortName(name: string | null): Safe {
  if (name === null) return safe`-`
  return name.length <= maxName ? safe`${name}` : safe`${name.slice(0, maxName - 1)}…`
}

/** Letters that tell all cases of the page apart. */
export function lettersNeeded(cases: readonly CaseSummary[]): number {
  for (let letters = shownLetters; letters < idLetters; letters++)
    if (new Set(cases.map(({ id }) => id.slice(0, letters))).size === cases.length) return letters
  return idLetters
}
