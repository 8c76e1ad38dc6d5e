// Instants on the clock of the device, and days of the calendar, in the words of the page's language.
import type { Timestamp } from '../schemas/encoding.js'
import { localeOf } from './locale.js'

/** A day of the calendar, wherever the device is. */
export function localDay(at: Timestamp, language: string): string {
  return new Date(at).toLocaleDateString(localeOf(language), {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone: 'UTC',
  })
}

/** A year, a month or a day, as much of it as somebody knows; as it was typed where it is none. */
export function localDate(date: string, language: string): string {
  const [year = '', month, day] = date.split('-')
  const at = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`)
  // Some browsers take the 31st of February for a day in March.
  if (!/^\d{4}$/.test(year) || !(at.toJSON() ?? '').startsWith(date)) return date
  return at.toLocaleDateString(localeOf(language), {
    year: 'numeric',
    ...(month === undefined ? {} : { month: 'long' }),
    ...(day === undefined ? {} : { day: 'numeric' }),
    timeZone: 'UTC',
  })
}

/** In Chinese no comma stands between day and hour, and brackets are wide. */
export function hourOfDay(day: string, time: string, zone: string): string {
  return day.includes('年') ? `${day} ${time}（${zone}）` : `${day}, ${time} (${zone})`
}

/** @param there a zone other than the device's, and what it is called */
export function localTime(
  at: Timestamp,
  language: string,
  there?: { readonly timeZone: string; readonly name: string },
): string {
  const locale = localeOf(language)
  const instant = new Date(at)
  const timeZone = there?.timeZone
  const day = instant.toLocaleDateString(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone,
  })
  // From 0 to 23 everywhere: an hour of the night must not be taken for one of the day.
  const time = instant.toLocaleTimeString('en-GB', {
    timeZone,
    hour12: false,
    hour: '2-digit',
    minute: '2-digit',
  })
  const zone = new Intl.DateTimeFormat(locale, { hour: 'numeric', timeZoneName: 'short' })
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')
  return hourOfDay(day, time, there?.name ?? zone?.value ?? 'UTC')
}
