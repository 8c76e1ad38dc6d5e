// When a closed case is purged: its program's retention after the close (docs/protocol.md, step 12).
import type { Directory } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'

const day = 86_400_000

/**
 * The instant from which a case that is closed now may be purged. Where the directory no longer knows the program,
 * the longest retention of the directory holds: deletion cannot be taken back.
 */
export function purgeAt(
  directory: Pick<Directory, 'programs'>,
  program: string | null,
  closedAt: Instant,
): Instant {
  const named = directory.programs.find(candidate => candidate.id === program)
  const days =
    named?.retention_days ?? Math.max(...directory.programs.map(each => each.retention_days))
  return closedAt + days * day
}
