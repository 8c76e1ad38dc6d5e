// Step 9. One sealed part of a case as it was taken in. It opens on the handler's machine, never here.
import type { PartKind } from '../../schemas/case.js'
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseStore } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import { findVisible } from './find-visible.js'

/** @throws KhancapError `case_unknown`, `case_purged`, `part_unknown`, `store_unavailable` */
export async function fetchPart(
  { store }: { readonly store: Pick<CaseStore, 'findCase' | 'sealedPart'> },
  id: CaseId,
  kind: PartKind,
  part: ClientId,
  actor: Actor,
): Promise<Uint8Array> {
  const row = await findVisible(store, id, actor.handler)
  // Its mails may be there for a moment longer.
  if (row.state === 'purged') throw new KhancapError('case_purged')
  const sealed = await store.sealedPart(id, kind, part)
  if (sealed === null) throw new KhancapError('part_unknown')
  return sealed
}
