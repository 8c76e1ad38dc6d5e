// The one server file that opens anything: slips, with the routing identity, which is all that it holds. Whatever it
// opens lives in memory until the case is routed.
import { KhancapError } from '../schemas/problem.js'
import type { SlipContent } from '../schemas/sealed.js'
import { identitiesIn, recipientOf } from '../src/core/envelope/age-keys.js'
import { openSlip } from '../src/core/envelope/open.js'
import type { Primitives } from '../src/core/crypto/primitives.js'

export interface SlipOpener {
  /** The public halves of the routing identity, all generations. */
  readonly recipients: readonly string[]
  /**
   * Opens one slip.
   * @param origin the name of this deployment: slips of another one do not open
   * @param directory sequence and hash of the directory that the slip must name, where that one is known
   * @returns null where it is not addressed to the routing identity
   * @throws KhancapError `sealed_unreadable`
   */
  open(
    slip: Uint8Array,
    origin: string,
    directory: { readonly sequence: number; readonly sha256: Uint8Array } | null,
  ): Promise<SlipContent | null>
}

/**
 * @param identityFile the text of an age identity file: one `AGE-SECRET-KEY-PQ-1…` a line, newest first
 * @throws KhancapError `identity_malformed`
 */
export function slipOpener(primitives: Primitives, identityFile: string): SlipOpener {
  const identities = identitiesIn(identityFile)
  if (identities.length === 0) throw new KhancapError('identity_malformed')
  return {
    recipients: identities.map(identity => publicHalf(primitives, identity)),
    open(slip, origin, directory) {
      const directories = new Map(
        directory === null ? [] : [[directory.sequence, directory.sha256]],
      )
      return openSlip(primitives, identities, slip, { origin, kind: 'slip', directories })
    },
  }
}

function publicHalf(primitives: Primitives, identity: string): string {
  try {
    return recipientOf(primitives, identity)
  } catch (cause) {
    throw new KhancapError('identity_malformed', { cause })
  }
}
