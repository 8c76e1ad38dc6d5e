// Says in the log, weeks ahead and every day, that the directory is going to expire: nobody can be helped who asks
// after that, and signing a new one takes people who must meet.
import type { Instant } from '../schemas/encoding.js'
import type { CurrentDirectory } from './app/current-directory.js'
import { logFault } from './app/log-fault.js'
import { parseTimestamp } from './core/encoding/timestamp.js'
import type { Log } from './ports/log.js'

const dayMs = 86_400_000
/** Two holders of the root must meet, with their sticks: three weeks are not too many. */
const warnDays = 21
const everyMs = 3_600_000

export interface ExpiryWatch {
  /** Looks now; says something once a day at most, and at once for another directory. */
  look(): Promise<void>
  close(): void
}

export function watchExpiry(deps: {
  readonly directories: Pick<CurrentDirectory, 'newest'>
  readonly log: Log
  readonly now: () => Instant
}): ExpiryWatch {
  const { directories, log, now } = deps
  let said = ''

  async function look(): Promise<void> {
    const { directory } = await directories.newest()
    const days = Math.floor((parseTimestamp(directory.expires) - now()) / dayMs)
    const saying = `${directory.sequence} ${days}`
    if (days >= warnDays || saying === said) return
    said = saying
    const fields = { sequence: directory.sequence, days }
    if (days < 0) log.error('directory expired: nothing new is taken in', fields)
    else log.warn('directory expires soon: publish a new one', fields)
  }

  const timer = setInterval(() => {
    look().catch((error: unknown) => logFault(log, 'directory not looked at', error))
  }, everyMs)
  timer.unref()
  return { look, close: () => clearInterval(timer) }
}
