// Step 9. A sealed mail of a case as it was taken in. It opens on the handler's machine, never here.
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CaseStore } from '../ports/case-store.js'
import type { MailStore } from '../ports/mail-store.js'
import type { Actor } from './admit-handler.js'
import { findVisible } from './find-visible.js'

/** @throws KhancapError `case_unknown`, `mail_unknown`, `store_unavailable` */
export async function fetchMail(
  { store }: { readonly store: Pick<CaseStore, 'findCase'> & Pick<MailStore, 'sealedMail'> },
  id: CaseId,
  mail: ClientId,
  actor: Actor,
): Promise<Uint8Array> {
  await findVisible(store, id, actor.handler)
  const sealed = await store.sealedMail(id, mail)
  if (sealed === null) throw new KhancapError('mail_unknown')
  return sealed
}
