// Times for people: how long until, how long ago, in words that sort in one's head.
import type { Instant, Timestamp } from '../../schemas/encoding.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'

const second = 1000
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** 47 h 12 min; 3 d 4 h; 25 min. Never zero: what is left is at least one minute. */
export function spanWords(ms: number): string {
  const span = Math.max(minute, ms)
  if (span >= 3 * day) {
    const hours = Math.floor((span % day) / hour)
    return hours === 0 ? `${Math.floor(span / day)} d` : `${Math.floor(span / day)} d ${hours} h`
  }
  const minutes = Math.floor((span % hour) / minute)
  if (span < hour) return `${minutes} min`
  const hours = Math.floor(span / hour)
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`
}

/** `2026-11-21 21:03 UTC`. */
export function timeWords(at: Timestamp): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
}

/** What a clock shows, as {@link timeWords}. */
export function clockWords(now: Instant): string {
  return timeWords(formatTimestamp(now - (now % second)))
}

/** What is owed and when, against the server's clock. */
export function dueWords(due: Instant | null, now: Instant): string {
  if (due === null) return '-'
  return due > now ? spanWords(due - now) : `overdue ${spanWords(now - due)}`
}

/** From here on a case is due soon. */
export const soonMs = 4 * hour

/** How pressing something is that is due then. */
export type Pressure = 'none' | 'soon' | 'overdue'

export function pressureOf(due: Instant | null, now: Instant): Pressure {
  if (due === null || due - now >= soonMs) return 'none'
  return due > now ? 'soon' : 'overdue'
}

/** As {@link dueWords}, with a word where it is pressing, so that colour alone says nothing. */
export function pressingWords(due: Instant | null, now: Instant): string {
  const words = dueWords(due, now)
  return pressureOf(due, now) === 'soon' ? `soon: ${words}` : words
}

/** As {@link pressingWords}, to the second in the last hour: `soon: 12 min 05 s`. */
export function countdownWords(due: Instant | null, now: Instant): string {
  if (due === null || due <= now || due - now >= hour) return pressingWords(due, now)
  const seconds = Math.ceil((due - now) / second)
  return `soon: ${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}
