// What a directory does with every combination of program, language and place: `khancap org check` prints it.
import type { Directory } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Program } from '../../../schemas/program.js'
import { isActive } from '../../../keys/keyring.js'
import { offDuty, type Span } from './duty.js'
import { readersFor } from './readers.js'
import { type Routing, routeFor, type RoutingFacts, teamFor } from './route.js'

/** One combination. */
export interface RoutingCell extends Pick<Routing, 'team' | 'reason' | 'rule' | 'coverage'> {
  readonly program: string
  readonly language: string
  /** A code of the directory, `unknown`, or `not_covered` for all the others. */
  readonly country: string
  /** A code of the directory, `elsewhere` for the others of a country of which it names some, null for none. */
  readonly region: string | null
  /** Reads beside the team, and takes what nobody in the team can. */
  readonly fallback: string
  /** Where it goes at that very instant, as duty is. */
  readonly now: string
  /** Handlers to whom such an envelope is sealed and who can open it. */
  readonly readers: number
}

/** Teams that are not on duty at some time, each beside the fallback team that takes its cases then. */
export interface DutyGap {
  readonly team: string
  readonly fallback: string
  /** Nobody of the team is on duty: its cases go to the fallback team. */
  readonly team_off: readonly Span[]
  /** Nobody of the fallback team either: cases wait with their team until somebody comes on duty. */
  readonly both_off: readonly Span[]
}

// User-assigned in ISO 3166 for ever, so never a country or region of a directory: they stand for all that are not named.
const somewhereElse = 'ZZ'
const elsewhere = 'ZZZ'

/** Every program that is offered at an instant x every language (and `other`) x every country x every region. */
export function routingTable(directory: Directory, at: Instant): readonly RoutingCell[] {
  const programs = directory.programs.filter(program => isActive(program, at))
  const languages = new Set([
    ...directory.programs.flatMap(program => [
      ...program.languages,
      ...program.routing.flatMap(row => row.languages),
    ]),
    ...(directory.exclusions ?? []).flatMap(exclusion => exclusion.languages),
    'other',
  ])
  return programs.flatMap(program =>
    [...languages].flatMap(language =>
      placesOf(directory, program).map(({ country, region }) => {
        const facts = {
          program: program.id,
          language,
          country: country === 'not_covered' ? somewhereElse : country,
          region: region === 'elsewhere' ? `${country}-${elsewhere}` : region,
        }
        return { ...cellOf(directory, program, facts, at), country, region }
      }),
    ),
  )
}

function cellOf(
  directory: Directory,
  program: Program,
  facts: RoutingFacts,
  at: Instant,
): Omit<RoutingCell, 'country' | 'region'> {
  const { team, reason, rule, coverage } = teamFor(directory, facts, at)
  const readers = readersFor(directory, facts, at).filter(({ recipient }) => recipient !== null)
  return {
    program: program.id,
    language: facts.language,
    team,
    fallback: program.fallback_team,
    now: routeFor(directory, facts, at).team,
    reason,
    rule,
    coverage,
    readers: readers.length,
  }
}

type CellPlace = Pick<RoutingCell, 'country' | 'region'>

function placesOf(directory: Directory, program: Program): readonly CellPlace[] {
  const { countries, regions = [], routing } = program
  const exclusions = directory.exclusions ?? []
  const named = new Set([
    ...regions,
    ...routing.flatMap(row => row.regions ?? []),
    ...exclusions.flatMap(exclusion => exclusion.regions),
  ])
  const all = new Set([
    ...countries,
    ...routing.flatMap(row => row.countries),
    ...exclusions.flatMap(exclusion => exclusion.countries),
    ...[...named].map(region => region.slice(0, 2)),
    'unknown',
    'not_covered',
  ])
  return [...all].flatMap((country): CellPlace[] => {
    const parts = [...named].filter(region => region.startsWith(`${country}-`))
    if (parts.length === 0) return [{ country, region: null }]
    return [...parts, 'elsewhere', null].map(region => ({ country, region }))
  })
}

/** Where the calendars of a directory leave teams without anybody on duty. */
export function dutyGaps(directory: Directory): readonly DutyGap[] {
  const pairs = new Map<string, { team: string; fallback: string }>()
  for (const { fallback_team: fallback, routing } of directory.programs)
    for (const team of [fallback, ...routing.map(row => row.team)])
      pairs.set(`${team} ${fallback}`, { team, fallback })
  return [...pairs.values()]
    .map(({ team, fallback }) => ({
      team,
      fallback,
      team_off: offDuty(directory, [team]),
      both_off: offDuty(directory, [team, fallback]),
    }))
    .filter(({ team_off }) => team_off.length > 0)
}
