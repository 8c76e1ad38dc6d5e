// The handler's language for forms and labels: that of the settings, else the system's, else English.
import type { HandlerSettings } from '../../schemas/settings.js'
import type { Station } from './station.js'

export function languageOf(station: Station, settings: HandlerSettings | null): string {
  return settings?.language ?? languageOfLocale(station.environment.locale)
}

/** C and POSIX are English. */
export function languageOfLocale(locale: string): string {
  return languageNamed(locale) ?? 'en'
}

/** vi_VN.UTF-8 is vi; zh_CN is zh-Hans; zh_TW and zh_HK are zh-Hant; null where it names none, as "Vietnamese". */
export function languageNamed(locale: string): string | null {
  const [, language, region = ''] =
    /^([a-z]{2,3})(?![a-z])(?:[_-]([a-z]+))?/.exec(locale.toLowerCase()) ?? []
  if (language === undefined) return null
  if (language !== 'zh') return language
  return ['tw', 'hk', 'mo', 'hant'].includes(region) ? 'zh-Hant' : 'zh-Hans'
}
