// Mails that say that a letter did not arrive: delivery status notifications (RFC 3464), and the plain ones of older servers
// (qmail, Exim). Anybody can write one: it says something only where it names a letter as nobody can guess it, and where a
// person may have written it, it is a person's mail as well.
import type { MailHeader } from './header.js'
import { latin1 } from './latin1.js'
import { partBytes, readParts } from './parts.js'

export interface Bounce {
  /** What may be names of letters, each once. */
  readonly names: readonly string[]
  /** False where delivery is only delayed, or something else is told of it. */
  readonly failed: boolean
  /** It has a status that a machine wrote for machines. A plain one may hold somebody's words. */
  readonly isReport: boolean
}

/** Bytes of each part that are looked at, and names in all. */
const maxPartBytes = 262_144
const maxNames = 10

/** @returns null where the mail is no bounce, or names nothing that could be a letter */
export function readBounce(mail: Uint8Array, header: MailHeader): Bounce | null {
  const word = (name: string) => (header.first(name) ?? '').trim().toLowerCase()
  const type = word('content-type')
  const mayReport =
    type.startsWith('multipart/report') && !/disposition-notification|feedback-report/.test(type)
  // An automatic answer has no return path either, and a postmaster is also a person who writes mails: both are needed.
  const isDaemon =
    word('x-failed-recipients') !== '' ||
    (word('return-path') === '<>' &&
      /(?:^|[<\s"(])(?:mailer-daemon|postmaster|mail\.daemon)(?:@|\s*(?:$|[>(]))/.test(
        word('from'),
      ))
  if (!mayReport && !isDaemon) return null
  const { parts } = readParts(mail)
  const names = new Set<string>()
  let actions: string[] | null = null
  for (const part of parts) {
    const text = latin1(partBytes({ ...part, body: part.body.subarray(0, maxPartBytes) }))
    for (const [, name = ''] of text.matchAll(/(?<![0-9a-f])([0-9a-f]{64})@/gi))
      if (names.size < maxNames) names.add(name.toLowerCase())
    if (part.type === 'message/delivery-status')
      actions = [
        ...(actions ?? []),
        ...[...text.matchAll(/^action[ \t]*:[ \t]*([a-z]{1,20})/gim)].map(([, action = '']) =>
          action.toLowerCase(),
        ),
      ]
  }
  if (names.size === 0 || (actions === null && !isDaemon)) return null
  const failed =
    actions === null
      ? !/\b(?:warning|delay|delayed)\b/.test(word('subject'))
      : actions.includes('failed')
  return { names: [...names], failed, isReport: actions !== null }
}
