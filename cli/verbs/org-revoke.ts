// `khancap org revoke`: ends a handler now, as after a lost laptop. What they signed before can still be checked.
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { revokeHandler } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { noWayBack, orgCommand } from '../organisation/steps.js'
import type { Station } from '../station/station.js'
import { sayHandOver } from './org-remove.js'
import { safe } from '../terminal/safe.js'

export async function revokeHandlerIn(
  station: Station,
  options: EditOptions,
  id: string,
): Promise<void> {
  await sayHandOver(station, options, id)
  const at = formatTimestamp(station.now())
  await editSource(station, options, {
    what: safe`${id} ends ${at}`,
    to: source => revokeHandler(source, id, at),
    back: () => [
      noWayBack(
        safe`keys that were ended never count again; ${id} needs new ones, made on a clean machine with khancap keys new`,
      ),
      safe`then, with what they export to FILE: ${orgCommand(options, 'rotate', 'handler', 'FILE')}`,
    ],
  })
  if (options.dryRun === true) return
  station.printer.say(
    safe`what was sealed to ${id} before can still be opened with their key: publish at once, and tell the applicants of open cases`,
  )
}
