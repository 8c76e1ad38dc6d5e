// The dead-man signal as a loop: the watch outside hears from us only while deadlines are watched, the outbox moves and
// notices reach somebody, and mailboxes are read. Then it goes quiet, and that is the alarm.
import type { Instant } from '../schemas/encoding.js'
import type { AliveSignal } from '../src/ports/alive-signal.js'
import { sweepHeartbeat } from '../src/app/sweep-clock.js'
import type { ClockStore } from '../src/ports/clock-store.js'
import type { Log } from '../src/ports/log.js'
import type { MailStore } from '../src/ports/mail-store.js'
import type { NoticeStore } from '../src/ports/notice-store.js'
import type { OutboxStore } from '../src/ports/outbox-store.js'

/** A row of the outbox that is older has been worked off by no queue and by no relay. */
const oldestOutboxSeconds = 300
/** So many attempts in a row that told nobody: as many as are made before the next ones are told instead. */
const mostFailures = 3
/** A mailbox is looked through every minute: one that was not for so long may hold somebody's request. */
const oldestReadSeconds = 240

/** A rung that is later has been passed over again and again, whatever the sweep says of itself. */
const latestRungSeconds = 300
/** One of two clocks that differ by more is wrong; where it is the database's, every deadline is. */
const mostApartMs = 60_000

export interface AliveDeps {
  readonly store: Pick<ClockStore, 'heartbeatAge' | 'readClock'> &
    Pick<OutboxStore, 'outboxBacklog'> &
    Pick<NoticeStore, 'noticeFailures'> &
    Pick<MailStore, 'inboxStates'>
  readonly alive: AliveSignal
  readonly sweepSeconds: number
  readonly now: () => Instant
  readonly log: Log
}

/** What is not as it should be, as a code for the log; null where all is well. @throws KhancapError `store_unavailable` */
async function faultIn({ now, store, sweepSeconds }: AliveDeps): Promise<string | null> {
  const age = await store.heartbeatAge(sweepHeartbeat)
  if (age === null || age > 2 * sweepSeconds) return 'sweep_late'
  const { now: storeNow, rungLateSeconds } = await store.readClock()
  if (rungLateSeconds > latestRungSeconds) return 'rungs_late'
  if (Math.abs(storeNow - now()) > mostApartMs) return 'clocks_differ'
  if ((await store.outboxBacklog()).oldestSeconds > oldestOutboxSeconds) return 'outbox_stuck'
  if ((await store.noticeFailures()) >= mostFailures) return 'notices_fail'
  const [forgotten] = await store.inboxStates()
  return (forgotten?.readSecondsAgo ?? 0) > oldestReadSeconds ? 'mailbox_unread' : null
}

/** @throws KhancapError `store_unavailable`, `server_unreachable` */
export async function signalLife(deps: AliveDeps): Promise<void> {
  const cause = await faultIn(deps)
  if (cause === null) return deps.alive.ping()
  deps.log.warn('no sign of life is given', { cause })
}
