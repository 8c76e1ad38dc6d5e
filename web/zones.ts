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

const two = (number: number) => String(number).padStart(2, '0')

function zoneAhead(minutes: number): string {
  if (minutes === 0) return 'UTC'
  const whole = Math.abs(minutes)
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(whole / 60))}${two(whole % 60)}`
}

/** Some places' clocks differ by parts of an hour. */
const partHours = [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825]

const minutesAnywhere = [
  ...Array.from({ length: 26 }, (_, index) => (index - 11) * 60),
  ...partHours,
]
minutesAnywhere.sort((one, other) => one - other)

/** What clocks anywhere are ahead of UTC, from west to east: whoever hides where they are finds theirs by what it shows. */
export const anyZones: readonly string[] = minutesAnywhere.map(zoneAhead)

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

export interface OfferedZones {
  /** What a time is on unless the person says otherwise; null: that must be asked. */
  readonly first: string | null
  readonly others: readonly string[]
}

/**
 * The device's own clock first. UTC tells nothing of where the device is: browsers that hide that keep it everywhere. Then it is
 * the clock of the country that was answered, and where that is not known here, none.
 */
export function offeredZones(here: string, country: string | null): OfferedZones {
  const known = Object.keys(zones)
  const ofCountry = known.find(zone => zones[zone] === country)
  const first = here === 'UTC' ? (ofCountry ?? null) : here
  return { first, others: known.filter(zone => first === null || zone !== nameNow(first)) }
}
