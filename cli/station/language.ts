// The handler's language for forms and labels: that of the settings, else the system's, else English.
import type { HandlerSettings } from '../../schemas/settings.js'
import type { Station } from './station.js'

export function languageOf(station: Station, settings: HandlerSettings | null): string {
  return settings?.language ?? languageOfLocale(station.environment.locale)
}

/** vi_VN.UTF-8 is vi; zh_CN is zh-Hans; zh_TW and zh_HK are zh-Hant; C and POSIX are English. */
export function languageOfLocale(locale: string): string {
  const [, language, region] = /^([a-z]{2,3})(?:[_-]([A-Za-z]+))?/.exec(locale) ?? []
  if (language === undefined) return 'en'
  if (language !== 'zh') return language
  return ['TW', 'HK', 'MO', 'Hant'].includes(region ?? '') ? 'zh-Hant' : 'zh-Hans'
}
