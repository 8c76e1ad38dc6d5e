// Which team a request reaches (docs/protocol.md, step 7). Rules are data of the signed directory: the first row
// that matches wins, what no row or nobody can take falls to the program's fallback team, and nothing is dropped.
import type { RouteReason } from '../../../schemas/case.js'
import { type Directory, maxReaders } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Program, RoutingRow } from '../../../schemas/program.js'
import type { SlipContent } from '../../../schemas/sealed.js'
import { checkEligibility, type Eligibility } from '../eligibility/eligibility.js'
import { activeHandlers, activeRecipient, isActive } from '../../../keys/keyring.js'
import { tightestProgram } from '../sla/ladder.js'

/** What routing may look at: the same on the applicant's device and at the router. */
export type RoutingFacts = Pick<SlipContent, 'program' | 'language' | 'country'>

export interface Routing {
  /** The program whose clock runs: the one asked for, or the tightest where that one is not offered. */
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

export interface Reader {
  readonly handler: string
  readonly recipient: string
}

const maxRuleChars = 120

/**
 * Routes by the facts of a slip. Total: every combination of facts, also of unknown programs, languages and
 * countries, has exactly one outcome.
 */
export function routeFor(directory: Directory, facts: RoutingFacts, at: Instant): Routing {
  const program = offeredProgram(directory, facts.program, at)
  if (program === null) return toFallback(directory, 'program_unknown', at)
  const eligibility = checkEligibility(program, facts)
  const row = program.routing.find(candidate => matches(candidate, program, facts, eligibility))
  const reason =
    row?.flag ?? reasonOf(eligibility) ?? (row === undefined ? 'no_row' : 'routing_row')
  const team = row?.team ?? program.fallback_team
  return settle(directory, program, { team, reason, coverage: eligibility.coverage }, at)
}

/** Routes a case of which the router could learn nothing: the tightest clock, the fallback team, a person decides. */
export function routeUnread(
  directory: Directory,
  reason: 'no_slip' | 'slip_unreadable',
  at: Instant,
): Routing {
  return toFallback(directory, reason, at)
}

/**
 * To whom an envelope is sealed: everybody active in the team that it will reach, then in the program's fallback
 * team, each once, at most 64 (the team first). Empty where nobody could read it: then nothing may be sealed.
 */
export function readersFor(
  directory: Directory,
  facts: RoutingFacts,
  at: Instant,
): readonly Reader[] {
  const route = routeFor(directory, facts, at)
  const program = directory.programs.find(candidate => candidate.id === route.program)
  const teams = [route.team, program?.fallback_team ?? route.team]
  const readers = new Map<string, Reader>()
  for (const team of teams)
    for (const reader of teamReaders(directory, team, at)) readers.set(reader.handler, reader)
  return [...readers.values()].slice(0, maxReaders)
}

/** The handlers of a team who can open what is sealed now. */
export function teamReaders(directory: Directory, team: string, at: Instant): readonly Reader[] {
  return activeHandlers(directory, at, team).flatMap(handler => {
    const recipient = activeRecipient(handler, at)
    return recipient === null ? [] : [{ handler: handler.id, recipient }]
  })
}

function offeredProgram(directory: Directory, id: string, at: Instant): Program | null {
  const program = directory.programs.find(candidate => candidate.id === id)
  return program !== undefined && isActive(program, at) ? program : null
}

function toFallback(
  directory: Directory,
  reason: 'no_slip' | 'slip_unreadable' | 'program_unknown',
  at: Instant,
): Routing {
  const program = tightestProgram(directory, at)
  return settle(
    directory,
    program,
    { team: program.fallback_team, reason, coverage: 'unknown' },
    at,
  )
}

/** Nobody in the team now: the fallback team at once, and not at the deadline; then any team that has somebody. */
function settle(
  directory: Directory,
  program: Program,
  wanted: Pick<Routing, 'team' | 'reason' | 'coverage'>,
  at: Instant,
): Routing {
  const { coverage } = wanted
  const teams = [wanted.team, program.fallback_team, ...directory.teams.map(team => team.id)]
  const team = teams.find(candidate => teamReaders(directory, candidate, at).length > 0)
  if (team === undefined || team === wanted.team)
    return { program: program.id, ...wanted, rule: ruleOf(program, wanted.team) }
  const rule = `nobody active in ${wanted.team}; ${ruleOf(program, team)}`
  return { program: program.id, team, reason: 'nobody_in_team', coverage, rule: clip(rule) }
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
  return language && country
}

/** What a person should know first, where the row itself raises no flag. */
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
    const open = found.at(-1)
    if (open !== undefined && open.last === row - 1) open.last = row
    else found.push({ first: row, last: row })
  }
  return found.map(({ first, last }) => (first === last ? `row ${first}` : `rows ${first}-${last}`))
}

function clip(rule: string): string {
  return rule.length > maxRuleChars ? `${rule.slice(0, maxRuleChars - 1)}…` : rule
}
