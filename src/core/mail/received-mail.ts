// What the worker looks at in a mail before it seals it: a few header fields, never its text. All of it stays in memory
// and goes nowhere but into the sealed file and a keyed digest (docs/protocol.md, step 4m).
import { concatBytes, bigEndian, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import { type MailHeader, readHeader } from './header.js'

export interface ReceivedMail {
  /** Raw, each character one byte; empty where there is none. */
  readonly subject: string
  /** A machine wrote it on its own: a bounce, an automatic answer, a notice (RFC 3834, RFC 3464). */
  readonly isAutomatic: boolean
  readonly header: MailHeader
}

export function readReceivedMail(mail: Uint8Array): ReceivedMail {
  const header = readHeader(mail)
  const word = (name: string) => (header.first(name) ?? '').trim().toLowerCase()
  const submitted = word('auto-submitted')
  return {
    header,
    subject: (header.first('subject') ?? '').trim(),
    isAutomatic:
      (submitted !== '' && !submitted.startsWith('no')) ||
      word('content-type').startsWith('multipart/report') ||
      word('return-path') === '<>' ||
      word('x-autoreply') !== '' ||
      word('x-autorespond') !== '',
  }
}

/** What stays the same where a mail is delivered again; trace fields do not. */
const identifying = ['message-id', 'from', 'date', 'subject']

/**
 * A digest by which the same mail is known when it is delivered twice. HMAC under a key of the workers: no hash of
 * plaintext is stored that somebody else could compare with a guess.
 */
export function mailDigest(
  p: Pick<Primitives, 'hmacSha256'>,
  key: Uint8Array,
  mail: Uint8Array,
  header: MailHeader,
): Promise<Uint8Array> {
  const fields = identifying.map(name => utf8(header.first(name)?.trim() ?? ''))
  // Of a header that was not read whole every byte counts: two such mails must never pass for one.
  const from = header.whole ? header.bodyAt : 0
  const counted = fields.flatMap(field => [bigEndian(field.length, 4), field])
  return p.hmacSha256(key, concatBytes(utf8('khancap/v1/mail\0'), ...counted, mail.subarray(from)))
}
