// What a command about cases works with: the pinned organisation, its current directory, the unlocked identity, and
// the signed line to the server.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { identityAtHand } from '../agent/at-hand.js'
import { unlockIdentity } from '../station/identity.js'
import type { DeskOptions, Station } from '../station/station.js'
import { actingKey } from './acting-key.js'
import { type CaseDesk, caseDesk } from './case-desk.js'
import { type PastDirectories, pastDirectories } from './past-directories.js'
import { fetchDirectory, pinnedSettings, rememberForWork } from './pinned.js'

export interface Desk {
  readonly station: Station
  readonly settings: HandlerSettings
  readonly directory: VerifiedDirectory
  readonly identity: Identity
  /** Who acts, as the directory has them. */
  readonly handler: DirectoryHandler
  /** Ed25519 seed of the key that acts. */
  readonly seed: Uint8Array
  readonly cases: CaseDesk
  readonly past: PastDirectories
}

/**
 * The desk at the server, or in a bundle where the options name one.
 * @param keys `unlocked` where the secrets themselves are needed, which an agent does not give
 * @throws Failure, KhancapError
 */
export async function openDesk(
  given: Station,
  options: DeskOptions,
  keys: 'at_hand' | 'unlocked' = 'at_hand',
): Promise<Desk> {
  if (options.bundle !== undefined)
    return (await import('../stick/bundle-desk.js')).openBundleDesk(given, options, options.bundle)
  const pinned = await pinnedSettings(given)
  // Before the passphrase is asked for: whoever has no identity yet shall hear that first.
  const { settings, directory } = await fetchDirectory(given, pinned, rememberForWork)
  const { identity, station } =
    keys === 'at_hand'
      ? await identityAtHand(given, options, settings)
      : { ...(await unlockIdentity(given, options, settings)), station: given }
  const { handler, seed } = await actingKey(station, directory, identity)
  return {
    station,
    settings,
    directory,
    identity,
    handler,
    seed,
    cases: caseDesk(station, { ...settings, printer: station.printer }, seed),
    past: pastDirectories(station, settings, directory),
  }
}
