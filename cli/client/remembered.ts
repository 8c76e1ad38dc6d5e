// The directory that was remembered on this machine, for work without a network.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import type { Station } from '../station/station.js'

/**
 * The directory that was remembered last, for work without a network. It may have expired since: what was signed
 * while it was valid is still checked against it.
 * @returns null where none was ever verified here
 */
export async function rememberedDirectory(
  station: Station,
  settings: HandlerSettings,
): Promise<VerifiedDirectory | null> {
  const note = await station.folder.directoryNote()
  if (note === null) return null
  return verifyPastDirectory(station, settings.root, note)
}

/** Verifies a directory as of the time when it was signed. @throws KhancapError `directory_invalid` */
export async function verifyPastDirectory(
  station: Station,
  root: string,
  note: Uint8Array,
): Promise<VerifiedDirectory> {
  const p = await station.primitives()
  const { verifyDirectory } = await import('../../keys/directory.js')
  return verifyDirectory(p, note, { root, now: null })
}

/** The remembered directory where an organisation is pinned; null where none was seen yet. */
export async function seenDirectory(station: Station): Promise<VerifiedDirectory | null> {
  const settings = await station.folder.settings()
  return settings === null ? null : rememberedDirectory(station, settings)
}
