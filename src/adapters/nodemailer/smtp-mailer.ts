// Mail to handlers over SMTP.
import { KhancapError } from '../../../schemas/problem.js'
import type { Mail, Mailer } from '../../ports/mailer.js'
import { type SmtpAccess, smtpTransport } from './smtp-transport.js'

export interface SmtpSettings extends SmtpAccess {
  readonly from: string
}

export function smtpMailer(settings: SmtpSettings): Mailer {
  const transport = smtpTransport(settings)
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1)
  return {
    async sendMail(mail: Mail) {
      const outcome = await transport.send({
        envelope: { from: settings.from, to: [...mail.to] },
        from: settings.from,
        messageId: `<${mail.messageId}@${domain}>`,
        subject: mail.subject,
        text: mail.text,
        // RFC 3834: no out-of-office answer may come back. RFC 5322 §3.6.3: nobody sees who else is told.
        headers: {
          To: 'undisclosed-recipients:;',
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
        },
      })
      if (outcome.taken) return { refused: outcome.refused }
      const { cause, fault } = outcome
      // A notice is worth telling twice.
      throw new KhancapError(fault === 'refused' ? 'mail_refused' : 'mail_unavailable', { cause })
    },
    // Each mail has its own connection: nothing is open.
    async close() {},
  }
}
