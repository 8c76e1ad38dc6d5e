// `khancap org add`: a handler, team, program or address becomes part of the organisation's source.
import { parsePublicIdentity } from '../../keys/handler-folder.js'
import type { Role } from '../../schemas/directory.js'
import { Language, Origin, Slug } from '../../schemas/encoding.js'
import { Program } from '../../schemas/program.js'
import type { PublicIdentity } from '../../schemas/settings.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { misused, refused } from '../failure.js'
import { addAddress, addHandler, addProgram, addTeam } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { faulty } from '../organisation/folder.js'
import { readBounded } from '../station/disk.js'
import { identityFingerprint } from '../station/identity.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { writeJoiningPage } from './org-add-page.js'

const maxFileBytes = 1_048_576

export interface OrgAddHandlerOptions extends EditOptions {
  readonly team?: readonly string[]
  readonly role?: readonly Role[]
  readonly language?: readonly string[]
  readonly page?: string
}

export interface OrgAddTeamOptions extends EditOptions {
  readonly name?: readonly string[]
}

export async function addHandlerTo(
  station: Station,
  options: OrgAddHandlerOptions,
  file: string,
): Promise<void> {
  const { page, team: teams } = options
  if (page !== undefined) {
    if (teams !== undefined || options.role !== undefined)
      throw misused(
        safe`--page is for somebody who has no keys yet: give no --team and no --role with it`,
      )
    return writeJoiningPage(station, { ...options, page }, file)
  }
  if (teams === undefined)
    throw misused(
      safe`which team do they join? give --team ID (again for more)`,
      safe`--page FILE writes the page with which somebody new begins`,
    )
  const identity = await publicIdentityIn(station, file)
  const { handler } = identity
  const as = {
    roles: options.role ?? ['handler' as const],
    teams,
    languages: (options.language ?? []).map(languageOf),
    from: formatTimestamp(floorToHour(station.now())),
  }
  await editSource(
    station,
    options,
    source => addHandler(source, identity, as),
    safe`${handler} joins ${as.teams.join(', ')} as ${as.roles.join(', ')}`,
  )
}

export async function addTeamTo(
  station: Station,
  options: OrgAddTeamOptions,
  id: string,
): Promise<void> {
  if (!Slug.safeParse(id).success) throw misused(safe`"${id}" is not the name of a team`)
  const names = Object.fromEntries(
    (options.name ?? []).map(given => {
      const [language = '', ...rest] = given.split('=')
      return [languageOf(language), rest.join('=')]
    }),
  )
  await editSource(
    station,
    options,
    source => addTeam(source, { id, names }),
    safe`team ${id} is new`,
  )
}

export async function addProgramTo(
  station: Station,
  options: EditOptions,
  file: string,
): Promise<void> {
  const text = await textOf(file)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw refused(safe`${file} is not JSON`)
  }
  const parsed = Program.safeParse(json)
  if (!parsed.success)
    throw faulty(
      safe`${file} is not a program`,
      parsed.error.issues.map(({ code, path }) => ({
        pointer: path.map(part => `/${String(part)}`).join(''),
        code,
      })),
    )
  await editSource(
    station,
    options,
    source => addProgram(source, parsed.data),
    safe`program ${parsed.data.id} is as in ${file}`,
  )
}

export async function addAddressTo(
  station: Station,
  options: EditOptions,
  given: string,
): Promise<void> {
  const address = given.toLowerCase().replace(/\/+$/, '')
  if (!Origin.safeParse(address).success)
    throw misused(safe`"${given}" is not an address: scheme, host and port, without a path`)
  await editSource(
    station,
    options,
    source => addAddress(source, address),
    safe`the service is reached at ${address} too`,
  )
}

/** What a handler exported, with its fingerprint said, to be compared on the phone. */
export async function publicIdentityIn(station: Station, file: string): Promise<PublicIdentity> {
  const identity = parsePublicIdentity(await textOf(file))
  const fingerprint = await identityFingerprint(await station.primitives(), identity)
  station.printer.say(safe`${identity.handler} must read this to you: ${fingerprint}`)
  return identity
}

async function textOf(file: string): Promise<string> {
  const bytes = await readBounded(file, maxFileBytes)
  if (bytes === null) throw refused(safe`there is no file ${file}`)
  return new TextDecoder().decode(bytes)
}

function languageOf(given: string): string {
  if (!Language.safeParse(given).success)
    throw misused(safe`"${given}" is not a language tag such as vi, en or zh-Hans`)
  return given
}
