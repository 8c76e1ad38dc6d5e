// What a directory must be beyond its schema: names that exist, keys that belong to one person, a bounded life. Faults
// are places and codes, for `khancap org check` and for whoever refuses to publish.
import { type Directory, maxDirectoryDays } from '../schemas/directory.js'
import type { Timestamp } from '../schemas/encoding.js'
import type { Fault } from '../schemas/problem.js'
import type { Program } from '../schemas/program.js'
import { parseTimestamp } from '../src/core/encoding/timestamp.js'
import { decodeRecipient } from '../src/core/envelope/age-keys.js'

const msPerDay = 86_400_000
/** A slip has one size, and the name of the deployment stands in it. */
const maxOriginLetters = 110

/** Pointers of everything that stands in a list twice. */
function repeated(list: readonly { value: string; pointer: string }[]): string[] {
  const seen = new Set<string>()
  return list.filter(({ value }) => seen.size === seen.add(value).size).map(one => one.pointer)
}

function isInstant(text: Timestamp | null | undefined): boolean {
  try {
    if (text !== null && text !== undefined) parseTimestamp(text)
    return true
  } catch {
    return false
  }
}

function isRecipient(text: string): boolean {
  try {
    decodeRecipient(text)
    return true
  } catch {
    return false
  }
}

const periodOf = (
  at: string,
  period: { valid_from?: Timestamp | undefined; valid_until?: Timestamp | undefined },
) => [
  { at, value: period.valid_from },
  { at, value: period.valid_until },
]

function timeFaults(directory: Directory): Fault[] {
  const { duty = [], exclusions = [], others = [], site = [] } = directory
  const times: { at: string; value: Timestamp | null | undefined }[] = [
    ...[...exclusions.entries()].flatMap(([index, each]) => periodOf(`/exclusions/${index}`, each)),
    ...[...others.entries()].flatMap(([index, each]) => [
      ...periodOf(`/others/${index}`, each),
      { at: `/others/${index}/checked`, value: `${each.checked}T00:00:00Z` },
    ]),
    ...[...site.entries()].flatMap(([index, each]) => periodOf(`/site/${index}`, each)),
    ...duty.flatMap((each, index) =>
      each.times.flatMap(({ from, until }) => [
        { at: `/duty/${index}/times`, value: from },
        { at: `/duty/${index}/times`, value: until },
      ]),
    ),
    ...directory.programs.flatMap((program, index) =>
      [...program.routing, ...program.tags].flatMap(each => periodOf(`/programs/${index}`, each)),
    ),
    { at: '/valid_from', value: directory.valid_from },
    { at: '/expires', value: directory.expires },
    ...directory.programs.flatMap(({ valid_from, valid_until }, index) => [
      { at: `/programs/${index}/valid_from`, value: valid_from },
      { at: `/programs/${index}/valid_until`, value: valid_until },
    ]),
    ...directory.router.flatMap(({ valid_from, valid_until }, index) => [
      { at: `/router/${index}/valid_from`, value: valid_from },
      { at: `/router/${index}/valid_until`, value: valid_until },
    ]),
    ...directory.handlers.flatMap((handler, index) =>
      [handler, ...handler.recipients, ...handler.signing_keys].flatMap(validity => [
        { at: `/handlers/${index}`, value: validity.valid_from },
        { at: `/handlers/${index}`, value: validity.valid_until },
      ]),
    ),
  ]
  const faults = times
    .filter(({ value }) => !isInstant(value))
    .map(({ at }) => ({ pointer: at, code: 'time_impossible' }))
  if (faults.length > 0) return faults
  const life = parseTimestamp(directory.expires) - parseTimestamp(directory.valid_from)
  if (life > 0 && life <= maxDirectoryDays * msPerDay) return []
  return [{ pointer: '/expires', code: 'life_too_long_or_none' }]
}

function nameFaults(directory: Directory): Fault[] {
  const ids = (list: 'teams' | 'handlers' | 'programs') =>
    directory[list].map(({ id }, index) => ({ value: id, pointer: `/${list}/${index}/id` }))
  const keys = (list: readonly { name: string; key: string }[], at: string) => [
    ...repeated(list.map(({ name }, index) => ({ value: name, pointer: `${at}/${index}/name` }))),
    ...repeated(list.map(({ key }, index) => ({ value: key, pointer: `${at}/${index}/key` }))),
  ]
  const recipients = [
    ...directory.router.map(({ recipient }, index) => ({
      value: recipient,
      pointer: `/router/${index}/recipient`,
    })),
    ...directory.handlers.flatMap((handler, index) =>
      handler.recipients.map(({ recipient }, generation) => ({
        value: recipient,
        pointer: `/handlers/${index}/recipients/${generation}/recipient`,
      })),
    ),
  ]
  const signing = directory.handlers.flatMap((handler, index) =>
    handler.signing_keys.map(({ key }, generation) => ({
      value: key,
      pointer: `/handlers/${index}/signing_keys/${generation}/key`,
    })),
  )
  const twice = [
    ...repeated(ids('teams')),
    ...repeated(ids('handlers')),
    ...repeated(ids('programs')),
    ...repeated(
      (directory.others ?? []).map(({ id }, index) => ({
        value: id,
        pointer: `/others/${index}/id`,
      })),
    ),
    ...repeated(
      (directory.site ?? []).map(({ sha256 }, index) => ({
        value: sha256,
        pointer: `/site/${index}/sha256`,
      })),
    ),
    ...keys(directory.root.keys, '/root/keys'),
    ...keys(directory.receipt_keys, '/receipt_keys'),
    ...repeated(recipients),
    ...repeated(signing),
  ]
  return [
    ...twice.map(pointer => ({ pointer, code: 'repeated' })),
    ...recipients
      .filter(({ value }) => !isRecipient(value))
      .map(({ pointer }) => ({ pointer, code: 'recipient_malformed' })),
  ]
}

function programFaults(program: Program, at: string, teams: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = program.routing
    .map(({ team }, index) => ({ team, pointer: `${at}/routing/${index}/team` }))
    .filter(({ team }) => !teams.has(team))
    .map(({ pointer }) => ({ pointer, code: 'team_unknown' }))
  if (!teams.has(program.fallback_team))
    faults.push({ pointer: `${at}/fallback_team`, code: 'team_unknown' })
  const ladder = program.service_level.ladder.map(({ after_seconds }) => after_seconds)
  if (ladder.some((seconds, index) => seconds < (ladder[index - 1] ?? 0)))
    faults.push({ pointer: `${at}/service_level/ladder`, code: 'not_ascending' })
  return faults
}

/** Names in exclusions and duty: one with a slip of the pen would keep nobody out, or leave a team without anybody. */
function nameUseFaults(directory: Directory): Fault[] {
  const { duty = [], exclusions = [] } = directory
  const known = {
    handler: new Set(directory.handlers.map(({ id }) => id)),
    team: new Set(directory.teams.map(({ id }) => id)),
    program: new Set(directory.programs.map(({ id }) => id)),
  }
  const unknown = (kind: keyof typeof known, pointer: string, names: readonly string[]): Fault[] =>
    names.every(name => known[kind].has(name)) ? [] : [{ pointer, code: `${kind}_unknown` }]
  return [
    ...exclusions.flatMap((exclusion, index) => [
      ...unknown('handler', `/exclusions/${index}/handlers`, exclusion.handlers),
      ...unknown('team', `/exclusions/${index}/teams`, exclusion.teams),
      ...unknown('program', `/exclusions/${index}/programs`, exclusion.programs),
    ]),
    ...duty.flatMap(({ team, handlers, times }, index) => [
      ...unknown('team', `/duty/${index}/team`, [team]),
      ...unknown('handler', `/duty/${index}/handlers`, handlers),
      ...(times.some(({ from, until }) => from >= until)
        ? [{ pointer: `/duty/${index}/times`, code: 'not_ascending' }]
        : []),
    ]),
  ]
}

/** Everything that is wrong with a directory whose schema is right. None: it may be signed. */
export function directoryFaults(directory: Directory): readonly Fault[] {
  const teams = new Set(directory.teams.map(({ id }) => id))
  const faults = [
    ...timeFaults(directory),
    ...nameFaults(directory),
    ...nameUseFaults(directory),
    ...directory.programs.flatMap((program, index) =>
      programFaults(program, `/programs/${index}`, teams),
    ),
    ...directory.handlers.flatMap((handler, index) =>
      handler.teams
        .filter(team => !teams.has(team))
        .map(() => ({ pointer: `/handlers/${index}/teams`, code: 'team_unknown' })),
    ),
  ]
  if ((directory.previous === null) !== (directory.sequence === 1))
    faults.push({ pointer: '/previous', code: 'chain_impossible' })
  if (directory.origin.length > maxOriginLetters)
    faults.push({ pointer: '/origin', code: 'too_long' })
  return faults
}
