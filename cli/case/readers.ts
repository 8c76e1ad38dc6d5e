// To whom something about a case is sealed: those who could open the case when it came, who were let in later, and who
// writes. The server's word for the team does not count: the sealed answers do.
import { activeRecipient, handlerById, isActive } from '../../keys/keyring.js'
import { maxReaders } from '../../schemas/directory.js'
import type { Context, SealedKind } from '../../schemas/sealed.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'
import type { Excluded } from '../../src/core/routing/exclusions.js'
import { recipientsFor } from '../../src/core/routing/readers.js'
import { exclusionsFor } from '../../src/core/routing/route.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { command, safe } from '../terminal/safe.js'
import type { SealedCase } from './sealed-case.js'

/**
 * Recipients, who writes first. Whom a conflict of interest keeps from the case since they were let in, reads nothing new.
 * @param also handlers who read it, too
 * @returns at most 64
 * @throws Failure where nobody could read it
 */
export async function recipientsOf(
  desk: Desk,
  sealed: SealedCase,
  also: readonly string[] = [],
): Promise<string[]> {
  const { directory, handler, station } = desk
  const p = await station.primitives()
  const now = station.now()
  const granted = [handler.id, ...also, ...sealed.grants.map(({ reader }) => reader)]
  const excluded = excludedNow(desk, sealed)
  const recipients = [
    ...granted.flatMap(id => {
      const reader = handlerById(directory.directory, id)
      if (reader === null || !isActive(reader, now)) return []
      return id !== handler.id && excluded(reader) ? [] : [activeRecipient(reader, now)]
    }),
    ...recipientsFor(p, directory.directory, factsOf(sealed), now),
  ].filter(recipient => recipient !== null)
  if (recipients.length === 0)
    throw refused(
      safe`the directory names nobody to whom this could be sealed`,
      safe`${command`khancap org check`} shows the hole; the organisation must publish a new directory`,
    )
  return [...new Set(recipients)].slice(0, maxReaders)
}

/** Whom a conflict of interest keeps from a case, by the directory of now. */
export function excludedNow({ directory, station }: Desk, sealed: SealedCase): Excluded {
  return exclusionsFor(directory.directory, factsOf(sealed), station.now())
}

/** The facts for routing, from the sealed answers. The deadline is of no importance here. */
export function factsOf({ content }: Pick<SealedCase, 'content'>) {
  return slipFacts(content.program, content.answers, () => null)
}

/** The context of what is sealed now. */
export function contextOf(desk: Desk, kind: SealedKind): Context {
  const { directory, sha256 } = desk.directory
  return {
    kind,
    channel: 'web',
    origin: directory.origin,
    directory_sequence: directory.sequence,
    directory_sha256: encodeBase64url(sha256),
  }
}
