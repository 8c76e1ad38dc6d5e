// What a directory does with every combination of program, language and country, and where it has a hole: a case
// that nobody would get. `khancap org check` prints it; a directory with a hole is not published.
import type { Directory } from '../../../schemas/directory.js'
import type { Instant, Timestamp } from '../../../schemas/encoding.js'
import { maxReaders } from '../../../schemas/directory.js'
import { parseTimestamp } from '../encoding/timestamp.js'
import { isActive } from '../../../keys/keyring.js'
import { readersFor, type Routing, routeFor, teamReaders } from './route.js'

/** One combination. `country` is a code of the directory, `unknown`, or `not_covered` for all the others. */
export interface RoutingCell extends Pick<Routing, 'team' | 'reason' | 'rule' | 'coverage'> {
  readonly program: string
  readonly language: string
  readonly country: string
  /** Handlers to whom such an envelope is sealed. */
  readonly readers: number
}

/** Why a directory must not be published: a code, and where. */
export interface Hole {
  readonly code:
    | 'nobody_in_fallback_team'
    | 'nobody_reads'
    | 'too_many_readers'
    | 'no_program_offered'
    | 'no_router'
    | 'no_alarm_at_deadline'
  readonly where: string
  /** From when on: the directory holds until then. */
  readonly at: Instant
}

// User-assigned in ISO 3166-1 for ever, so never a country of a directory: it stands for all that are not covered.
const somewhereElse = 'ZZ'

/** Every program that is offered at an instant x every language (and `other`) x every country. */
export function routingTable(directory: Directory, at: Instant): readonly RoutingCell[] {
  const programs = directory.programs.filter(program => isActive(program, at))
  const languages = new Set([
    ...directory.programs.flatMap(program => [
      ...program.languages,
      ...program.routing.flatMap(row => row.languages),
    ]),
    'other',
  ])
  const cells: RoutingCell[] = []
  for (const program of programs) {
    const named = program.routing.flatMap(row => row.countries)
    const countries = new Set([...program.countries, ...named, 'unknown', 'not_covered'])
    for (const language of languages)
      for (const country of countries) {
        const facts = {
          program: program.id,
          language,
          country: country === 'not_covered' ? somewhereElse : country,
        }
        const { team, reason, rule, coverage } = routeFor(directory, facts, at)
        const readers = readersFor(directory, facts, at).length
        cells.push({
          program: program.id,
          language,
          country,
          team,
          reason,
          rule,
          coverage,
          readers,
        })
      }
  }
  return cells
}

/**
 * Every case that a directory would leave to nobody, over the whole of its life (names that do not exist and the like
 * are `directoryFaults` of keys/). What no row takes, what nobody in a team reads, and what has no readable slip falls to
 * a program's fallback team: that one must have a reader at every moment from `valid_from` until `expires`. The rest is
 * looked at when the directory starts.
 */
export function findHoles(directory: Directory): readonly Hole[] {
  const start = parseTimestamp(directory.valid_from)
  return [
    ...silentDeadlines(directory, start),
    ...turningPoints(directory).flatMap(at => fallbackHoles(directory, at)),
    ...routingTable(directory, start).flatMap((cell): Hole[] => {
      const where = `${cell.program} ${cell.language} ${cell.country}`
      if (cell.readers === 0) return [{ code: 'nobody_reads', where, at: start }]
      const team = teamReaders(directory, cell.team, start).length
      return team > maxReaders ? [{ code: 'too_many_readers', where, at: start }] : []
    }),
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

function fallbackHoles(directory: Directory, at: Instant): Hole[] {
  const offered = directory.programs.filter(program => isActive(program, at))
  const router = directory.router.some(generation => isActive(generation, at))
  return [
    ...(offered.length === 0
      ? [{ code: 'no_program_offered' as const, where: 'programs', at }]
      : []),
    ...(router ? [] : [{ code: 'no_router' as const, where: 'router', at }]),
    ...offered
      .filter(program => teamReaders(directory, program.fallback_team, at).length === 0)
      .map(({ id }) => ({ code: 'nobody_in_fallback_team' as const, where: id, at })),
  ]
}

/** The instants of a directory's life at which something begins or ends; between two of them nothing changes. */
function turningPoints(directory: Directory): readonly Instant[] {
  const start = parseTimestamp(directory.valid_from)
  const end = parseTimestamp(directory.expires)
  const written: (Timestamp | null)[] = [
    ...directory.programs,
    ...directory.router,
    ...directory.handlers,
    ...directory.handlers.flatMap(handler => handler.recipients),
  ].flatMap(validity => [validity.valid_from, validity.valid_until])
  const inside = written
    .flatMap(timestamp => (timestamp === null ? [] : [parseTimestamp(timestamp)]))
    .filter(at => at > start && at < end)
  return [...new Set([start, ...inside])].toSorted((one, other) => one - other)
}
