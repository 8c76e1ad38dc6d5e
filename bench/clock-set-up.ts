// What the rows about the clock share: cases in a database, and the sweep over them as the workers run it.
import { type CurrentDirectory, currentDirectory } from '../src/app/current-directory.js'
import type { SweepDeps } from '../src/app/sweep-clock.js'
import type { Store } from '../src/ports/store.js'
import { quietLog } from '../test/helper/quiet-log.js'
import type { Opened } from './organisation.js'

export function clockDeps({
  store,
  organisation,
}: Opened): SweepDeps & { readonly store: Store; readonly directories: CurrentDirectory } {
  const { primitives, root } = organisation
  return {
    store,
    primitives,
    directories: currentDirectory({ store, primitives, root, now: Date.now }),
    log: quietLog,
  }
}
