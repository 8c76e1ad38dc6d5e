// To whom something is sealed (docs/protocol.md, "Routing"): everybody of the team and of the fallback team. Who must not
// read it keeps a place all the same, which nobody can open: the number of readers tells nothing about conflicts.
import { activeHandlers, activeRecipient } from '../../../keys/keyring.js'
import { type Directory, maxReaders } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Primitives } from '../crypto/primitives.js'
import { encodeRecipient } from '../envelope/age-keys.js'
import { type Excluded, excludedFromSome } from './exclusions.js'
import { exclusionsFor, type RoutingFacts, teamFor } from './route.js'

export interface Reader {
  readonly handler: string
  /** null: excluded, a place that nobody can open. */
  readonly recipient: string | null
}

type Drawing = Pick<Primitives, 'random' | 'xwingPublicKey'>

/**
 * Who reads an envelope: everybody active in the team that it belongs to, then in the program's fallback team, each
 * once, at most 64 (the team first), whoever is on duty.
 */
export function readersFor(
  directory: Directory,
  facts: RoutingFacts,
  at: Instant,
): readonly Reader[] {
  const { program: id, team } = teamFor(directory, facts, at)
  const program = directory.programs.find(candidate => candidate.id === id)
  const teams = [team, program?.fallback_team ?? team]
  return places(directory, teams, exclusionsFor(directory, facts, at), at)
}

/** The recipients of an envelope. Empty where nobody could read it: then nothing may be sealed. */
export function recipientsFor(
  p: Drawing,
  directory: Directory,
  facts: RoutingFacts,
  at: Instant,
): readonly string[] {
  return withDummies(p, readersFor(directory, facts, at))
}

/** Where an addition goes. */
export interface AdditionPlace {
  readonly program: string | null
  readonly team: string | null
  /** Of the request, as a reply says; null or absent where none does. */
  readonly facts?: RoutingFacts | null
}

/**
 * Who reads an addition: the team that has the case and the program's fallback team (all programs' where it is not
 * known). Where the facts of the request are not at hand, whoever must not read some request of the program reads none.
 */
export function additionReaders(
  directory: Directory,
  to: AdditionPlace,
  at: Instant,
): readonly Reader[] {
  const programs = directory.programs.filter(
    program => to.program === null || program.id === to.program,
  )
  const teams = [
    ...(to.team === null ? [] : [to.team]),
    ...programs.map(program => program.fallback_team),
  ]
  const excluded =
    to.facts === undefined || to.facts === null
      ? excludedFromSome(directory, to.program, at)
      : exclusionsFor(directory, to.facts, at)
  return places(directory, teams, excluded, at)
}

/** The recipients of an addition. Empty where nobody could read it: then nothing may be sealed. */
export function additionRecipients(
  p: Drawing,
  directory: Directory,
  to: AdditionPlace,
  at: Instant,
): readonly string[] {
  return withDummies(p, additionReaders(directory, to, at))
}

function places(
  directory: Directory,
  teams: readonly string[],
  excluded: Excluded,
  at: Instant,
): readonly Reader[] {
  const readers = new Map<string, Reader>()
  for (const team of teams)
    for (const handler of activeHandlers(directory, at, team))
      readers.set(handler.id, {
        handler: handler.id,
        recipient: excluded(handler) ? null : activeRecipient(handler, at),
      })
  return [...readers.values()].slice(0, maxReaders)
}

/** A fresh key in each place that nobody shall open; its secret half is forgotten here. */
function withDummies(p: Drawing, readers: readonly Reader[]): readonly string[] {
  if (readers.every(({ recipient }) => recipient === null)) return []
  return readers.map(
    ({ recipient }) => recipient ?? encodeRecipient(p.xwingPublicKey(p.random(32))),
  )
}
