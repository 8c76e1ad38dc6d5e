// Which of the identity's keys acts: the newest that the directory names.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import { handlerByKey } from '../../keys/keyring.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import { refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'

/** The newest key of the identity that the directory names: a generation that is not published yet cannot act. */
export async function actingKey(
  station: Station,
  directory: VerifiedDirectory,
  identity: Identity,
): Promise<{ handler: DirectoryHandler; seed: Uint8Array }> {
  const p = await station.primitives()
  for (const seed of identity.signing) {
    const handler = handlerByKey(directory.directory, p.ed25519PublicKey(seed), station.now())
    if (handler !== null) return { handler, seed }
  }
  throw refused(
    safe`the identity of ${identity.handler} is not in the organisation's directory, or no longer`,
    safe`give the output of ${command`khancap keys export`} to the organisation; it publishes a new directory`,
    safe`khancap keys list shows what the directory says of this identity`,
  )
}
