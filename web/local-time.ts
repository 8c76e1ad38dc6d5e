// Instants on the clock of the device, in the words of the page's language.
import type { Timestamp } from '../schemas/encoding.js'

/** Day before month, as nearly everywhere. */
const locales: Readonly<Record<string, string>> = { en: 'en-GB' }

/** A day of the calendar, wherever the device is. */
export function localDay(at: Timestamp, language: string): string {
  return new Date(at).toLocaleDateString(locales[language] ?? language, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone: 'UTC',
  })
}

export function localTime(at: Timestamp, language: string): string {
  const locale = locales[language] ?? language
  const instant = new Date(at)
  const day = instant.toLocaleDateString(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
  })
  const time = instant.toLocaleTimeString(locale, {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  return `${day}, ${time}`
}
