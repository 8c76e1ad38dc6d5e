// A mailbox over IMAP (RFC 9051) with imapflow. Nothing leaves this machine unless the connection is encrypted and the
// server's certificate verifies; on loopback there is no wire to watch (docs/decisions/0061-mail-over-imap.md).
import { ImapFlow } from 'imapflow'
import type { Instant } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import { isLoopback } from '../../core/encoding/loopback.js'
import type { FetchedMail, ListedMail, MailInbox } from '../../ports/mail-inbox.js'

export interface ImapSettings {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise STARTTLS. */
  readonly secure: boolean
  readonly user: string
  readonly password: string
  /** The mailbox on the server. */
  readonly path: string
  /** Where mails go that were taken in; null: they stay, marked as read. */
  readonly moveTo: string | null
  /** PEM of the authority to trust instead of the system's, or of the server's own certificate. */
  readonly ca: string | null
  readonly timeoutMs?: number
  /** Aborted: the connection ends at once, whatever is under way, also while it is being made. */
  readonly cut?: AbortSignal
}

const defaultTimeoutMs = 60_000
/** Below the 29 minutes after which servers may end an IDLE (RFC 9051 §6.3.13), and below what home routers forget. */
const maxIdleMs = 240_000
/** Of what a server may send at once: the largest mail that is asked for, and something around it. */
const maxResponseBytes = 67_108_864

export async function openImapInbox(settings: ImapSettings): Promise<MailInbox> {
  const { ca, host, path, secure } = settings
  const timeoutMs = settings.timeoutMs ?? defaultTimeoutMs
  const inTheClear = !secure && isLoopback(host) && ca === null
  const client = new ImapFlow({
    host,
    port: settings.port,
    secure,
    ...(secure ? {} : { doSTARTTLS: !inTheClear }),
    auth: { user: settings.user, pass: settings.password },
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === null ? {} : { ca }) },
    logger: false,
    emitLogs: false,
    disableAutoIdle: true,
    // Said to the server (RFC 2971); the default would tell more.
    clientInfo: { name: 'khancap' },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: maxIdleMs + timeoutMs,
    maxIdleTime: maxIdleMs,
    maxLineLength: 8_388_608,
    maxLiteralSize: maxResponseBytes,
    maxResponseSize: 2 * maxResponseBytes,
  })
  let ended = settings.cut?.aborted ?? false
  // Every command that is under way fails with it.
  const end = () => client.close()
  settings.cut?.addEventListener('abort', end)
  let wake: (() => void) | null = null
  client.on('error', () => {
    ended = true
    wake?.()
  })
  client.on('close', () => {
    ended = true
    settings.cut?.removeEventListener('abort', end)
    wake?.()
  })
  // Something came while nobody waited: the next wait ends at once.
  let came = false
  client.on('exists', () => {
    came = true
    wake?.()
  })

  /** @param code where the server is there, and says no to this */
  async function attempt<T>(
    work: () => Promise<T>,
    code: Fault = 'mailbox_unavailable',
  ): Promise<T> {
    if (ended) throw new KhancapError('mailbox_unavailable')
    try {
      return await work()
    } catch (cause) {
      throw new KhancapError(ended ? codeOf(cause, 'mailbox_unavailable') : codeOf(cause, code), {
        cause,
      })
    }
  }

  const opened = await attempt(async () => {
    await client.connect()
    return await client.mailboxOpen(path)
  }).catch((error: unknown) => {
    client.close()
    throw error
  })

  return {
    uidValidity: opened.uidValidity,

    uids: () =>
      attempt(async () => {
        const found = await client.search({ all: true }, { uid: true })
        if (!Array.isArray(found)) throw new Error('SEARCH failed')
        return found.toSorted((a, b) => a - b)
      }),

    list: uids =>
      attempt(async (): Promise<ListedMail[]> => {
        if (uids.length === 0) return []
        const found = await client.fetchAll(
          uids.join(','),
          { uid: true, size: true, internalDate: true },
          { uid: true },
        )
        return found.map(({ internalDate, size, uid }) => ({
          uid,
          bytes: size ?? 0,
          arrivedAt: instantOf(internalDate),
        }))
      }),

    fetch: (uids, maxBytes) =>
      attempt(async (): Promise<FetchedMail[]> => {
        if (uids.length === 0) return []
        const found = await client.fetchAll(
          uids.join(','),
          { uid: true, size: true, internalDate: true, source: { maxLength: maxBytes } },
          { uid: true },
        )
        return found.flatMap(({ internalDate, size, source, uid }) =>
          source === undefined
            ? []
            : [
                {
                  uid,
                  raw: source,
                  bytes: size ?? source.length,
                  arrivedAt: instantOf(internalDate),
                },
              ],
        )
      }),

    settle: uids =>
      attempt(async () => {
        if (uids.length === 0) return
        const range = uids.join(',')
        const done =
          settings.moveTo === null
            ? await client.messageFlagsAdd(range, ['\\Seen'], { uid: true })
            : await client.messageMove(range, settings.moveTo, { uid: true })
        if (done === false) throw new Error('the server refused it')
      }, 'mailbox_stuck'),

    async waitForMail(ms, signal) {
      if (ended) throw new KhancapError('mailbox_unavailable')
      if (came) {
        came = false
        return
      }
      await new Promise<void>(resolve => {
        const finish = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          wake = null
          came = false
          resolve()
        }
        const timer = setTimeout(finish, ms)
        signal.addEventListener('abort', finish)
        wake = finish
        if (signal.aborted) finish()
        // Ends with the next command; where the server has no IDLE, the time-out is the polling.
        else client.idle().catch(() => {})
      })
      if (ended) throw new KhancapError('mailbox_unavailable')
    },

    async close() {
      wake?.()
      if (!ended)
        await Promise.race([
          client.logout().catch(() => {}),
          new Promise(resolve => setTimeout(resolve, 2000).unref()),
        ])
      client.close()
    },
  }
}

/** A date that cannot be read counts as now: whoever records bounds it by the clock. */
function instantOf(date: Date | string | undefined): Instant {
  const instant = new Date(date ?? Number.NaN).getTime()
  return Number.isNaN(instant) ? Date.now() : instant
}

type Fault = 'mailbox_unavailable' | 'mailbox_refused' | 'mailbox_untrusted' | 'mailbox_stuck'

/** What an operator must mend: certificate, name, password; otherwise `code`. */
function codeOf(cause: unknown, code: Fault): Fault {
  if (typeof cause !== 'object' || cause === null) return code
  if (Reflect.get(cause, 'authenticationFailed') === true) return 'mailbox_refused'
  const said: unknown = Reflect.get(cause, 'code')
  if (typeof said !== 'string') return code
  const isCertificate =
    said.startsWith('CERT_') ||
    said.startsWith('ERR_TLS') ||
    said.includes('SELF_SIGNED') ||
    said.startsWith('UNABLE_TO_')
  if (isCertificate) return 'mailbox_untrusted'
  return said === 'NONEXISTENT' || said === 'ENOTFOUND' ? 'mailbox_refused' : code
}
