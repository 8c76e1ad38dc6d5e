// Step 9. An attachment of a case, sealed as it came, a stretch at a time. It opens on the handler's machine, never here.
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseStore } from '../ports/case-store.js'
import type { UploadStore } from '../ports/upload-store.js'
import type { Actor } from './admit-handler.js'
import { findVisible } from './find-visible.js'

/** @throws KhancapError `case_unknown`, `case_purged`, `attachment_unknown`, `store_unavailable` */
export async function fetchAttachment(
  { store }: { readonly store: Pick<CaseStore, 'findCase'> & Pick<UploadStore, 'readAttachment'> },
  id: CaseId,
  part: { readonly attachment: ClientId; readonly from: number; readonly maxBytes: number },
  actor: Actor,
): Promise<Uint8Array> {
  const { state } = await findVisible(store, id, actor.handler)
  if (state === 'purged') throw new KhancapError('case_purged')
  const bytes = await store.readAttachment(id, part.attachment, part.from, part.maxBytes)
  if (bytes === null) throw new KhancapError('attachment_unknown')
  return bytes
}
