// Step 11. What a returning applicant sees. The only key to it is the mailbox token, of which the store has the
// hash: there is no other way to find an applicant's case.
import type { ClientId } from '../../schemas/encoding.js'
import { maxReplyPageBytes } from '../../schemas/mailbox.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { MailboxContent, MailboxStore } from '../ports/mailbox-store.js'

/**
 * @param asked.before only replies that are older than this one; null: the newest
 * @param asked.read replies that the applicant's device has opened; unknown ids are ignored
 * @throws KhancapError `mailbox_unknown`, `store_unavailable`
 */
export async function readMailbox(
  deps: {
    readonly store: Pick<MailboxStore, 'findMailbox' | 'markRepliesRead'>
    readonly primitives: Primitives
  },
  token: Uint8Array,
  { before, read }: { readonly before: ClientId | null; readonly read: readonly ClientId[] },
): Promise<MailboxContent> {
  const tokenSha256 = await deps.primitives.sha256(token)
  const content = await deps.store.findMailbox(tokenSha256, {
    before,
    maxBytes: maxReplyPageBytes,
  })
  if (content === null) throw new KhancapError('mailbox_unknown')
  if (read.length > 0) await deps.store.markRepliesRead(tokenSha256, read)
  return content
}
