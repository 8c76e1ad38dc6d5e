// `khancap org remove`: a handler, team, program or address leaves the organisation's source.
import { resolve } from 'node:path'
import { isActive } from '../../keys/keyring.js'
import { readSource } from '../organisation/folder.js'
import { removeAddress, removeHandler, removeProgram, removeTeam } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'

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
  await editSource(
    station,
    options,
    source => removals[kind](source, id),
    safe`${kind} ${id} is gone`,
  )
}

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
