// A case that a handler may not see is a case that does not exist.
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseForHandler, CaseStore } from '../ports/case-store.js'
import { mayRead } from './permissions.js'

/** @throws KhancapError `case_unknown`, `store_unavailable` */
export async function findVisible(
  store: Pick<CaseStore, 'findCase'>,
  id: CaseId,
  handler: DirectoryHandler,
): Promise<CaseForHandler> {
  const row = await store.findCase(id, handler.id)
  if (row === null || !mayRead(handler, row)) throw new KhancapError('case_unknown')
  return row
}
