// `khancap org add`: a handler, team, program or address becomes part of the organisation's source.
import { parsePublicIdentity } from '../../keys/handler-folder.js'
import type { Role } from '../../schemas/directory.js'
import { Language, Origin, Slug } from '../../schemas/encoding.js'
import { Program } from '../../schemas/program.js'
import type { PublicIdentity } from '../../schemas/settings.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { misused, noFile, noHint, refused } from '../failure.js'
import { addAddress, addHandler, addProgram, addTeam } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { faulty } from '../organisation/folder.js'
import { orgCommand, takenBack } from '../organisation/steps.js'
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
        noHint,
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
  await editSource(station, options, {
    what: safe`${handler} joins ${as.teams.join(', ')} as ${as.roles.join(', ')}`,
    to: source => addHandler(source, identity, as),
    back: () => [
      safe`where they read another fingerprint, or to take it back: ${orgCommand(options, 'remove', 'handler', handler)}`,
      safe`once it is published: ${orgCommand(options, 'revoke', handler)}`,
    ],
  })
}

export async function addTeamTo(
  station: Station,
  options: OrgAddTeamOptions,
  id: string,
): Promise<void> {
  if (!Slug.safeParse(id).success)
    throw misused(
      safe`"${id}" is not the name of a team`,
      safe`it has lower-case letters, digits and hyphens, as in asia`,
    )
  const names = Object.fromEntries(
    (options.name ?? []).map(given => {
      const [language = '', ...rest] = given.split('=')
      return [languageOf(language), rest.join('=')]
    }),
  )
  await editSource(station, options, {
    what: safe`team ${id} is new`,
    to: source => addTeam(source, { id, names }),
    back: () => [takenBack(orgCommand(options, 'remove', 'team', id))],
  })
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
    throw refused(
      safe`${file} is not JSON`,
      safe`a program is a JSON file, as those in schemas/programs`,
    )
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
  const { id } = parsed.data
  await editSource(station, options, {
    what: safe`program ${id} is as in ${file}`,
    to: source => addProgram(source, parsed.data),
    back: ({ programs }) => [
      programs.some(program => program.id === id)
        ? safe`to take it back, where you have the program of before as FILE: ${orgCommand(options, 'add', 'program', 'FILE')}`
        : takenBack(orgCommand(options, 'remove', 'program', id)),
    ],
  })
}

export async function addAddressTo(
  station: Station,
  options: EditOptions,
  given: string,
): Promise<void> {
  const address = given.toLowerCase().replace(/\/+$/, '')
  if (!Origin.safeParse(address).success)
    throw misused(safe`"${given}" is not an address: scheme, host and port, without a path`, noHint)
  await editSource(station, options, {
    what: safe`the service is reached at ${address} too`,
    to: source => addAddress(source, address),
    back: () => [takenBack(orgCommand(options, 'remove', 'address', address))],
  })
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
  if (bytes === null) throw noFile(file)
  return new TextDecoder().decode(bytes)
}

function languageOf(given: string): string {
  if (!Language.safeParse(given).success)
    throw misused(safe`"${given}" is not a language tag such as vi, en or zh-Hans`, noHint)
  return given
}
