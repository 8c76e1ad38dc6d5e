// Step 9. One case with its history and sealed parts, and its envelope as it was taken in.
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseForHandler, CaseParts, CaseStore } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'
import { mayRead } from './permissions.js'
import { isReadable } from './readable.js'

type Reading = { readonly store: Pick<CaseStore, 'findCase'> }

/** A case that this handler may not see is a case that does not exist. */
async function findReadable({ store }: Reading, id: CaseId, actor: Actor): Promise<CaseForHandler> {
  const row = await store.findCase(id, actor.handler.id)
  if (row === null || !mayRead(actor.handler, row)) throw new KhancapError('case_unknown')
  return row
}

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
  const row = await findReadable(deps, id, actor)
  const parts = await deps.store.caseParts(id)
  return { row, parts, readable: await isReadable(deps.directories, actor.handler.id, row) }
}

/** @throws KhancapError `case_unknown`, `case_purged`, `store_unavailable` */
export async function fetchEnvelope(
  deps: { readonly store: Pick<CaseStore, 'findCase' | 'caseEnvelope'> },
  id: CaseId,
  actor: Actor,
): Promise<Uint8Array> {
  await findReadable(deps, id, actor)
  const envelope = await deps.store.caseEnvelope(id)
  if (envelope === null) throw new KhancapError('case_purged')
  return envelope
}
