// `khancap keys list`: the generations of the identity, and what the remembered directory says of each.
import { isActive } from '../../keys/keyring.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import { seenDirectory } from '../client/pinned.js'
import { noIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'

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
  const handler = await seenDirectory(station).then(directory =>
    directory === null
      ? null
      : (directory.directory.handlers.find(({ id }) => id === identity.handler) ?? 'unknown'),
  )
  const generations = identity.recipients.map((recipient, index) => ({
    generation: index + 1,
    recipient,
    signing_key: identity.signing_keys[index] ?? null,
    directory: standing(handler, recipient, station.now()),
  }))
  const { printer } = station
  if (options.json === true) return printer.json({ handler: identity.handler, generations })
  printer.say(safe`identity of ${identity.handler}, newest first`)
  printer.out(
    table(
      [safe`NO`, safe`RECIPIENT`, safe`KEY`, safe`DIRECTORY`],
      generations.map(one => [
        safe`${one.generation}`,
        safe`${one.recipient.slice(0, 18)}…`,
        safe`${(one.signing_key ?? '-').slice(0, 12)}…`,
        safe`${words[one.directory]}`,
      ]),
    ),
  )
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
