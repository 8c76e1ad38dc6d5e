// Nobody's case hangs on somebody who has left: a claim of a handler whom the directory no longer names, or whose time
// is over, is given up by the sweep.
import { isActive } from '../../keys/keyring.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { ClockStore } from '../ports/clock-store.js'
import type { Log } from '../ports/log.js'
import type { CurrentDirectory } from './current-directory.js'

/** Cases in one transaction. */
const batch = 100

/**
 * Who is gone is decided by the newest directory and the database's clock.
 * @returns cases that were given back
 * @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid`
 */
export async function releaseGoneHandlers(
  deps: {
    readonly store: Pick<ClockStore, 'releaseGone'>
    readonly directories: Pick<CurrentDirectory, 'newest'>
    readonly primitives: Pick<Primitives, 'random'>
    readonly log: Log
  },
  signal: AbortSignal,
): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    const { directory } = await deps.directories.newest()
    const ids = () => ({ id: newOutboxId(deps.primitives), outboxId: newOutboxId(deps.primitives) })
    const released = await deps.store.releaseGone(
      at => directory.handlers.filter(handler => isActive(handler, at)).map(({ id }) => id),
      ids,
      batch,
    )
    total += released
    if (released < batch) break
  }
  if (total > 0) deps.log.warn('handlers have left, their cases are back', { count: total })
  return total
}
