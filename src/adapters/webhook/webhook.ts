// Notices as signed webhooks (Standard Webhooks 1.0: webhook-id, webhook-timestamp, webhook-signature). Not trusted: the
// receiver learns what the mail provider learns. Nothing is followed, and no name may lead to a private address.
import { createHmac } from 'node:crypto'
import { lookup, type LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { KhancapError } from '../../../schemas/problem.js'
import { isLoopback } from '../../core/encoding/loopback.js'
import type { NoticeHook } from '../../ports/notice-hook.js'
import type { NoticeMail } from '../../ports/notice-store.js'
import { isPublicAddress } from './public-address.js'

export interface WebhookSettings {
  /** https; or http on loopback, where the receiver runs on this machine. */
  readonly url: string
  /** `whsec_` and the key in base64. */
  readonly secret: string
  /** What is told. */
  readonly print: (mail: NoticeMail) => object
  /** Milliseconds since 1970, on this machine's clock: the receiver compares it with its own. */
  readonly now: () => number
  /** For one whole attempt. */
  readonly timeoutMs?: number
}

const usualTimeoutMs = 15_000

/** Resolves a name once, for the connection itself: what was checked is what is connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const [first] = found ?? []
    const isRefused = first === undefined || !found.every(each => isPublicAddress(each.address))
    if (error !== null) callback(error, '', 0)
    else if (isRefused) callback(new Error('not a public address'), '', 0)
    else if (options.all === true) callback(null, found)
    else callback(null, first.address, first.family)
  })
}

/** @returns the status of the answer, whose body is not read */
function post(
  url: URL,
  body: string,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<number> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const here = url.protocol === 'http:' && isLoopback(url.hostname)
  if (!here && isIP(host) !== 0 && !isPublicAddress(host))
    return Promise.reject(new Error('not a public address'))
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        headers,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        ...(here ? {} : { lookup: publicLookup }),
      },
      answer => {
        resolve(answer.statusCode ?? 0)
        answer.destroy()
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

export function webhook(settings: WebhookSettings): NoticeHook {
  const url = new URL(settings.url)
  const key = Buffer.from(settings.secret.replace(/^whsec_/, ''), 'base64')

  return {
    async tell(mail) {
      const body = JSON.stringify(settings.print(mail))
      const timestamp = String(Math.floor(settings.now() / 1000))
      const signed = `${mail.id}.${timestamp}.${body}`
      const signature = createHmac('sha256', key).update(signed).digest('base64')
      const headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'khancap',
        'webhook-id': mail.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      }
      let status: number
      try {
        status = await post(url, body, headers, settings.timeoutMs ?? usualTimeoutMs)
      } catch (cause) {
        throw new KhancapError('server_unreachable', { cause })
      }
      if (status < 200 || status > 299)
        throw new KhancapError('server_unreachable', { cause: new Error(`status ${status}`) })
    },
  }
}
