// Instants on the clock of the device, in the words of the page's language.
import type { Timestamp } from '../schemas/encoding.js'

export function localTime(at: Timestamp, language: string): string {
  return new Date(at).toLocaleString(language, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
}
