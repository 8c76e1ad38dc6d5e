// Step 11 on the applicant's device: from typed words to a mailbox, its replies, and additions.
import type { Timestamp } from '../../schemas/encoding.js'
import { MailboxView } from '../../schemas/mailbox.js'
import { KhancapError } from '../../schemas/problem.js'
import type { ReplyFacts } from '../../schemas/sealed.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { attachmentIdentity } from '../../src/core/attachment/sealed-attachment.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import { openReply } from '../../src/core/envelope/open.js'
import { sealAddition } from '../../src/core/envelope/seal.js'
import {
  deriveReceiptKeys,
  type ReceiptKeys,
  wordLanguageFor,
} from '../../src/core/receipt/code.js'
import { signAddition, signDeletion } from '../../src/core/receipt/proofs.js'
import { wordsToCode } from '../../src/core/receipt/read-words.js'
import { additionRecipients } from '../../src/core/routing/readers.js'
import type { AdditionOrder, OpenedMailbox, OpenedReply, SealedAddition } from './calls.js'
import { contextOf, type Opened } from './seal-request.js'

/** The keys of the code that the words stand for. @throws KhancapError `receipt_code_invalid` */
export async function enterWords(
  p: Primitives,
  { root, verified }: Opened,
  words: string,
  pageLanguage: string,
): Promise<ReceiptKeys> {
  const { entropy } = await wordsToCode(words, wordLanguageFor(pageLanguage))
  return deriveReceiptKeys(p, entropy, { root, origin: verified.directory.origin })
}

async function openOne(
  p: Primitives,
  { verified }: Opened,
  keys: ReceiptKeys,
  { id, sealed, at }: MailboxView['replies'][number],
): Promise<OpenedReply> {
  const { origin, sequence } = verified.directory
  try {
    const message = await openReply(
      p,
      [keys.replyIdentity],
      decodeBase64url(sealed),
      keys.replyKey,
      { origin, kind: 'reply', directories: new Map([[sequence, verified.sha256]]) },
    )
    return { id, at, message }
  } catch (error) {
    if (error instanceof KhancapError && error.code !== 'sealed_unreadable') throw error
    return { id, at, message: null }
  }
}

/** @throws KhancapError `server_untrusted` where the answer is no mailbox */
export async function openMailbox(
  p: Primitives,
  opened: Opened,
  keys: ReceiptKeys,
  served: unknown,
): Promise<OpenedMailbox> {
  const parsed = MailboxView.safeParse(served)
  if (!parsed.success) throw new KhancapError('server_untrusted')
  const { replies, ...view } = parsed.data
  const openedReplies: OpenedReply[] = []
  for (const reply of replies) openedReplies.push(await openOne(p, opened, keys, reply))
  return { view, replies: openedReplies }
}

/** The facts of the request, as the newest of the replies says that says any: their writers had opened it. */
export function factsIn({ replies }: Pick<OpenedMailbox, 'replies'>): ReplyFacts | null {
  let newest: { readonly at: Timestamp; readonly facts: ReplyFacts } | null = null
  for (const { at, message } of replies)
    if (message?.facts !== undefined && (newest === null || at >= newest.at))
      newest = { at, facts: message.facts }
  return newest === null ? null : newest.facts
}

/** @param facts of the request, where a reply has said them */
export async function sealMore(
  p: Primitives,
  opened: Opened,
  keys: ReceiptKeys,
  order: AdditionOrder,
  facts: ReplyFacts | null,
): Promise<SealedAddition> {
  const { attachments } = order
  const to = { program: order.program, team: order.team, facts }
  // A manifest goes to whoever can open the envelope (docs/protocol.md, "Attachment").
  const readers =
    attachments.length > 0
      ? [recipientOf(p, await attachmentIdentity(p, keys.replyKey))]
      : additionRecipients(p, opened.verified.directory, to, order.now)
  if (readers.length === 0) throw new KhancapError('directory_invalid')
  const sealed = await sealAddition(
    p,
    {
      v: 1,
      kind: 'addition',
      text: order.text,
      form_version: order.formVersion,
      answers: order.answers,
      attachments: [...attachments],
      context: contextOf('addition', opened),
    },
    readers,
  )
  const id = newClientId(p)
  const signature = signAddition(p, keys.additionSeed, sealed.sha256)
  return {
    id,
    body: JSON.stringify({
      id,
      directory_version: opened.verified.directory.sequence,
      sealed: encodeBase64url(sealed.bytes),
      signature: encodeBase64url(signature),
      uploads: attachments.map(attachment => attachment.id),
    }),
  }
}

export function signRemoval(p: Primitives, keys: ReceiptKeys): { body: string } {
  const signature = signDeletion(p, keys.additionSeed, keys.mailboxHash)
  const body = { key: encodeBase64url(keys.additionKey), signature: encodeBase64url(signature) }
  return { body: JSON.stringify(body) }
}
