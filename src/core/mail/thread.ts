// The fields by which mail programs put an answer to the mail that it answers (RFC 5322 §3.6.4). Bounded: they come from a
// mail that anybody wrote.
import { maxReferences } from '../../../schemas/sealed.js'
import type { MailHeader } from './header.js'

/** Letters of a field that are looked at: more than any program writes. */
const maxLetters = 20_000

export interface Thread {
  readonly inReplyTo: string | null
  /** The first mail of the thread and the newest ones before the answer, oldest first. */
  readonly references: readonly string[]
}

/** What an answer to the mail with this header says of it. */
export function threadAfter(header: Pick<MailHeader, 'first'>): Thread {
  const [parent] = idsIn(header.first('message-id'))
  if (parent === undefined) return { inReplyTo: null, references: [] }
  const named = idsIn(header.first('references'))
  const answered = idsIn(header.first('in-reply-to'))
  // Several answered mails are no line of descent.
  const before = named.length > 0 ? named : answered.length === 1 ? answered : []
  const [first, ...rest] = [...new Set([...before.filter(id => id !== parent), parent])]
  return {
    inReplyTo: parent,
    references: first === undefined ? [] : [first, ...rest.slice(1 - maxReferences)],
  }
}

function idsIn(value: string | null): string[] {
  const text = (value ?? '').slice(0, maxLetters)
  return [...text.matchAll(/<[!-;=?-~]{1,250}>/g)].map(([id]) => id)
}
