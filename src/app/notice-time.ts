// When a notice leaves: alarms at once; the rest is gathered, and waits for the end of its team's quiet hours, as long
// as that leaves half of the time there is. Pure.
import type { Contacts } from '../../schemas/contacts.js'
import type { Instant } from '../../schemas/encoding.js'
import { isUrgent } from '../core/sla/urgent.js'
import type { PendingNotice } from '../ports/notice-store.js'
import { endOfQuiet } from './quiet-hours.js'

/** @param gatherSeconds from one mail to the next to the same people, where nothing is urgent */
export function noticeTime(
  notice: PendingNotice,
  contacts: Pick<Contacts, 'quiet'>,
  gatherSeconds: number,
): Instant {
  const { kind, to, team, dueAt, now, lane } = notice
  if (lane.failures > 0 && lane.wakeAt !== null) return Math.max(now, lane.wakeAt)
  if (isUrgent(kind)) return now
  // A mail of the future was sent before the clock was set back.
  const recent = lane.lastSentAt !== null && lane.lastSentAt <= now ? lane.lastSentAt : -Infinity
  const gathered = Math.max(now, recent + gatherSeconds * 1000)
  // Rubbish is closed by the hundred; everything else that owes nothing is told, or is moot, at once.
  if (dueAt === null) return kind === 'closed' ? gathered : now
  const leavesHalf = (at: Instant) => dueAt - at >= (dueAt - now) / 2
  const quiet = to === 'team' && team !== null ? contacts.quiet?.[team] : undefined
  const rested = quiet === undefined ? gathered : endOfQuiet(quiet, gathered)
  return [rested, gathered].find(leavesHalf) ?? now
}
