// Dates and hours as people type them, on whatever keyboard: digits may be wide, and hours have many signs.
import type { PartialDate } from '../schemas/sealed.js'

/** Wide digits and marks become plain ones. */
export function plain(typed: string): string {
  return typed.normalize('NFKC').trim()
}

/** 08:30, 8.30, 8 30, 830. */
const plainHour = /^(\d{1,2})\s*[:.]?\s*(\d\d)$/
/** 8h30, 8h, 8 giờ 30 phút, 8點30分. */
const namedHour = /^(\d{1,2})\s*(?:h|g|giờ|heures?|[点點时時])\s*(?:(\d\d)\s*(?:['’]|phút|分)?)?$/

const two = (part: string) => part.padStart(2, '0')

/** An hour as HH:MM; what could be read in two ways, or in none, stays as it is, so that it is seen as a fault. */
export function hourOf(typed: string): string {
  const text = plain(typed).toLowerCase()
  const [, hour, minutes = '00'] = plainHour.exec(text) ?? namedHour.exec(text) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minutes) > 59) return typed.trim()
  return `${two(hour)}:${minutes}`
}

export interface TypedDate {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
}

/** What was typed, as a date: what does not fit stays visible in it. @returns undefined where nothing was */
export function typedDate(typed: TypedDate, zone: string): PartialDate | undefined {
  const [year, month, day] = [plain(typed.year), plain(typed.month), plain(typed.day)]
  const hour = typed.hour.trim()
  if (year + month + day + hour === '') return undefined
  const date =
    day !== '' ? `${year}-${two(month)}-${two(day)}` : month !== '' ? `${year}-${two(month)}` : year
  return hour === '' ? { date } : { date, time: hourOf(hour), zone }
}
