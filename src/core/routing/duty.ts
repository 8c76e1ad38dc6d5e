// Who is on duty (docs/protocol.md, "Routing"). The directory says it in instants: local hours and summer time were worked
// out before it was signed.
import { activeHandlers } from '../../../keys/keyring.js'
import type { Directory, Duty } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import { parseTimestamp } from '../encoding/timestamp.js'
import type { Excluded } from './exclusions.js'

/** From the first instant up to, not including, the second. */
export interface Span {
  readonly from: Instant
  readonly until: Instant
}

const dutyOf = ({ duty }: Directory, team: string): readonly Duty[] =>
  (duty ?? []).filter(each => each.team === team)

/**
 * Whether somebody of a team is on duty. A team of which the directory says nothing is always on duty; so is every team
 * outside the directory's life, because nothing is said about that time.
 *
 * @param excluded who does not count
 */
export function isOnDuty(
  directory: Directory,
  team: string,
  at: Instant,
  excluded: Excluded = () => false,
): boolean {
  const duty = dutyOf(directory, team)
  const { valid_from, expires } = directory
  if (duty.length === 0 || at < parseTimestamp(valid_from) || at >= parseTimestamp(expires))
    return true
  const now = duty.filter(({ times }) =>
    times.some(({ from, until }) => parseTimestamp(from) <= at && at < parseTimestamp(until)),
  )
  if (now.length === 0) return false
  const there = activeHandlers(directory, at, team).filter(handler => !excluded(handler))
  return now.some(({ handlers }) =>
    handlers.length === 0 ? there.length > 0 : there.some(({ id }) => handlers.includes(id)),
  )
}

/** The times of a directory's life at which nobody of these teams is on duty, in order. */
export function offDuty(directory: Directory, teams: readonly string[]): readonly Span[] {
  const [start, end] = [parseTimestamp(directory.valid_from), parseTimestamp(directory.expires)]
  const edges = [start, end, ...dutyEdges(directory, teams), ...handlerEdges(directory)]
    .filter(at => at >= start && at <= end)
    .toSorted((one, other) => one - other)
  const gaps: Span[] = []
  for (const [index, from] of edges.entries()) {
    const until = edges[index + 1]
    if (until === undefined || until === from) continue
    if (teams.some(team => isOnDuty(directory, team, from))) continue
    const last = gaps.at(-1)
    if (last?.until === from) gaps[gaps.length - 1] = { from: last.from, until }
    else gaps.push({ from, until })
  }
  return gaps
}

/** Between two of these instants nothing about duty changes. */
function dutyEdges(directory: Directory, teams: readonly string[]): readonly Instant[] {
  return teams
    .flatMap(team => dutyOf(directory, team))
    .flatMap(({ times }) =>
      times.flatMap(({ from, until }) => [parseTimestamp(from), parseTimestamp(until)]),
    )
}

function handlerEdges({ handlers }: Directory): readonly Instant[] {
  return handlers
    .flatMap(handler => [handler, ...handler.recipients])
    .flatMap(({ valid_from, valid_until }) => [
      parseTimestamp(valid_from),
      ...(valid_until === null ? [] : [parseTimestamp(valid_until)]),
    ])
}
