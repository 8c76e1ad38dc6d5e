// Whether a sealed file that came without a server was sealed for the organisation that is pinned here.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Context } from '../../schemas/sealed.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'

/** @throws Failure where it was sealed for another one, or with another directory */
export function expectPinned(
  station: Station,
  directory: VerifiedDirectory | null,
  context: Context,
): void {
  if (directory === null)
    return station.printer.say(
      safe`warning: no directory was seen on this machine, so that for whom this was sealed is not checked`,
    )
  const { origin, sequence } = directory.directory
  const isOther =
    context.origin !== origin ||
    (context.directory_sequence === sequence &&
      context.directory_sha256 !== encodeBase64url(directory.sha256))
  if (isOther)
    throw refused(
      safe`this was sealed for ${context.origin}, directory ${context.directory_sequence}, and not for the organisation that is pinned here`,
      safe`nothing of it was shown; ask the sender which page they used, and tell the organisation`,
    )
}
