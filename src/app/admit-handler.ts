// Who acts: a signed request becomes a handler of the current keyring. Each signature is good once, for a minute.
import type { ActAnchor } from '../../schemas/case.js'
import type { Directory, DirectoryHandler } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { handlerByKey } from '../../keys/keyring.js'
import {
  expectFresh,
  maxSignatureAgeMs,
  type SignatureClaim,
} from '../core/http-signature/verify.js'
import type { CaseStore, SignedRequest } from '../ports/case-store.js'
import type { CurrentDirectory } from './current-directory.js'

export interface Actor {
  readonly handler: DirectoryHandler
  /** Kept with each act, so that the history proves itself. */
  readonly request: SignedRequest
  /** What the request says of its case; null where it says nothing. */
  readonly anchor: ActAnchor | null
}

/**
 * Pure: who a signature says is acting. It may have been used before.
 * @param claim a signature that verifies with the key it names
 * @throws KhancapError `key_unknown`, `signature_stale`
 */
export function recogniseHandler(
  directory: Directory,
  claim: SignatureClaim,
  now: Instant,
): DirectoryHandler {
  const handler = handlerByKey(directory, claim.key, now)
  if (handler === null) throw new KhancapError('key_unknown')
  expectFresh(claim, now)
  return handler
}

/**
 * @param claim a signature that verifies with the key it names, over a request of which all has arrived
 * @throws KhancapError `key_unknown`, `signature_stale`, `nonce_used`, `directory_missing`, `directory_expired`,
 *   `store_unavailable`
 */
export async function admitHandler(
  deps: {
    readonly store: Pick<CaseStore, 'useNonce'>
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  claim: SignatureClaim,
  anchor: ActAnchor | null,
): Promise<Actor> {
  const { directory } = await deps.directories.newest()
  const now = deps.now()
  const handler = recogniseHandler(directory, claim, now)
  // Kept for twice the window and a minute for the database's clock: until then the time itself refuses it.
  const fresh = await deps.store.useNonce(claim.nonce, now + 3 * maxSignatureAgeMs)
  if (!fresh) throw new KhancapError('nonce_used')
  const { signatureBase, signature, key } = claim
  return { handler, request: { signatureBase, signature, key }, anchor }
}
