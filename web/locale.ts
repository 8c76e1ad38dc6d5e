// How a language of the pages writes dates.

/** Day before month, as nearly everywhere. */
const locales: Readonly<Record<string, string>> = { en: 'en-GB' }

export const localeOf = (language: string) => locales[language] ?? language

/** The day on the device's own calendar, right or wrong. */
export function dayOfDevice(language: string): string {
  return new Date().toLocaleDateString(localeOf(language), {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
  })
}
