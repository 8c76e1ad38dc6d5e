// Step 9. One case with its history and a list of its sealed parts.
import type { CaseId } from '../../schemas/encoding.js'
import type { CaseForHandler, CaseParts, CaseStore } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'
import { findVisible } from './find-visible.js'
import { isReadable } from './readable.js'

/** @throws KhancapError `case_unknown`, `store_unavailable` */
export async function showCase(
  deps: {
    readonly store: Pick<CaseStore, 'findCase' | 'caseParts'>
    readonly directories: CurrentDirectory
  },
  id: CaseId,
  actor: Actor,
): Promise<{
  readonly row: CaseForHandler
  readonly parts: CaseParts
  readonly readable: boolean
}> {
  const row = await findVisible(deps.store, id, actor.handler)
  const parts = await deps.store.caseParts(id)
  return { row, parts, readable: await isReadable(deps.directories, actor.handler.id, row) }
}
