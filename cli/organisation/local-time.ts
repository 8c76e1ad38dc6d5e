// What a clock on a wall in some place says, as instants, with the machine's own table of time zones (Intl).
import type { Instant } from '../../schemas/encoding.js'

const day = 86_400_000

/** Milliseconds that a place's clock is ahead of UTC at an instant. */
export type AheadBy = (at: Instant) => number

/** @throws RangeError where there is no such zone */
export function clockOfZone(zone: string): AheadBy {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return at => {
    const shown = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0
    const clock = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return clock - Math.floor(at / 1000) * 1000
  }
}

/**
 * The instant at which a clock shows a time. A time that the clock shows twice, when it is put back, is one of the two; one
 * that it leaves out, when it is put forward, is the instant of the change: so shifts that follow one another on the clock
 * leave no gap in time.
 *
 * @param clock the time shown, as if it were UTC
 */
export function instantOnClock(
  aheadBy: AheadBy,
  clock: number,
  which: 'earlier' | 'later',
): Instant {
  const [one, other] = [clock - aheadBy(clock - day), clock - aheadBy(clock + day)]
  const shows = [one, other].filter(at => at + aheadBy(at) === clock)
  if (shows.length > 0) return which === 'earlier' ? Math.min(...shows) : Math.max(...shows)
  let [before, after] = [Math.min(one, other), Math.max(one, other)]
  const offset = aheadBy(before)
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000
    if (aheadBy(middle) === offset) before = middle
    else after = middle
  }
  return after
}
