// From calendars to duty: shifts by the clock of a place become instants, for the life of one directory. Whoever reads the
// directory needs no table of time zones, and summer time is settled by what this machine knows when it is signed.
import type { Duty } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import type { Calendar, Weekday } from '../../schemas/organisation.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Span } from '../../src/core/routing/duty.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { type AheadBy, clockOfZone, instantOnClock } from './local-time.js'

const day = 86_400_000
/** Sunday first, as Date counts them. */
const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
/** Times of one entry of a directory at most (schemas/directory.ts). */
const maxTimes = 1000

/**
 * The duty of a directory that lasts from one instant until another. A team with a calendar and no shift in that time is
 * never on duty, which is said by an entry without times.
 * @throws Failure for a time zone or day that does not exist
 */
export function dutyOf(calendars: readonly Calendar[], life: Span): Duty[] {
  return calendars.flatMap(calendar => {
    const aheadBy = zoneOf(calendar)
    const byHandlers = new Map<string, { handlers: string[]; spans: Span[] }>()
    for (let at = life.from - 2 * day; at <= life.until + day; at += day)
      for (const shift of shiftsOn(calendar, at)) {
        const span = spanOf(aheadBy, Math.floor(at / day) * day, shift, life)
        if (span === null) continue
        const handlers = [...new Set(shift.handlers)].toSorted()
        const entry = byHandlers.get(handlers.join()) ?? { handlers, spans: [] }
        entry.spans.push(span)
        byHandlers.set(handlers.join(), entry)
      }
    const { team } = calendar
    if (byHandlers.size === 0) return [{ team, handlers: [], times: [] }]
    return [...byHandlers.values()].flatMap(({ handlers, spans }) =>
      inParts(merged(spans)).map(times => ({ team, handlers, times })),
    )
  })
}

function zoneOf({ team, zone, dated }: Calendar): AheadBy {
  const wrong = dated.find(({ day: named }) => {
    const at = Date.parse(`${named}T00:00:00Z`)
    return Number.isNaN(at) || !new Date(at).toISOString().startsWith(named)
  })
  if (wrong !== undefined)
    throw refused(
      safe`the calendar of ${team} has a day ${wrong.day}`,
      safe`there is no such day: correct it in organisation.json`,
    )
  try {
    return clockOfZone(zone)
  } catch {
    throw refused(
      safe`the calendar of ${team} has a time zone that this machine does not know: ${zone}`,
      safe`names are those of the IANA table, for example Asia/Ho_Chi_Minh or Europe/Berlin`,
    )
  }
}

type Shift = Pick<Calendar['weekly'][number], 'from' | 'until' | 'handlers'>

function shiftsOn({ weekly, dated }: Calendar, at: Instant): readonly Shift[] {
  const date = formatTimestamp(Math.max(at, 0)).slice(0, 10)
  const special = dated.filter(each => each.day === date)
  if (special.length > 0) return special.flatMap(({ shifts }) => shifts)
  const weekday = weekdays[new Date(at).getUTCDay()]
  return weekly.filter(({ days }) => weekday !== undefined && days.includes(weekday))
}

/** @returns null where nothing of it lies within the life */
function spanOf(aheadBy: AheadBy, midnight: number, shift: Shift, life: Span): Span | null {
  const { from, until } = shift
  const end = midnight + (until <= from ? day : 0)
  const begins = instantOnClock(aheadBy, midnight + millisecondsOf(from), 'earlier')
  const ends = instantOnClock(aheadBy, end + millisecondsOf(until), 'later')
  const span = { from: Math.max(begins, life.from), until: Math.min(ends, life.until) }
  return span.from < span.until ? span : null
}

function millisecondsOf(clock: string): number {
  return (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * 60_000
}

/** In order; what overlaps or touches is one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = []
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = found.at(-1)
    if (last === undefined || last.until < span.from) found.push(span)
    else found[found.length - 1] = { from: last.from, until: Math.max(last.until, span.until) }
  }
  return found
}

function inParts(spans: readonly Span[]): Duty['times'][] {
  const times = spans.map(({ from, until }) => ({
    from: formatTimestamp(from),
    until: formatTimestamp(until),
  }))
  const parts: Duty['times'][] = []
  for (let at = 0; at < times.length; at += maxTimes) parts.push(times.slice(at, at + maxTimes))
  return parts
}
