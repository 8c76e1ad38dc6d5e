// Clocks of places: which one a device keeps, which one belongs to a country, and what they are called.

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
  UTC: '',
}

/** What some browsers call them still. */
const former: Readonly<Record<string, string>> = {
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Rangoon': 'Asia/Yangon',
}

const nameNow = (zone: string) => former[zone] ?? zone

/** A zone by the name of its country, where it is the only one there. */
export function zoneName(zone: string, countries: Readonly<Record<string, string>>): string {
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
  /** What a time is on unless the person says otherwise. */
  readonly first: string
  readonly others: readonly string[]
}

/**
 * The device's own clock first. UTC tells nothing of where the device is: browsers that hide that keep it everywhere. Then it is
 * the clock of the country that was answered.
 */
export function offeredZones(here: string, country: string | null): OfferedZones {
  const known = Object.keys(zones)
  const ofCountry = known.find(zone => zones[zone] === country)
  const first = here === 'UTC' ? (ofCountry ?? here) : here
  return { first, others: known.filter(zone => zone !== nameNow(first)) }
}
