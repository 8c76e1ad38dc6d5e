// `khancap keys list`: the generations of the identity, and what the remembered directory says of each.
import { isActive } from '../../keys/keyring.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { Timestamp } from '../../schemas/encoding.js'
import type { PublicIdentity } from '../../schemas/settings.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { deletableFrom } from '../case/generations.js'
import { seenDirectory } from '../client/remembered.js'
import { noIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'
import { timeWords } from '../terminal/time-words.js'

/** `unknown`: the directory does not name it. `no_directory`: none was ever verified here. */
export type Standing = 'active' | 'not_yet' | 'ended' | 'unknown' | 'no_directory'

const words: Readonly<Record<Standing, string>> = {
  active: 'in the directory',
  not_yet: 'in the directory, not valid yet',
  ended: 'ended',
  unknown: 'not in the directory',
  no_directory: 'no directory was seen yet',
}

export async function listIdentities(station: Station, options: VerbOptions): Promise<void> {
  const identity = await station.folder.publicIdentity()
  if (identity === null) throw noIdentity(station)
  const seen = await seenDirectory(station)
  const handler =
    seen === null
      ? null
      : (seen.directory.handlers.find(({ id }) => id === identity.handler) ?? 'unknown')
  const generations = identity.recipients.map((recipient, index) => ({
    generation: index + 1,
    recipient,
    signing_key: identity.signing_keys[index] ?? null,
    directory: standing(handler, recipient, station.now()),
    delete_after: deleteAfter(seen, identity, index),
  }))
  const { printer } = station
  if (options.json === true) return printer.json({ handler: identity.handler, generations })
  printer.say(safe`identity of ${identity.handler}, newest first`)
  printer.out(
    table(
      [safe`NO`, safe`RECIPIENT`, safe`KEY`, safe`DIRECTORY`, safe`DELETE AFTER`],
      generations.map(one => [
        safe`${one.generation}`,
        safe`${one.recipient.slice(0, 18)}…`,
        safe`${(one.signing_key ?? '-').slice(0, 12)}…`,
        safe`${words[one.directory]}`,
        one.delete_after === null ? safe`-` : safe`${timeWords(one.delete_after)}`,
      ]),
    ),
  )
}

/** When `khancap keys rotate` may delete a generation; null while it is in use. */
function deleteAfter(
  seen: VerifiedDirectory | null,
  identity: PublicIdentity,
  index: number,
): Timestamp | null {
  const from = seen === null ? null : deletableFrom(seen.directory, identity, index)
  return from === null ? null : formatTimestamp(from)
}

function standing(
  handler: DirectoryHandler | 'unknown' | null,
  recipient: string,
  now: number,
): Standing {
  if (handler === null) return 'no_directory'
  if (handler === 'unknown') return 'unknown'
  const generation = handler.recipients.find(known => known.recipient === recipient)
  if (generation === undefined) return 'unknown'
  if (isActive(generation, now) && isActive(handler, now)) return 'active'
  return Date.parse(generation.valid_from) > now ? 'not_yet' : 'ended'
}
