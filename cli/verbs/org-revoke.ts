// `khancap org revoke`: ends a handler now, as after a lost laptop. What they signed before can still be checked.
import { isActive } from '../../keys/keyring.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { revokeHandler } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { noWayBack, orgCommand } from '../organisation/steps.js'
import type { Station } from '../station/station.js'
import { asBefore, sayHandOver } from './org-remove.js'
import { safe } from '../terminal/safe.js'

export async function revokeHandlerIn(
  station: Station,
  options: EditOptions,
  id: string,
): Promise<void> {
  await sayHandOver(station, options, id, 'revoked')
  const now = station.now()
  const at = formatTimestamp(now)
  await editSource(station, options, {
    what: safe`${id} ends ${at}`,
    to: source => revokeHandler(source, id, at),
    back({ handlers }) {
      const row = handlers.find(handler => handler.id === id)
      // One who had ended before stays ended, whether this was published or not.
      const steps =
        row === undefined || !isActive(row, now)
          ? []
          : [
              safe`to take it back, as long as it is not published: put a copy of organisation.json from before in its place, or first: ${orgCommand(options, 'remove', 'handler', id)}`,
              safe`then, with what they export to FILE, their newest keys alone: ${orgCommand(options, 'add', 'handler', 'FILE', ...asBefore(row))}`,
            ]
      return [
        ...steps,
        safe`once it is published ${noWayBack(
          safe`keys that were ended never count again; ${id} needs new ones, made on a clean machine with khancap keys new`,
        )}`,
        safe`then, with what they export to FILE: ${orgCommand(options, 'rotate', 'handler', 'FILE')}`,
      ]
    },
  })
  if (options.dryRun === true) return
  station.printer.say(
    safe`what was sealed to ${id} before can still be opened with their key: where somebody else may have it, tell the applicants of open cases`,
  )
}
