// Instants as text and back, without the platform's calendar: proleptic Gregorian, UTC, whole seconds.
import type { Instant, Timestamp } from '../../../schemas/encoding.js'

const msPerHour = 3_600_000
const msPerDay = 86_400_000
const last: Instant = 253_402_300_799_999

const two = (value: number) => String(value).padStart(2, '0')

/** Days from 1970-01-01 to a civil date. Howard Hinnant, "chrono-compatible low-level date algorithms". */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function civilFromDays(days: number): string {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/**
 * An instant as RFC 3339 text; parts of a second are cut off.
 * @throws RangeError outside 1970 to 9999
 */
export function formatTimestamp(at: Instant): Timestamp {
  if (!(at >= 0 && at <= last)) throw new RangeError('"at" expected instant from 1970 to 9999')
  const days = Math.floor(at / msPerDay)
  const seconds = Math.floor((at - days * msPerDay) / 1000)
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return `${civilFromDays(days)}T${time}Z`
}

/**
 * Reads a timestamp. Only dates that exist, 1970 to 9999.
 * @throws RangeError on anything else
 */
export function parseTimestamp(text: Timestamp): Instant {
  const part = (from: number, to: number) => Number(text.slice(from, to))
  const days = daysFromCivil(part(0, 4), part(5, 7), part(8, 10))
  const time = part(11, 13) * msPerHour + part(14, 16) * 60_000 + part(17, 19) * 1000
  const at = days * msPerDay + time
  if (at < 0 || formatTimestamp(at) !== text)
    throw new RangeError('"text" expected a date that exists')
  return at
}

/** The Monday, UTC, with which the week of an instant began. 1970-01-05 was one. */
export function floorToWeek(at: Instant): Instant {
  const first = 4 * msPerDay
  return Math.floor((at - first) / (7 * msPerDay)) * 7 * msPerDay + first
}

/** The full hour in which an instant lies. */
export function floorToHour(at: Instant): Instant {
  return Math.floor(at / msPerHour) * msPerHour
}

/** The first full hour that is not before an instant: a deadline told in hours is never before the one that runs. */
export function ceilToHour(at: Instant): Instant {
  return Math.ceil(at / msPerHour) * msPerHour
}
