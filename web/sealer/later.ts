// What a first request does not need: files, and the way back to a mailbox. A script of its own, which the Worker loads when it
// is first asked for any of this (web/bundle.mjs).
import type { ReplyFacts } from '../../schemas/sealed.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import type { ReceiptKeys } from '../../src/core/receipt/code.js'
import { attaching, lookInto } from './attachments.js'
import type { Answering } from './calls.js'
import { enterWords, factsIn, openMailbox, sealMore, signRemoval } from './mailbox.js'
import type { Opened } from './seal-request.js'

type LaterCall =
  | 'enter'
  | 'read'
  | 'add'
  | 'remove'
  | 'look'
  | 'attach'
  | 'attachPart'
  | 'attachEnd'

/** What the Worker holds since it was started. */
export interface Held {
  /** Loaded and tested. */
  readonly primitives: () => Primitives
  /** Good for reading; perhaps it has expired. @throws KhancapError `directory_missing` */
  readonly directory: () => Opened
  /** @throws KhancapError `directory_missing`, `directory_expired` */
  readonly inForce: () => Opened
}

export function answeringLater({
  primitives,
  directory,
  inForce,
}: Held): Pick<Answering, LaterCall> {
  /** By mailbox token. */
  const entered = new Map<string, ReceiptKeys>()
  /** Of the request, from its replies, by mailbox token. */
  const known = new Map<string, ReplyFacts | null>()
  const files = attaching(primitives)

  const keysOf = (token: string) => {
    const keys = entered.get(token)
    if (keys === undefined) throw new KhancapError('receipt_code_invalid')
    return keys
  }
  return {
    async enter({ words, pageLanguage }) {
      const keys = await enterWords(primitives(), directory(), words, pageLanguage)
      const token = encodeBase64url(keys.mailboxToken)
      entered.clear()
      known.clear()
      entered.set(token, keys)
      return { token }
    },
    async read({ served, token }) {
      const mailbox = await openMailbox(primitives(), directory(), keysOf(token), served)
      known.set(token, factsIn(mailbox))
      return mailbox
    },
    add: async order =>
      sealMore(primitives(), inForce(), keysOf(order.token), order, known.get(order.token) ?? null),
    remove: async ({ token }) => signRemoval(primitives(), keysOf(token)),
    look: ({ file }) => lookInto(file),
    attach: async order => {
      inForce()
      return files.begin(order)
    },
    attachPart: part => files.part(part),
    attachEnd: order => files.end(order),
  }
}
