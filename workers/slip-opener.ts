// The one server file that opens anything: slips and letters, with the routing identity, which is all that it holds.
// Whatever it opens lives in memory until the case is routed or the letter has left.
import { KhancapError } from '../schemas/problem.js'
import type { SignedLetter, SlipContent } from '../schemas/sealed.js'
import { identitiesIn, recipientOf } from '../src/core/envelope/age-keys.js'
import { openLetter, openSlip } from '../src/core/envelope/open.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import { letterKeys, letterName } from '../src/core/mail/letter-name.js'

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
  /**
   * Opens one letter of this deployment, whose signature is that of the key that it names.
   * @returns null where it is not addressed to the routing identity
   * @throws KhancapError `sealed_unreadable`
   */
  openLetter(letter: Uint8Array, origin: string): Promise<SignedLetter | null>
  /** The part of a letter's Message-ID before the @, under the newest routing identity. */
  nameLetter(id: string): Promise<string>
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
    openLetter(letter, origin) {
      return openLetter(primitives, identities, letter, { origin, kind: 'letter' })
    },
    async nameLetter(id) {
      const [key] = await letterKeys(primitives, identities)
      if (key === undefined) throw new KhancapError('identity_malformed')
      return letterName(primitives, key, id)
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
