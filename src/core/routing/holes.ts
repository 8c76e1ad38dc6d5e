// Where a directory has a hole: a case that nobody would get, or a deadline that would pass in silence. One with a hole
// is not published, neither by the organisation's tool nor by the server.
import { type Directory, maxReaders } from '../../../schemas/directory.js'
import type { Instant, Timestamp } from '../../../schemas/encoding.js'
import type { Program } from '../../../schemas/program.js'
import { activeHandlers, isActive } from '../../../keys/keyring.js'
import { parseTimestamp } from '../encoding/timestamp.js'
import { excludedFromSome } from './exclusions.js'

/** Why a directory must not be published: a code, and where. */
export interface Hole {
  readonly code:
    | 'nobody_in_fallback_team'
    | 'conflicts_in_fallback_team'
    | 'too_many_readers'
    | 'no_program_offered'
    | 'no_router'
    | 'no_alarm_at_deadline'
  readonly where: string
  /** From when on: the directory holds until then. */
  readonly at: Instant
}

/**
 * Every case that a directory would leave to nobody, over the whole of its life (names that do not exist and the like
 * are `directoryFaults` of keys/). What no row takes, what nobody in a team may read, and what has no readable slip falls
 * to a program's fallback team: at every moment from `valid_from` until `expires` that one must have a reader whom no
 * conflict of interest keeps from any request of the program. Then whatever the facts, somebody reads the request.
 */
export function findHoles(directory: Directory): readonly Hole[] {
  const start = parseTimestamp(directory.valid_from)
  return [
    ...silentDeadlines(directory, start),
    ...turningPoints(directory).flatMap(at => [
      ...fallbackHoles(directory, at),
      ...crowds(directory, at),
    ]),
  ]
}

/** A deadline without an alarm would pass in silence. */
function silentDeadlines(directory: Directory, at: Instant): Hole[] {
  return directory.programs
    .filter(({ service_level: level }) =>
      level.ladder.every(
        ({ kind, only, after_seconds }) =>
          kind !== 'breach' ||
          only !== 'unanswered' ||
          after_seconds !== level.first_response_seconds,
      ),
    )
    .map(({ id }) => ({ code: 'no_alarm_at_deadline' as const, where: id, at }))
}

const offeredAt = (directory: Directory, at: Instant): readonly Program[] =>
  directory.programs.filter(program => isActive(program, at))

function fallbackHoles(directory: Directory, at: Instant): Hole[] {
  const offered = offeredAt(directory, at)
  const router = directory.router.some(generation => isActive(generation, at))
  return [
    ...(offered.length === 0
      ? [{ code: 'no_program_offered' as const, where: 'programs', at }]
      : []),
    ...(router ? [] : [{ code: 'no_router' as const, where: 'router', at }]),
    ...offered.flatMap(({ id, fallback_team }): Hole[] => {
      const there = activeHandlers(directory, at, fallback_team)
      if (there.length === 0) return [{ code: 'nobody_in_fallback_team', where: id, at }]
      return there.every(excludedFromSome(directory, id, at))
        ? [{ code: 'conflicts_in_fallback_team', where: id, at }]
        : []
    }),
  ]
}

/**
 * Teams with more members than an envelope has places. Where conflicts keep places empty, the fallback team must fit in
 * beside them: those who may read could stand behind the last place.
 */
function crowds(directory: Directory, at: Instant): Hole[] {
  return offeredAt(directory, at).flatMap(program => {
    const { id, fallback_team, routing } = program
    const isConflicted = (directory.exclusions ?? []).some(
      ({ programs }) => programs.length === 0 || programs.includes(id),
    )
    const teams = new Set([fallback_team, ...routing.map(({ team }) => team)])
    return [...teams]
      .filter(team => {
        const together = isConflicted ? [team, fallback_team] : [team]
        const members = together.flatMap(each => activeHandlers(directory, at, each))
        return new Set(members).size > maxReaders
      })
      .map(team => ({ code: 'too_many_readers' as const, where: `${id} ${team}`, at }))
  })
}

/** The instants of a directory's life at which something begins or ends; between two of them nothing changes. */
function turningPoints(directory: Directory): readonly Instant[] {
  const start = parseTimestamp(directory.valid_from)
  const end = parseTimestamp(directory.expires)
  const written: (Timestamp | null | undefined)[] = [
    ...directory.programs,
    ...directory.router,
    ...directory.handlers,
    ...directory.handlers.flatMap(handler => handler.recipients),
    ...(directory.exclusions ?? []),
  ].flatMap(validity => [validity.valid_from, validity.valid_until])
  const inside = written
    .flatMap(timestamp =>
      timestamp === null || timestamp === undefined ? [] : [parseTimestamp(timestamp)],
    )
    .filter(at => at > start && at < end)
  return [...new Set([start, ...inside])].toSorted((one, other) => one - other)
}
