// The way to the mail server. Nothing leaves this machine unless the connection is encrypted and the server's
// certificate verifies (docs/decisions/0031-mail-to-handlers.md).
import { createTransport, type SendMailOptions } from 'nodemailer'
import { KhancapError } from '../../../schemas/problem.js'
import { isLoopback } from '../../core/encoding/loopback.js'

export interface SmtpAccess {
  /** smtps: TLS from the first byte (port 465); smtp: STARTTLS (port 587). Holds the password. */
  readonly url: string
  /** PEM of the authority to trust instead of the system's, or of the server's own certificate. */
  readonly ca: string | null
  /** For one whole attempt, so that a phase that stalls cannot add to another. */
  readonly timeoutMs?: number
}

export interface SmtpTransport {
  /**
   * @returns how many recipients the server did not take
   * @throws KhancapError where it took none: `mail_refused`, `mail_unavailable`
   */
  send(mail: SendMailOptions): Promise<{ readonly refused: number }>
  close(): void
}

const defaultTimeoutMs = 60_000

/** One connection for each mail: mails are few, and an idle connection tells the provider that we are there. */
export function smtpTransport(access: SmtpAccess): SmtpTransport {
  const url = new URL(access.url)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'smtps:'
  const timeoutMs = access.timeoutMs ?? defaultTimeoutMs
  // On loopback there is no wire to watch. Who gives a CA file wants its certificate checked there too.
  const inTheClear = !secure && isLoopback(host) && access.ca === null
  const transport = createTransport({
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !inTheClear,
    ignoreTLS: inTheClear,
    ...(url.username === ''
      ? {}
      : {
          auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
        }),
    tls: { minVersion: 'TLSv1.2', ...(access.ca === null ? {} : { ca: access.ca }) },
    // Said to the server in EHLO; the default would be this machine's name.
    name: '[127.0.0.1]',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  return {
    async send(mail) {
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const { rejected } = await transport.sendMail({ ...mail, xMailer: false, signal })
        return { refused: rejected.length }
      } catch (cause) {
        throw new KhancapError(isRefusal(cause) ? 'mail_refused' : 'mail_unavailable', { cause })
      }
    },
    close: () => transport.close(),
  }
}

/**
 * A refusal concerns this mail and its recipients, and a later attempt would get it again (RFC 5321 §4.2.1: 5yz).
 * Everything else (a wrong password or certificate, an own address that may not send) is for an operator to mend and is
 * tried again.
 */
function isRefusal(cause: unknown): boolean {
  const code = field(cause, 'code')
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false
  if (field(cause, 'command') === 'MAIL FROM') return false
  const recipients = field(cause, 'rejectedErrors')
  return Array.isArray(recipients) && recipients.length > 0
    ? recipients.every(each => field(each, 'permanent') === true)
    : field(cause, 'permanent') === true
}

function field(failure: unknown, name: string): unknown {
  return typeof failure === 'object' && failure !== null ? Reflect.get(failure, name) : undefined
}
