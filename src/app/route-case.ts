// Step 7: opens the slip, never the envelope, and decides program, team and deadline. Whatever is wrong with a slip,
// the case goes to a person: it is never refused and never lost.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Directory } from '../../schemas/directory.js'
import type { CaseId, Instant, Timestamp } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { SlipContent } from '../../schemas/sealed.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import { parseTimestamp } from '../core/encoding/timestamp.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { routeFor, routeUnread } from '../core/routing/route.js'
import { keepingPromise, nextRungAt, routedDueAt, serviceLevelFor } from '../core/sla/ladder.js'
import type { Log } from '../ports/log.js'
import type { RoutingStore, UnroutedCase } from '../ports/routing-store.js'
import type { CurrentDirectory } from './current-directory.js'

/**
 * Opens one slip with the routing identity.
 * @param origin the name of this deployment
 * @param directory sequence and hash of the directory that it names, where that one is known
 * @returns null where it is not addressed to that identity
 * @throws KhancapError `sealed_unreadable`
 */
export type OpenSlip = (
  slip: Uint8Array,
  origin: string,
  directory: { readonly sequence: number; readonly sha256: Uint8Array } | null,
) => Promise<SlipContent | null>

export interface RouterDeps {
  readonly store: RoutingStore
  readonly directories: Pick<CurrentDirectory, 'newest' | 'bySequence'>
  readonly openSlip: OpenSlip
  /** The recipients of the routing identity, all generations: tells a wrong key from a wrong slip. */
  readonly recipients: readonly string[]
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
}

/**
 * @returns whether this call routed the case: then its outbox has a notice
 * @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid`, `router_identity_unknown`
 */
export async function routeCase(deps: RouterDeps, id: CaseId): Promise<boolean> {
  const unrouted = await deps.store.unroutedCase(id)
  if (unrouted === null) return false
  // The directory of now, not the one that it was sealed with: teams may have changed, and the case goes to those
  // who are there. An expired one still routes: nobody's request waits for a signature.
  const { directory } = await deps.directories.newest()
  const { now, receivedAt } = unrouted
  const sealedWith = await deps.directories.bySequence(unrouted.directorySequence)
  const slip = await readSlip(deps, { unrouted, sealedWith, newest: directory })
  const routing =
    typeof slip === 'string' ? routeUnread(directory, slip, now) : routeFor(directory, slip, now)
  const level = serviceLevelFor(directory, routing.program, now)
  const deadline = typeof slip === 'string' ? null : instantOf(slip.deadline)
  const promised = sealedWith && serviceLevelFor(sealedWith.directory, routing.program, receivedAt)
  const dueAt = routedDueAt(keepingPromise(level, promised), { receivedAt, now, deadline })
  const routed = await deps.store.recordRoute(id, {
    ...routing,
    directorySequence: directory.sequence,
    dueAt,
    // From the start: a rung that was climbed before is known to the store, one that was missed is not.
    nextRungAt: nextRungAt(level, { startedAt: receivedAt, dueAt }, null),
    noticeId: newOutboxId(deps.primitives),
    outboxId: newOutboxId(deps.primitives),
  })
  if (routed) deps.log.info('case routed', { case: id, sequence: directory.sequence })
  return routed
}

interface ToRead {
  readonly unrouted: UnroutedCase
  readonly sealedWith: VerifiedDirectory | null
  readonly newest: Directory
}

async function readSlip(
  deps: RouterDeps,
  { unrouted, sealedWith, newest }: ToRead,
): Promise<SlipContent | 'no_slip' | 'slip_unreadable'> {
  if (unrouted.slip === null) return 'no_slip'
  const unreadable = (cause: string) => {
    deps.log.warn('slip unreadable', { case: unrouted.id, cause })
    return 'slip_unreadable' as const
  }
  let slip: SlipContent | null
  try {
    slip = await deps.openSlip(
      unrouted.slip,
      newest.origin,
      sealedWith && { sequence: sealedWith.directory.sequence, sha256: sealedWith.sha256 },
    )
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'sealed_unreadable') throw error
    return unreadable('sealed_unreadable')
  }
  if (slip === null) {
    // The workers were given the wrong file. Nothing is decided then, because routing deletes the slip: the case
    // waits for the right one, and its ladder alarms meanwhile.
    if (!newest.router.some(({ recipient }) => deps.recipients.includes(recipient)))
      throw new KhancapError('router_identity_unknown')
    return unreadable('not_addressed_to_router')
  }
  if (slip.envelope !== encodeBase64url(unrouted.envelopeSha256))
    return unreadable('slip_of_another_envelope')
  return slip
}

/** A date that does not exist (31 February) is none: it must not hold the case up. */
function instantOf(timestamp: Timestamp | null): Instant | null {
  try {
    return timestamp === null ? null : parseTimestamp(timestamp)
  } catch {
    return null
  }
}
