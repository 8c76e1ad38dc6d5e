// Letters over SMTP. What stands in a header may come from a stranger's mail: whatever does not fit its bounds is
// refused here, whoever looked at it before.
import { createTransport, type SendMailOptions } from 'nodemailer'
import { KhancapError, type ProblemCode } from '../../../schemas/problem.js'
import { isMailAddress } from '../../core/mail/mail-address.js'
import type { Letter, LetterSender } from '../../ports/letter-sender.js'
import { type SmtpAccess, type SmtpFault, smtpTransport } from './smtp-transport.js'

/** Letters of a line that a person sees in a header. */
const maxLineLetters = 200
/** The first and the newest ones of a long thread are for the caller to choose. */
const maxReferences = 20
/** RFC 5322 §2.1.1, without the line's end. */
const maxLineBytes = 998

/** A line of text for a header: no controls, no separators of lines, no half letters (lone surrogates). */
const isLine = (text: string) =>
  text.length <= maxLineLetters && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
const isMessageId = (text: string) => /^<[!-;=?-~]{1,250}>$/.test(text)
const isType = (text: string) => /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,100}$/.test(text)

const codes = {
  refused: 'mail_refused',
  deferred: 'mail_deferred',
  unavailable: 'mail_unavailable',
  unconfirmed: 'mail_unconfirmed',
} as const satisfies Record<SmtpFault, ProblemCode>

export function smtpLetterSender(access: SmtpAccess): LetterSender {
  const transport = smtpTransport(access)
  return {
    async sendLetter(letter) {
      if (!fits(letter)) throw new KhancapError('mail_refused')
      const { body, from, to } = letter
      const header = headerOf(letter)
      const outcome = await transport.send({
        envelope: { from: letter.failuresTo === 'sender' ? from.address : '', to: [to] },
        ...('entity' in body
          ? { raw: await withEntity(header, body.entity) }
          : {
              ...header,
              text: body.text,
              attachments: body.files.map(({ bytes, name, type }) => ({
                filename: name,
                contentType: type,
                content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
              })),
            }),
      })
      if (!outcome.taken) throw new KhancapError(codes[outcome.fault], { cause: outcome.cause })
    },
    // Each letter has its own connection: nothing is open.
    async close() {},
  }
}

function fits(letter: Letter): boolean {
  const { body, from, references } = letter
  return (
    /^[A-Za-z0-9._-]{1,64}$/.test(letter.messageId) &&
    isMailAddress(letter.to) &&
    isMailAddress(from.address) &&
    (from.name === null || isLine(from.name)) &&
    isLine(letter.subject) &&
    (letter.inReplyTo === null || isMessageId(letter.inReplyTo)) &&
    references.length <= maxReferences &&
    references.every(isMessageId) &&
    ('entity' in body
      ? isEntity(body.entity)
      : body.files.every(({ name, type }) => isLine(name) && isType(type)))
  )
}

function headerOf(letter: Letter): SendMailOptions {
  const { automatic, from, inReplyTo, references } = letter
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return {
    from: from.name === null ? from.address : { name: from.name, address: from.address },
    to: letter.to,
    messageId: `<${letter.messageId}@${domain}>`,
    subject: letter.subject,
    ...(inReplyTo === null ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references: references.join(' ') }),
    ...(automatic === null
      ? {}
      : { headers: { 'Auto-Submitted': automatic, 'X-Auto-Response-Suppress': 'All' } }),
  }
}

/** Complete as a MIME entity may be that is sent over any server: 7 bit, lines that end with CRLF and are not too long. */
function isEntity(entity: Uint8Array): boolean {
  const text = Buffer.from(entity.buffer, entity.byteOffset, entity.byteLength).toString('latin1')
  const bodyAt = text.indexOf('\r\n\r\n')
  const fields = text
    .slice(0, Math.max(bodyAt, 0))
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  return (
    fields.every(field => /^Content-[A-Za-z-]{1,60}: /.test(field)) &&
    text.split('\r\n').every(line => line.length <= maxLineBytes && /^[\t -~]*$/.test(line))
  )
}

/** The header as it would stand on a text, with the entity in the text's place. */
async function withEntity(header: SendMailOptions, entity: Uint8Array): Promise<Buffer> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await composer.sendMail({ ...header, text: '', xMailer: false })
  if (!Buffer.isBuffer(message)) throw new KhancapError('internal')
  const text = message.toString('latin1')
  const fields = text.slice(0, text.indexOf('\r\n\r\n')).split(/\r\n(?![ \t])/)
  const kept = fields.filter(field => !/^Content-/i.test(field))
  return Buffer.concat([Buffer.from(`${kept.join('\r\n')}\r\n`, 'latin1'), entity])
}
