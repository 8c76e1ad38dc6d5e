// Step 1. Publishes a signed directory: verified against the pinned root, newer than what is published, and
// following it, and without a hole: a case that nobody would get. The organisation signs offline; the server only
// ever passes on what verifies.
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { followsDirectory, verifyDirectory, type VerifiedDirectory } from '../../keys/directory.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { equalBytes } from '../core/encoding/bytes.js'
import { findHoles } from '../core/routing/holes.js'
import type { DirectoryStore } from '../ports/directory-store.js'

/**
 * @param note the exact bytes of the signed note
 * @returns whether this call published it; `unchanged` where it is the published one
 * @throws KhancapError `directory_invalid`, `directory_expired`, `directory_older`, `directory_forked`,
 *   `store_unavailable`
 */
export async function publishDirectory(
  deps: {
    readonly store: Pick<DirectoryStore, 'latestDirectory' | 'publishDirectory'>
    readonly primitives: Primitives
    readonly root: string
    readonly now: () => Instant
  },
  note: Uint8Array,
): Promise<{ readonly outcome: 'published' | 'unchanged'; readonly directory: VerifiedDirectory }> {
  const { store, primitives, root } = deps
  const next = await verifyDirectory(primitives, note, { root, now: deps.now() })
  const stored = await store.latestDirectory()
  if (stored !== null && equalBytes(stored.sha256, next.sha256))
    return { outcome: 'unchanged', directory: next }
  const holes = findHoles(next.directory)
  if (holes.length > 0)
    throw new KhancapError('directory_invalid', {
      faults: holes.slice(0, 50).map(({ code, where }) => ({ pointer: `/${where}`, code })),
    })
  const previous =
    stored === null ? null : await verifyDirectory(primitives, stored.note, { root, now: null })
  followsDirectory(previous, next)
  // The store compares once more, in one transaction: of two servers that publish at once one wins, and the other
  // is told that what it knew is no longer the latest.
  await store.publishDirectory(
    { sequence: next.directory.sequence, sha256: next.sha256, note: next.note },
    stored?.sha256 ?? null,
  )
  return { outcome: 'published', directory: next }
}
