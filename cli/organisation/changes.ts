// Changes to an organisation's source, each a function from one source to the next. Nothing is signed here: what was
// changed takes effect when the organisation publishes.
import type { Language, Slug, Timestamp } from '../../schemas/encoding.js'
import type { DirectoryHandler, NoteKey, Role, Team } from '../../schemas/directory.js'
import type { OrganisationSource } from '../../schemas/organisation.js'
import type { Program } from '../../schemas/program.js'
import type { PublicIdentity } from '../../schemas/settings.js'
import { refused } from '../failure.js'
import { command, safe } from '../terminal/safe.js'

type Validity = Pick<DirectoryHandler, 'valid_from' | 'valid_until'>

/** @throws Failure where somebody has the name already */
export function expectNewHandler(source: OrganisationSource, handler: string): void {
  if (source.handlers.some(({ id }) => id === handler))
    throw refused(
      safe`there is a handler ${handler} already`,
      safe`khancap org rotate handler adds a new identity to one who is there`,
    )
}

export function addHandler(
  source: OrganisationSource,
  identity: PublicIdentity,
  as: {
    readonly roles: readonly Role[]
    readonly teams: readonly Slug[]
    readonly languages: readonly Language[]
    readonly from: Timestamp
  },
): OrganisationSource {
  expectNewHandler(source, identity.handler)
  expectTeams(source, as.teams)
  const { recipient, key } = newestOf(identity)
  const validity = { valid_from: as.from, valid_until: null }
  return {
    ...source,
    handlers: [
      ...source.handlers,
      {
        id: identity.handler,
        recipients: [{ recipient, ...validity }],
        signing_keys: [{ key, ...validity }],
        roles: [...as.roles],
        teams: [...as.teams],
        languages: [...as.languages],
        ...validity,
      },
    ],
  }
}

/**
 * Adds a generation; the ones before end when the overlap does, so that work under way is not cut off. One who was revoked
 * is active again, with this generation only.
 */
export function rotateHandler(
  source: OrganisationSource,
  identity: PublicIdentity,
  when: { readonly from: Timestamp; readonly until: Timestamp },
): OrganisationSource {
  const handler = handlerOf(source, identity.handler)
  const { recipient, key } = newestOf(identity)
  if (handler.recipients.some(known => known.recipient === recipient))
    throw refused(
      safe`this identity of ${handler.id} is in the directory already`,
      safe`is it the file that ${command`khancap keys export`} wrote after khancap keys rotate? ask them for that one`,
    )
  const validity = { valid_from: when.from, valid_until: null }
  return withHandler(source, {
    ...handler,
    valid_until: null,
    recipients: [
      ...handler.recipients.map(generation => endedBy(generation, when.until)),
      { recipient, ...validity },
    ].slice(-8),
    signing_keys: [
      ...handler.signing_keys.map(generation => endedBy(generation, when.until)),
      { key, ...validity },
    ].slice(-8),
  })
}

/** Ends a handler now. The row stays, so that what they signed before can still be checked. */
export function revokeHandler(
  source: OrganisationSource,
  id: Slug,
  at: Timestamp,
): OrganisationSource {
  const handler = handlerOf(source, id)
  return withHandler(source, {
    ...endedBy(handler, at),
    recipients: handler.recipients.map(generation => endedBy(generation, at)),
    signing_keys: handler.signing_keys.map(generation => endedBy(generation, at)),
  })
}

export function removeHandler(source: OrganisationSource, id: Slug): OrganisationSource {
  handlerOf(source, id)
  return { ...source, handlers: source.handlers.filter(handler => handler.id !== id) }
}

export function addTeam(source: OrganisationSource, team: Team): OrganisationSource {
  if (source.teams.some(({ id }) => id === team.id))
    throw refused(
      safe`there is a team ${team.id} already`,
      safe`give it another name, or leave it: khancap org check shows what it reads`,
    )
  return { ...source, teams: [...source.teams, team] }
}

export function removeTeam(source: OrganisationSource, id: Slug): OrganisationSource {
  expectTeams(source, [id])
  const users = [
    ...source.handlers.filter(({ teams }) => teams.includes(id)).map(handler => handler.id),
    ...source.programs
      .filter(({ routing, fallback_team }) => {
        return fallback_team === id || routing.some(({ team }) => team === id)
      })
      .map(program => program.id),
  ]
  if (users.length > 0)
    throw refused(
      safe`the team ${id} is still used by ${users.join(', ')}`,
      safe`change organisation.json or remove those first`,
    )
  return { ...source, teams: source.teams.filter(team => team.id !== id) }
}

export function addProgram(source: OrganisationSource, program: Program): OrganisationSource {
  expectTeams(source, [program.fallback_team, ...program.routing.map(({ team }) => team)])
  return {
    ...source,
    programs: [...source.programs.filter(({ id }) => id !== program.id), program],
  }
}

export function removeProgram(source: OrganisationSource, id: Slug): OrganisationSource {
  if (!source.programs.some(program => program.id === id))
    throw refused(
      safe`there is no program ${id}`,
      safe`it has ${source.programs.map(program => program.id).join(', ')}`,
    )
  if (source.programs.length === 1)
    throw refused(
      safe`${id} is the only program; a directory has at least one`,
      safe`add the one that takes its place first: khancap org add program`,
    )
  return { ...source, programs: source.programs.filter(program => program.id !== id) }
}

/** The new recipient serves from now on; the ones before still open slips that are under way. */
export function rotateRouter(
  source: OrganisationSource,
  recipient: string,
  when: { readonly from: Timestamp; readonly until: Timestamp },
): OrganisationSource {
  return {
    ...source,
    router: [
      { recipient, valid_from: when.from, valid_until: null },
      ...source.router.map(generation => endedBy(generation, when.until)),
    ].slice(0, 4),
  }
}

/** The new key signs; the ones before still verify the receipts that people hold. */
export function rotateReceiptKey(source: OrganisationSource, key: NoteKey): OrganisationSource {
  return { ...source, receipt_keys: [key, ...source.receipt_keys].slice(0, 4) }
}

export function addAddress(source: OrganisationSource, address: string): OrganisationSource {
  if (source.addresses.includes(address))
    throw refused(
      safe`${address} is there already`,
      safe`nothing has to be done: khancap org publish takes it into the directory`,
    )
  return { ...source, addresses: [...source.addresses, address] }
}

export function removeAddress(source: OrganisationSource, address: string): OrganisationSource {
  if (!source.addresses.includes(address))
    throw refused(safe`there is no address ${address}`, safe`it has ${source.addresses.join(', ')}`)
  if (source.addresses.length === 1)
    throw refused(
      safe`${address} is the only address`,
      safe`add the new one first: khancap org add address`,
    )
  return { ...source, addresses: source.addresses.filter(known => known !== address) }
}

function handlerOf(source: OrganisationSource, id: Slug): DirectoryHandler {
  const handler = source.handlers.find(known => known.id === id)
  if (handler === undefined)
    throw refused(
      safe`there is no handler ${id}`,
      source.handlers.length === 0
        ? safe`it has no handler yet: khancap org add handler`
        : safe`the handlers are ${source.handlers.map(known => known.id).join(', ')}`,
    )
  return handler
}

function withHandler(source: OrganisationSource, changed: DirectoryHandler): OrganisationSource {
  return {
    ...source,
    handlers: source.handlers.map(handler => (handler.id === changed.id ? changed : handler)),
  }
}

function expectTeams(source: OrganisationSource, teams: readonly Slug[]): void {
  const unknown = teams.find(team => !source.teams.some(({ id }) => id === team))
  if (unknown !== undefined)
    throw refused(
      safe`there is no team ${unknown}`,
      safe`the teams are ${source.teams.map(({ id }) => id).join(', ')}; khancap org add team makes one`,
    )
}

function newestOf(identity: PublicIdentity): { recipient: string; key: string } {
  const [recipient, key] = [identity.recipients[0], identity.signing_keys[0]]
  if (recipient === undefined || key === undefined) throw new RangeError('identity without keys')
  return { recipient, key }
}

/** Ends at that time, or earlier where it was to end earlier. Timestamps compare as text. */
function endedBy<T extends Validity>(entry: T, at: Timestamp): T {
  const ended = entry.valid_until !== null && entry.valid_until < at ? entry.valid_until : at
  return { ...entry, valid_until: ended }
}
