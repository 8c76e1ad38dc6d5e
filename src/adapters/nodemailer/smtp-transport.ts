// The way to the mail server. Nothing leaves this machine unless the connection is encrypted and the server's
// certificate verifies (docs/decisions/0031-mail-to-handlers.md).
import { createTransport, type SendMailOptions } from 'nodemailer'
import { isLoopback } from '../../core/encoding/loopback.js'

export interface SmtpAccess {
  /** smtps: TLS from the first byte (port 465); smtp: STARTTLS (port 587). Holds the password. */
  readonly url: string
  /** PEM of the authority to trust instead of the system's, or of the server's own certificate. */
  readonly ca: string | null
  /** For one whole attempt, so that a phase that stalls cannot add to another. */
  readonly timeoutMs?: number
}

/**
 * Why a server took a mail for nobody. `refused`: it never will. `deferred`: not for these recipients, now. `unavailable`: it takes
 * none at all now, or this mail not now. `unconfirmed`: all was handed over, and no answer came.
 */
export type SmtpFault = 'refused' | 'deferred' | 'unavailable' | 'unconfirmed'

export type SmtpOutcome =
  | {
      readonly taken: true /** Recipients that the server did not take. */
      readonly refused: number
    }
  | { readonly taken: false; readonly fault: SmtpFault; readonly cause: unknown }

export interface SmtpTransport {
  send(mail: SendMailOptions): Promise<SmtpOutcome>
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
  const options = {
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
  } as const

  return {
    async send(mail) {
      let isHandedOver = false
      const logger = {
        ...silence,
        // The one event that says so: the last byte of a mail has gone into the connection.
        info(entry: unknown) {
          if (field(entry, 'tnx') === 'message') isHandedOver = true
        },
      }
      const transport = createTransport({ ...options, logger })
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const { rejected } = await transport.sendMail({ ...mail, xMailer: false, signal })
        return { taken: true, refused: rejected.length }
      } catch (cause) {
        return { taken: false, fault: faultOf(cause, isHandedOver), cause }
      }
    },
  }
}

const nothing = () => {}
const silence = {
  level: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
}

function faultOf(cause: unknown, isHandedOver: boolean): SmtpFault {
  if (isRefusal(cause)) return 'refused'
  if (isDeferral(cause)) return 'deferred'
  return isHandedOver && field(cause, 'responseCode') === undefined ? 'unconfirmed' : 'unavailable'
}

/** 4yz to each recipient (RFC 5321 §4.2.1), as greylisting says it; 421 says that the server goes away. */
function isDeferral(cause: unknown): boolean {
  const recipients = field(cause, 'rejectedErrors')
  return (
    field(cause, 'code') === 'EENVELOPE' &&
    Array.isArray(recipients) &&
    recipients.length > 0 &&
    recipients.every(each => field(each, 'responseCode') !== 421)
  )
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
