// `khancap reroute`: hands a case over to another team. Who can open it lets the members of that team in; the server moves
// the case, and cannot open it.
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { ClientId } from '../../schemas/encoding.js'
import { activeHandlers, activeRecipient } from '../../keys/keyring.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import { actOn, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { expectInForce } from '../case/let-in.js'
import { excludedNow } from '../case/readers.js'
import { type ReasonOptions, sealReason, withReason } from '../case/reason-note.js'
import { fetchCase, type SealedCase } from '../case/sealed-case.js'
import { type Desk, openDesk } from '../client/desk.js'
import { misused, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface RerouteOptions extends VerbOptions, ReasonOptions {
  readonly team?: string
}

export async function rerouteCase(
  station: Station,
  options: RerouteOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  expectInForce(desk)
  const id = await findCase(desk.cases, given)
  const sealed = await fetchCase(desk, id)
  const team = options.team ?? (await askTeam(desk, sealed))
  const members = membersOf(desk, sealed, team)
  const after = await withReason(desk, options, id, async text => {
    const made = await grantsFor(desk, sealed, members)
    const note = await sealReason(
      desk,
      sealed,
      'reroute',
      text,
      members.map(member => member.id),
    )
    const grants = made.map(({ header, signature, ...grant }) => ({
      ...grant,
      header: encodeBase64url(header),
      signature: encodeBase64url(signature),
    }))
    const body = { ...note.body, team, grants }
    const parts = [note.bytes, ...made.map(({ header }) => header)]
    return actOn(desk, sealed.detail, 'reroute', body, parts)
  })
  const done = safe`case ${id} is with ${team} now; ${members.map(member => member.id).join(', ')} can open it`
  reportAct(station, options, done, after)
}

/** Those of the team who are there and whom no conflict of interest keeps from this case. */
function membersOf(desk: Desk, sealed: SealedCase, team: string): readonly DirectoryHandler[] {
  const { directory, station } = desk
  const known = directory.directory
  const { id, team: before } = sealed.detail.case
  if (!known.teams.some(each => each.id === team))
    throw refused(
      safe`the directory has no team ${team}`,
      safe`it has ${known.teams.map(each => each.id).join(', ')}`,
    )
  if (team === before)
    throw refused(
      safe`case ${id} is with ${team} already`,
      safe`khancap open ${id.slice(0, 8)} shows it; --team takes another one`,
    )
  const there = activeHandlers(known, station.now(), team)
  if (there.length === 0)
    throw refused(
      safe`nobody is in ${team} now`,
      safe`choose another team, or ask the organisation who stands in for it`,
    )
  const excluded = excludedNow(desk, sealed)
  const members = there.filter(handler => !excluded(handler))
  if (members.length === 0)
    throw refused(
      safe`a conflict of interest keeps everybody in ${team} from this case`,
      safe`choose another team, or ask the organisation`,
    )
  return members
}

interface MadeGrant {
  readonly id: ClientId
  readonly reader: string
  readonly header: Uint8Array
  readonly signature: Uint8Array
}

async function grantsFor(
  desk: Desk,
  sealed: SealedCase,
  members: readonly DirectoryHandler[],
): Promise<MadeGrant[]> {
  const { identity, seed, station, handler } = desk
  const p = await station.primitives()
  const own = sealed.detail.grants.map(({ header }) => decodeBase64url(header))
  const { id: caseId } = sealed.detail.case
  const letIn = new Set([handler.id, ...sealed.grants.map(({ reader }) => reader)])
  const grants: MadeGrant[] = []
  for (const { id: reader, ...member } of members.filter(each => !letIn.has(each.id))) {
    const recipient = activeRecipient({ id: reader, ...member }, station.now())
    if (recipient === null) continue
    // One after the other: each is a key encapsulation, and there are few.
    // oxlint-disable-next-line no-await-in-loop
    const grant = await makeGrant(
      p,
      identity.opening,
      sealed.envelope,
      { caseId, reader, recipient, seed },
      own,
    )
    if (grant === null)
      throw refused(
        safe`case ${caseId} is not sealed to this identity`,
        safe`ask a colleague who can open it to hand it over, or to let you in: khancap add-reader ${caseId.slice(0, 8)} --to ${handler.id}`,
      )
    grants.push({ id: newClientId(p), reader, ...grant })
  }
  return grants
}

function askTeam({ directory, station }: Desk, { detail }: SealedCase): Promise<string> {
  if (!station.asker.available)
    throw misused(
      safe`to which team? give --team`,
      safe`one of ${directory.directory.teams.map(({ id }) => id).join(', ')}`,
    )
  return station.asker.choose(
    safe`Which team shall have it?`,
    directory.directory.teams
      .filter(({ id }) => id !== detail.case.team)
      .map(({ id }) => ({ value: id, label: safe`${id}` })),
  )
}
