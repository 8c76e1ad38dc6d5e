// Step 11. The applicant takes everything back: nobody is given the case any more, the next sweep deletes the
// ciphertext, and a tombstone with their signed act stays.
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import { verifyDeletion } from '../core/receipt/proofs.js'
import type { MailboxStore } from '../ports/mailbox-store.js'

/**
 * Durable when it returns. The token says who asks; the signature goes into the history, so that nobody else can claim
 * later that the applicant had deleted the case. Whether its key is that of the code is seen by who has read the envelope.
 * @throws KhancapError `signature_invalid`, `mailbox_unknown`, `store_unavailable`
 */
export async function deleteCase(
  deps: {
    readonly store: Pick<MailboxStore, 'deleteCase'>
    readonly primitives: Primitives
  },
  token: Uint8Array,
  { key, signature }: { readonly key: Uint8Array; readonly signature: Uint8Array },
): Promise<{ readonly at: Instant }> {
  const { primitives, store } = deps
  const mailbox = await primitives.sha256(token)
  if (!verifyDeletion(primitives, key, mailbox, signature))
    throw new KhancapError('signature_invalid')
  return store.deleteCase(mailbox, {
    proof: `${encodeBase64url(key)} ${encodeBase64url(signature)}`,
    noticeId: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
  })
}
