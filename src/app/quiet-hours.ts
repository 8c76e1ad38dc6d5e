// Quiet hours of a team, by the clock on its wall: daylight saving is the zone's business. Pure.
import type { QuietHours } from '../../schemas/contacts.js'
import type { Instant } from '../../schemas/encoding.js'

const minuteMs = 60_000
const dayMinutes = 24 * 60

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Minutes since midnight on a wall in the zone. */
function wallMinutes(zone: string, at: Instant): number {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return minutesOf(clock.format(at))
}

/**
 * The instant itself where nobody sleeps then, or else when the quiet hours end. The end is exact to the minute on
 * nights on which the clock changes, too; where it skips the very minute, the first one after it counts.
 */
export function endOfQuiet(quiet: QuietHours, at: Instant): Instant {
  const from = minutesOf(quiet.from)
  const until = minutesOf(quiet.until)
  const sinceFrom = (wallMinutes(quiet.zone, at) - from + dayMinutes) % dayMinutes
  const length = (until - from + dayMinutes) % dayMinutes
  if (sinceFrom >= length) return at
  const whole = Math.floor(at / minuteMs) * minuteMs
  const end = whole + (length - sinceFrom) * minuteMs
  // How far the wall is from where it should be then: the clock was changed in between.
  const off =
    ((wallMinutes(quiet.zone, end) - until + dayMinutes * 1.5) % dayMinutes) - dayMinutes / 2
  return end - off * minuteMs
}
