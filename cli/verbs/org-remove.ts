// `khancap org remove`: a handler, team, program or address leaves the organisation's source.
import { resolve } from 'node:path'
import { isActive } from '../../keys/keyring.js'
import type { Instant } from '../../schemas/encoding.js'
import type { OrganisationSource } from '../../schemas/organisation.js'
import { readSource } from '../organisation/folder.js'
import { removeAddress, removeHandler, removeProgram, removeTeam } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { noWayBack, orgCommand, takenBack } from '../organisation/steps.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

const removals = {
  handler: removeHandler,
  team: removeTeam,
  program: removeProgram,
  address: removeAddress,
} as const

export type Removable = keyof typeof removals

export async function removeFrom(
  station: Station,
  options: EditOptions,
  kind: Removable,
  id: string,
): Promise<void> {
  if (kind === 'handler')
    station.printer.say(
      safe`who removes a handler can no longer check what they signed; khancap org revoke ends them and keeps that`,
    )
  if (kind === 'handler') await sayHandOver(station, options, id)
  await editSource(station, options, {
    what: safe`${kind} ${id} is gone`,
    to: source => removals[kind](source, id),
    back: before => [
      waysBack[kind](
        id,
        before,
        (...words) => orgCommand(options, 'add', kind, ...words),
        station.now(),
      ),
    ],
  })
}

/** As it stood before. Programs and the keys of handlers are in files that only people have. */
const waysBack: Readonly<
  Record<Removable, (id: string, before: OrganisationSource, again: Again, now: Instant) => Safe>
> = {
  address: (id, _before, again) => takenBack(again(id)),
  program: (_id, _before, again) =>
    safe`to take it back, where you have the program as FILE: ${again('FILE')}`,
  team(id, { teams }, again) {
    const names = Object.entries(teams.find(team => team.id === id)?.names ?? {})
    const named = names.map(([language, name]) => `${language}=${name}`)
    return takenBack(again(id, ...each('--name', named)))
  },
  handler(id, { handlers }, again, now) {
    const row = handlers.find(handler => handler.id === id)
    if (row === undefined || !isActive(row, now))
      return noWayBack(
        safe`${id} had ended before; only a copy of organisation.json from before has them`,
      )
    const as = [
      ...each('--team', row.teams),
      ...each('--role', row.roles),
      ...each('--language', row.languages),
    ]
    return safe`to take it back, with what they export to FILE, their newest keys alone: ${again('FILE', ...as)}`
  },
}

/** The command that adds such a thing. */
type Again = (...words: readonly string[]) => Safe

const each = (option: string, values: readonly string[]) => values.flatMap(value => [option, value])

/** Which cases a handler leaves behind, the folder on the stick cannot know: it says who can, and how. */
export async function sayHandOver(
  station: Station,
  options: EditOptions,
  id: string,
): Promise<void> {
  const { handlers } = await readSource(resolve(options.dir))
  const leaving = handlers.find(handler => handler.id === id)
  if (leaving === undefined) return
  const now = station.now()
  const staying = handlers.filter(handler => handler.id !== id && isActive(handler, now))
  for (const team of leaving.teams) {
    const left = staying.filter(({ teams }) => teams.includes(team)).map(handler => handler.id)
    station.printer.say(
      left.length === 0
        ? safe`warning: NOBODY IS LEFT IN TEAM ${team}: nobody but ${id} can open what only that team was sealed; ${id} must hand it over before they go: khancap add-reader --team ${team} --to COLLEAGUE`
        : safe`team ${team}: ${left.join(', ')} can open what was sealed to the team while they were in it`,
    )
  }
  station.printer.say(
    safe`which cases need a new reader: khancap add-reader --from ${id} --to COLLEAGUE --dry-run, by a colleague or by ${id}; without --dry-run it hands them over. Do it before you publish`,
  )
}
