// The organisation's figures for leads and directors: weeks that have ended, so that nobody arrives in one any more, and no count
// that speaks of a few. What becomes of those who have arrived goes on: from one look to the next a row can change by one person.
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Statistics } from '../../schemas/statistics.js'
import { smallestCount } from '../../schemas/statistics.js'
import { floorToWeek, formatTimestamp } from '../core/encoding/timestamp.js'
import { tightestProgram } from '../core/sla/ladder.js'
import { tellRow } from '../core/statistics/suppress.js'
import type { StatisticsStore } from '../ports/statistics-store.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'

const weekMs = 7 * 86_400_000

/**
 * Measured against the promises of the directory that is in force.
 * @param weeks how many, up to the last one that has ended
 * @throws KhancapError `role_missing`, `store_unavailable`, `directory_missing`, `directory_expired`
 */
export async function readStatistics(
  deps: {
    readonly store: StatisticsStore
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  { handler }: Pick<Actor, 'handler'>,
  weeks: number,
): Promise<Statistics> {
  if (!handler.roles.includes('director') && !handler.roles.includes('lead'))
    throw new KhancapError('role_missing')
  const { directory } = await deps.directories.latest()
  const now = deps.now()
  const until = floorToWeek(now)
  const from = until - weeks * weekMs
  const rows = await deps.store.countCases({
    from,
    until,
    promises: directory.programs.map(({ id, service_level }) => ({
      program: id,
      seconds: service_level.first_response_seconds,
    })),
    otherwiseSeconds: tightestProgram(directory, now).service_level.first_response_seconds,
  })
  return {
    from: formatTimestamp(from),
    until: formatTimestamp(until),
    smallest_count: smallestCount,
    rows: rows.map(({ program, week, ...exact }) => ({
      program,
      week: formatTimestamp(week),
      ...tellRow(exact),
    })),
  }
}
