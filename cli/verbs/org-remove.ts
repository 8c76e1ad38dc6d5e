// `khancap org remove`: a handler, team, program or address leaves the organisation's source.
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
  await editSource(
    station,
    options,
    source => removals[kind](source, id),
    safe`${kind} ${id} is gone`,
  )
}
