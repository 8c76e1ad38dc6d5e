// `khancap keys show`: the public half of the identity, with a fingerprint to compare on the phone.
import { identityFingerprint, noIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export async function showIdentity(station: Station, options: VerbOptions): Promise<void> {
  const identity = await station.folder.publicIdentity()
  if (identity === null) throw noIdentity(station)
  const fingerprint = await identityFingerprint(await station.primitives(), identity)
  const { printer } = station
  if (options.json === true) return printer.json({ ...identity, fingerprint })
  printer.out(safe`handler      ${identity.handler}`)
  printer.out(safe`fingerprint  ${fingerprint}`)
  printer.out(safe`signing key  ${identity.signing_keys[0] ?? '-'}`)
  printer.out(safe`recipient    ${identity.recipients[0] ?? '-'}`)
}
