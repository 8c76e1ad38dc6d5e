// Step 9. The envelope of a case as it was taken in. It opens on the handler's machine, never here.
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseStore } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import { findVisible } from './find-visible.js'

/** @throws KhancapError `case_unknown`, `case_purged`, `store_unavailable` */
export async function fetchEnvelope(
  { store }: { readonly store: Pick<CaseStore, 'findCase' | 'caseEnvelope'> },
  id: CaseId,
  actor: Actor,
): Promise<Uint8Array> {
  const { state } = await findVisible(store, id, actor.handler)
  const envelope = state === 'purged' ? null : await store.caseEnvelope(id)
  if (envelope === null) throw new KhancapError('case_purged')
  return envelope
}
