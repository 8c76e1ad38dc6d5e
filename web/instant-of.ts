// When a date of the applicant's is, on the clock of the place that they named.
import type { Instant } from '../schemas/encoding.js'
import type { PartialDate } from '../schemas/sealed.js'
import { minutesAhead } from './offset-zone.js'

/** Milliseconds that a place's clock is ahead of UTC at a whole minute. */
function aheadBy(zone: string, at: Instant): number {
  const minutes = minutesAhead(zone)
  if (minutes !== null) return minutes * 60_000
  const shown = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour12: false,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(new Date(at))
  const part = (type: string) => Number(shown.find(one => one.type === type)?.value)
  const clock = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour') % 24,
    part('minute'),
  )
  return clock - at
}

/** @returns null for a month or a year, and outside of 1970 to 9999; the start of the day where no time is known */
export function instantOf(date: PartialDate): Instant | null {
  if (date.date.length !== 10) return null
  const clock = Date.parse(`${date.date}T${date.time ?? '00:00'}:00Z`)
  if (Number.isNaN(clock) || clock < 86_400_000) return null
  try {
    const guess = clock - aheadBy(date.zone ?? 'UTC', clock)
    return clock - aheadBy(date.zone ?? 'UTC', guess)
  } catch {
    return clock
  }
}
