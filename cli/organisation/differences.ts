// What a new directory changes, in sentences, for whoever is about to sign it.
import type { Directory } from '../../schemas/directory.js'
import { type Safe, safe } from '../terminal/safe.js'

type Listed = 'handlers' | 'teams' | 'programs' | 'others'

const singular: Readonly<Record<Listed, string>> = {
  handlers: 'handler',
  teams: 'team',
  programs: 'program',
  others: 'other help',
}

/** @returns one sentence for each difference; none where only the dates are new */
export function differences(before: Directory | null, next: Directory): Safe[] {
  if (before === null) return firstWords(next)
  const plain = ['name', 'demo', 'origin', 'minimum_client', 'key_retention_days'] as const
  const lists = ['handlers', 'teams', 'programs'] as const
  return [
    ...plain
      .filter(key => before[key] !== next[key])
      .map(
        key => safe`${key.replace('_', ' ')}: ${String(before[key])} becomes ${String(next[key])}`,
      ),
    ...(same(before.root, next.root)
      ? []
      : [safe`THE ROOT CHANGES: every handler and every page must pin the new fingerprint`]),
    ...setWords('address', before.addresses, next.addresses),
    ...setWords('receipt key', names(before.receipt_keys), names(next.receipt_keys)),
    ...(same(before.router, next.router) ? [] : [safe`the router's recipients change`]),
    ...lists.flatMap(list => listWords(list, before[list], next[list])),
    ...listWords('others', before.others ?? [], next.others ?? []),
    ...(same(before.exclusions ?? [], next.exclusions ?? [])
      ? []
      : [
          safe`conflicts of interest change: ${next.exclusions?.length ?? 0} rules, where ${before.exclusions?.length ?? 0} were`,
        ]),
    ...setWords('version of the site', sitesOf(before), sitesOf(next)),
    ...dutyWords(before, next),
  ]
}

/** A version whose validity changes is another one to whoever signs. */
const sitesOf = ({ site }: Directory) =>
  (site ?? []).map(
    ({ version, sha256, valid_from, valid_until }) =>
      `${version} (${[sha256, valid_from, valid_until].filter(Boolean).join(', ')})`,
  )

const teamsOnDuty = ({ duty }: Directory) => [...new Set((duty ?? []).map(({ team }) => team))]

/** Duty is worked out anew for each directory: it changes where both say something else about the same time. */
function dutyWords(before: Directory, next: Directory): Safe[] {
  const shared = { from: next.valid_from, until: before.expires }
  const within = (directory: Directory, team: string) =>
    (directory.duty ?? [])
      .filter(each => each.team === team)
      .map(({ handlers, times }) => ({
        handlers,
        times: times
          .filter(({ from, until }) => from < shared.until && until > shared.from)
          .map(({ from, until }) => [
            from < shared.from ? shared.from : from,
            until > shared.until ? shared.until : until,
          ]),
      }))
  return [
    ...setWords('calendar of', teamsOnDuty(before), teamsOnDuty(next)),
    ...teamsOnDuty(next)
      .filter(team => teamsOnDuty(before).includes(team))
      .filter(team => !same(within(before, team), within(next, team)))
      .map(team => safe`calendar of ${team} changes`),
  ]
}

function firstWords(next: Directory): Safe[] {
  return [
    safe`the first directory of ${next.name}`,
    safe`handlers: ${next.handlers.map(({ id }) => id).join(', ')}`,
    safe`teams: ${next.teams.map(({ id }) => id).join(', ')}`,
    safe`programs: ${next.programs.map(({ id }) => id).join(', ')}`,
    safe`addresses: ${next.addresses.join(', ')}`,
    ...(next.site === undefined ? [] : [safe`versions of the site: ${sitesOf(next).join(', ')}`]),
  ]
}

function listWords(
  list: Listed,
  before: readonly { readonly id: string }[],
  next: readonly { readonly id: string }[],
): Safe[] {
  const kind = singular[list]
  const known = new Map(before.map(one => [one.id, one]))
  return [
    ...setWords(
      kind,
      before.map(({ id }) => id),
      next.map(({ id }) => id),
    ),
    ...next
      .filter(one => known.has(one.id) && !same(known.get(one.id), one))
      .map(one => safe`${kind} ${one.id} changes: ${changedKeys(known.get(one.id) ?? {}, one)}`),
  ]
}

function setWords(kind: string, before: readonly string[], next: readonly string[]): Safe[] {
  return [
    ...next.filter(one => !before.includes(one)).map(one => safe`${kind} ${one} is new`),
    ...before.filter(one => !next.includes(one)).map(one => safe`${kind} ${one} is gone`),
  ]
}

function changedKeys(before: object, next: object): string {
  const old: Readonly<Record<string, unknown>> = { ...before }
  return Object.entries(next)
    .filter(([key, value]) => !same(old[key], value))
    .map(([key]) => key.replaceAll('_', ' '))
    .join(', ')
}

function names(keys: readonly { readonly name: string }[]): string[] {
  return keys.map(({ name }) => name)
}

/** Both come out of the same schema, whose order of keys is fixed. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
