// Which team a request reaches (docs/protocol.md, step 7). Rules are data of the signed directory: the first row
// that matches wins, what no row or nobody can take falls to the program's fallback team, and nothing is dropped.
import type { RouteReason } from '../../../schemas/case.js'
import type { Directory } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Program, RoutingRow } from '../../../schemas/program.js'
import type { SlipContent } from '../../../schemas/sealed.js'
import { checkEligibility, type Eligibility, regionOf } from '../eligibility/eligibility.js'
import { activeHandlers, isActive } from '../../../keys/keyring.js'
import { tightestProgram } from '../sla/ladder.js'
import { isOnDuty } from './duty.js'
import { type Excluded, excludedFrom } from './exclusions.js'

/** What routing may look at: the same on the applicant's device and at the router. */
export interface RoutingFacts extends Pick<SlipContent, 'program' | 'language' | 'country'> {
  readonly region?: SlipContent['region'] | undefined
  /** Programs that were named beside it, as by a second tag in the subject of a mail. */
  readonly also?: SlipContent['also']
}

export interface Routing {
  /** The program whose clock runs: the one asked for, or the tightest of several, or of all where none is offered. */
  readonly program: string
  readonly team: string
  readonly reason: RouteReason
  readonly coverage: Eligibility['coverage']
  /**
   * The rows of the program that lead to this team: which of them fired is finer than what a store may know
   * (docs/protocol.md, "Slip"), and whoever opens the case can work it out again. 120 characters at most.
   */
  readonly rule: string
}

const maxRuleChars = 120

/** Where rows and people lead, before anybody looks at who is on duty. */
interface Placed {
  readonly routing: Routing
  readonly program: Program
  readonly excluded: Excluded
  /** What a case of the fallback team says where why it came there shall not show: what others of its cases say. */
  readonly plainReason: RouteReason
}

/**
 * Routes by the facts of a slip: rows, then who is there, then who is on duty. Total: every combination of facts, also of
 * unknown programs, languages and places, has exactly one outcome.
 */
export function routeFor(directory: Directory, facts: RoutingFacts, at: Instant): Routing {
  return onDuty(directory, place(directory, facts, at), at)
}

/**
 * The same whoever is on duty: whose case it is in the end. To this team an envelope is sealed, so that those who come on
 * duty later can read it too.
 */
export function teamFor(directory: Directory, facts: RoutingFacts, at: Instant): Routing {
  return place(directory, facts, at).routing
}

/** Routes a case of which the router could learn nothing: the tightest clock, the fallback team, a person decides. */
export function routeUnread(
  directory: Directory,
  reason: 'no_slip' | 'slip_unreadable',
  at: Instant,
): Routing {
  return placeUnread(directory, reason, () => false, at).routing
}

/** Who must not read a request with these facts. */
export function exclusionsFor(directory: Directory, facts: RoutingFacts, at: Instant): Excluded {
  const { program, also = [] } = facts
  const runsAs = offered(directory, [program, ...also], at)?.id ?? tightestProgram(directory, at).id
  return excludedFrom(directory, { ...facts, programs: [program, ...also, runsAs] }, at)
}

function place(directory: Directory, facts: RoutingFacts, at: Instant): Placed {
  const { also = [] } = facts
  const excluded = exclusionsFor(directory, facts, at)
  const program = offered(directory, [facts.program, ...also], at)
  if (program === null) return placeUnread(directory, 'program_unknown', excluded, at)
  const eligibility = checkEligibility(program, facts)
  const row = program.routing.find(
    candidate => isActive(candidate, at) && matches(candidate, program, facts, eligibility),
  )
  const several = new Set([facts.program, ...also]).size > 1 ? ('several_programs' as const) : null
  const isUsual = program.routing.some(
    ({ flag, team }) => flag === undefined && team === program.fallback_team,
  )
  const plainReason = several ?? reasonOf(eligibility) ?? (isUsual ? 'routing_row' : 'no_row')
  const reason =
    several ?? row?.flag ?? reasonOf(eligibility) ?? (row === undefined ? 'no_row' : 'routing_row')
  const team = row?.team ?? program.fallback_team
  const wanted = { team, reason, coverage: eligibility.coverage }
  return settle(directory, program, wanted, { excluded, plainReason }, at)
}

function placeUnread(
  directory: Directory,
  reason: 'no_slip' | 'slip_unreadable' | 'program_unknown',
  excluded: Excluded,
  at: Instant,
): Placed {
  const program = tightestProgram(directory, at)
  const wanted = { team: program.fallback_team, reason, coverage: 'unknown' as const }
  return settle(directory, program, wanted, { excluded, plainReason: reason }, at)
}

/** Of the programs that are offered now the one that promises the earliest answer. */
function offered(directory: Directory, ids: readonly string[], at: Instant): Program | null {
  const programs = directory.programs.filter(
    program => ids.includes(program.id) && isActive(program, at),
  )
  return programs.length === 0 ? null : tightestProgram({ programs }, at)
}

/**
 * Nobody in the team now: the fallback team at once, and not at the deadline; then any team that has somebody. Where a
 * conflict of interest leaves nobody, the same, and the reason does not show it.
 */
function settle(
  directory: Directory,
  program: Program,
  wanted: Pick<Routing, 'team' | 'reason' | 'coverage'>,
  given: Pick<Placed, 'excluded' | 'plainReason'>,
  at: Instant,
): Placed {
  const { coverage } = wanted
  const { excluded, plainReason } = given
  const there = (team: string) => activeHandlers(directory, at, team)
  const teams = [wanted.team, program.fallback_team, ...directory.teams.map(({ id }) => id)]
  const team =
    teams.find(each => there(each).some(handler => !excluded(handler))) ??
    teams.find(each => there(each).length > 0) ??
    wanted.team
  const isEmpty = there(wanted.team).length === 0
  const reason =
    team === wanted.team ? wanted.reason : isEmpty ? ('nobody_in_team' as const) : plainReason
  const routing = { program: program.id, team, reason, coverage, rule: ruleOf(program, team) }
  return { ...given, routing, program }
}

/** Nobody on duty: the fallback team at once, if somebody is there; else the case waits with its own team. */
function onDuty(directory: Directory, placed: Placed, at: Instant): Routing {
  const { routing, program, excluded, plainReason } = placed
  const fallback = program.fallback_team
  const isCovered = (team: string) => isOnDuty(directory, team, at, excluded)
  if (routing.team === fallback || isCovered(routing.team)) return routing
  const isFallbackThere = activeHandlers(directory, at, fallback).some(each => !excluded(each))
  if (!isFallbackThere || !isCovered(fallback)) return routing
  // Somebody is on duty and must not read it: that, too, must not show.
  const reason = isOnDuty(directory, routing.team, at) ? plainReason : 'nobody_on_duty'
  return { ...routing, team: fallback, reason, rule: ruleOf(program, fallback) }
}

function matches(
  row: RoutingRow,
  program: Program,
  facts: RoutingFacts,
  eligibility: Eligibility,
): boolean {
  const language =
    row.languages.length === 0 ||
    row.languages.includes(facts.language) ||
    (row.languages.includes('other') && !program.languages.includes(facts.language))
  const country =
    row.countries.length === 0 ||
    row.countries.includes(facts.country) ||
    (row.countries.includes('not_covered') && eligibility.coverage === 'not_covered')
  const { regions = [] } = row
  const region = regionOf(facts)
  return (
    language && country && (regions.length === 0 || (region !== null && regions.includes(region)))
  )
}

/** What a person should know first, where the row itself raises no flag. Parts of a country count as the country. */
function reasonOf(eligibility: Eligibility): RouteReason | null {
  if (eligibility.coverage === 'unknown') return 'country_unknown'
  if (eligibility.coverage === 'not_covered') return 'country_not_covered'
  return eligibility.languageHandled ? null : 'language_not_handled'
}

function ruleOf(program: Program, team: string): string {
  const rows = program.routing.flatMap((row, index) => (row.team === team ? [index + 1] : []))
  const fallback = program.fallback_team === team ? ['fallback'] : []
  return clip(`${program.id}: ${[...ranges(rows), ...fallback].join(', ') || 'any team'}`)
}

/** Row numbers as ranges: 1-3, 7. */
function ranges(rows: readonly number[]): string[] {
  const found: { first: number; last: number }[] = []
  for (const row of rows) {
    const open = found[found.length - 1]
    if (open !== undefined && open.last === row - 1) open.last = row
    else found.push({ first: row, last: row })
  }
  return found.map(({ first, last }) => (first === last ? `row ${first}` : `rows ${first}-${last}`))
}

function clip(rule: string): string {
  return rule.length > maxRuleChars ? `${rule.slice(0, maxRuleChars - 1)}…` : rule
}
