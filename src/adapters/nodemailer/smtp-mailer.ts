// Mail to handlers over SMTP.
import type { Mail, Mailer } from '../../ports/mailer.js'
import { type SmtpAccess, smtpTransport } from './smtp-transport.js'

export interface SmtpSettings extends SmtpAccess {
  readonly from: string
}

export function smtpMailer(settings: SmtpSettings): Mailer {
  const transport = smtpTransport(settings)
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1)
  return {
    sendMail(mail: Mail) {
      return transport.send({
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
    },
    async close() {
      transport.close()
    },
  }
}
