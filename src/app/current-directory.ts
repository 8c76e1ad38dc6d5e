// The published directory as every use case sees it: verified against the pinned root, cached for two seconds.
// The store is not trusted with it.
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { verifyDirectory, type VerifiedDirectory } from '../../keys/directory.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { equalBytes } from '../core/encoding/bytes.js'
import { parseTimestamp } from '../core/encoding/timestamp.js'
import type { DirectoryStore, StoredDirectory } from '../ports/directory-store.js'

export interface CurrentDirectory {
  /**
   * The newest directory, expired or not: what was promised under it is still owed.
   * @throws KhancapError `directory_missing`, `directory_invalid`, `store_unavailable`
   */
  newest(): Promise<VerifiedDirectory>
  /**
   * The newest directory, while it is valid.
   * @throws KhancapError `directory_missing`, `directory_expired`, `directory_invalid`, `store_unavailable`
   */
  latest(): Promise<VerifiedDirectory>
  /**
   * A directory that was published once, whether or not it is still valid; null where there was none.
   * @throws KhancapError `directory_invalid`, `store_unavailable`
   */
  bySequence(sequence: number): Promise<VerifiedDirectory | null>
}

/** How long what was read counts as read. */
const freshMs = 2000
/** Older directories kept verified: those that open cases were sealed with. */
const maxKept = 64

/**
 * Whether a directory may be sealed with and acted upon at an instant. It begins when it is published: whoever
 * publishes it has looked at `valid_from`, with a tolerance for clocks.
 */
export function isInForce({ directory }: VerifiedDirectory, at: Instant): boolean {
  return at < parseTimestamp(directory.expires)
}

export function currentDirectory(deps: {
  readonly store: Pick<DirectoryStore, 'latestDirectory' | 'directoryBySequence'>
  readonly primitives: Primitives
  /** The pinned fingerprint. */
  readonly root: string
  readonly now: () => Instant
}): CurrentDirectory {
  const { store, primitives, root, now } = deps
  const kept = new Map<number, VerifiedDirectory>()
  let newest: { readonly directory: VerifiedDirectory; readonly readAt: Instant } | null = null
  let reading: Promise<VerifiedDirectory> | null = null

  async function verified(stored: StoredDirectory): Promise<VerifiedDirectory> {
    const known = kept.get(stored.sequence)
    if (known !== undefined && equalBytes(known.sha256, stored.sha256)) return known
    // Signatures, not the calendar: an expired directory still explains the cases that were sealed with it.
    const directory = await verifyDirectory(primitives, stored.note, { root, now: null })
    if (directory.directory.sequence !== stored.sequence)
      throw new KhancapError('directory_invalid')
    const [oldest] = kept.keys()
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest)
    kept.set(stored.sequence, directory)
    return directory
  }

  async function readNewest(): Promise<VerifiedDirectory> {
    const stored = await store.latestDirectory()
    if (stored === null) throw new KhancapError('directory_missing')
    const read = await verified(stored)
    // Whoever can only write to the store cannot take a running server back to a directory of before.
    const isAhead = newest === null || read.directory.sequence > newest.directory.directory.sequence
    const directory = isAhead || newest === null ? read : newest.directory
    newest = { directory, readAt: now() }
    return directory
  }

  async function freshest(): Promise<VerifiedDirectory> {
    if (newest !== null && Math.abs(now() - newest.readAt) < freshMs) return newest.directory
    reading ??= readNewest().finally(() => {
      reading = null
    })
    try {
      return await reading
    } catch (error) {
      // What was verified stays true while the store is away.
      if (newest === null || !(error instanceof KhancapError) || error.code !== 'store_unavailable')
        throw error
      return newest.directory
    }
  }

  return {
    newest: freshest,
    async latest() {
      const directory = await freshest()
      if (!isInForce(directory, now())) throw new KhancapError('directory_expired')
      return directory
    },
    async bySequence(sequence) {
      const known = kept.get(sequence)
      if (known !== undefined) return known
      const stored = await store.directoryBySequence(sequence)
      return stored === null ? null : verified(stored)
    },
  }
}
