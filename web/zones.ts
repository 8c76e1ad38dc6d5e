// Clocks of places: which one a device keeps, which one belongs to a country, and what they are called.
import { minutesAhead, offsetZone } from './offset-zone.js'

/** Those of the places that the shipped programs know, with the country that names them; of several the first is meant. */
const zones: Readonly<Record<string, string>> = {
  'Asia/Ho_Chi_Minh': 'VN',
  'Asia/Shanghai': 'CN',
  'Asia/Hong_Kong': 'HK',
  'Asia/Macau': 'MO',
  'Asia/Taipei': 'TW',
  'Asia/Bangkok': 'TH',
  'Asia/Phnom_Penh': 'KH',
  'Asia/Vientiane': 'LA',
  'Asia/Yangon': 'MM',
  'Asia/Manila': 'PH',
  'Asia/Kuala_Lumpur': 'MY',
  'Asia/Jakarta': 'ID',
  'Asia/Singapore': 'SG',
  'Europe/Paris': 'FR',
}

/** What some browsers call them still. */
const former: Readonly<Record<string, string>> = {
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Rangoon': 'Asia/Yangon',
}

const nameNow = (zone: string) => former[zone] ?? zone

const aheadAnywhere =
  '-1100,-1000,-0930,-0900,-0800,-0700,-0600,-0500,-0400,-0330,-0300,-0230,-0200,-0100,,+0100,+0200,+0300,+0330,+0400,+0430,+0500,+0530,+0545,+0600,+0630,+0700,+0800,+0845,+0900,+0930,+1000,+1030,+1100,+1200,+1245,+1300,+1345,+1400'

/** What clocks anywhere are ahead of UTC, from west to east: whoever hides where they are finds theirs by what it shows. */
export const anyZones: readonly string[] = aheadAnywhere.split(',').map(ahead => `UTC${ahead}`)

/** What a clock shows at an instant, from 00:00 to 23:59. */
export function clockShows(zone: string, at: number): string {
  return new Date(at + (minutesAhead(zone) ?? 0) * 60_000).toISOString().slice(11, 16)
}

/** A zone by the name of its country, where it is the only one there. */
export function zoneName(zone: string, countries: Readonly<Record<string, string>>): string {
  const [, sign, hours, minutes] = offsetZone.exec(zone) ?? []
  if (sign !== undefined)
    return `UTC${sign}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
  const now = nameNow(zone)
  const country = countries[zones[now] ?? '']
  if (country === undefined) return now.replace(/_/g, ' ')
  return now === 'Asia/Jakarta' ? `${country} (Jakarta)` : country
}

function zoneSaid(): string {
  try {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

/** UTC by its many names; newer Tor Browsers name Iceland, which keeps it all the year. */
const isUtc = /^(UTC|UCT|GMT|Atlantic\/Reykjavik|Etc\/(?!GMT[-+]\d).+)$/

/** The clock that the device says it keeps. */
export function zoneHere(said = zoneSaid()): string {
  return isUtc.test(said) ? 'UTC' : said
}

/** The clock of a country, where it is known here; of several the first. */
export function zoneOf(country: string | null): string | null {
  return Object.keys(zones).find(zone => zones[zone] === country) ?? null
}

export interface OfferedZones {
  /** What a time is on unless the person says otherwise; null: that must be asked. */
  readonly first: string | null
  /** From the top: the device's own, that of the country, the others. */
  readonly offered: readonly string[]
}

/**
 * UTC tells nothing of where the device is: browsers that hide that keep it everywhere. Then an hour is on the clock of the
 * country that was answered. Of two that are known and differ none is guessed: whoever writes from abroad may mean either.
 */
export function offeredZones(here: string, country: string | null): OfferedZones {
  const there = zoneOf(country)
  const top = [here === 'UTC' ? null : here, there === nameNow(here) ? null : there].filter(
    zone => zone !== null,
  )
  const names = top.map(nameNow)
  const [first = null, second] = top
  return {
    first: second === undefined ? first : null,
    offered: [...top, ...Object.keys(zones).filter(zone => !names.includes(zone))],
  }
}
