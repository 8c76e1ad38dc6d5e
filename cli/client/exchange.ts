// One HTTP exchange with a server that may lie: nothing is followed, nothing decompressed, every size is capped, and
// one deadline holds for the whole exchange, so that a slow drip cannot extend it.
import * as http from 'node:http'
import * as https from 'node:https'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { Failure, refused, unavailable } from '../failure.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'
import { socksConnection } from './socks.js'

/** Tor needs its time; a person waits no longer than this. */
const exchangeSeconds = 120
const maxHeaderBytes = 16_384

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** Bytes of the answer's body at most. */
  readonly maxBytes: number
  /** Asks with these headers alone, and takes what comes compressed as it came. */
  readonly only?: true
}

/** By name in lower case; what came twice is joined by a comma. */
export type Headers = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number
  readonly contentType: string
  /** What the server says the time is; null where it does not say. */
  readonly date: string | null
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface Line {
  /** socks5h://host:port, or null for a direct line. */
  readonly proxy: string | null
  readonly seconds?: number
  /** Ends the exchange before its time. */
  readonly ended?: AbortSignal
  /** Says who is waited for; a view of its own over the terminal gives none. */
  readonly printer?: Printer
}

/** @throws Failure: unavailable where there was no whole answer, refused where the answer breaks a rule */
export async function exchange(request: Request, line: Line): Promise<Answer> {
  const work = exchanged(request, line)
  const { host } = new URL(request.url)
  return line.printer?.waiting(safe`waiting for ${host}`, work) ?? work
}

async function exchanged(request: Request, line: Line): Promise<Answer> {
  const seconds = line.seconds ?? exchangeSeconds
  const stop = new AbortController()
  const clock = setTimeout(() => stop.abort(), seconds * 1000)
  const end = () => stop.abort()
  line.ended?.addEventListener('abort', end)
  try {
    const tunnel =
      line.proxy === null ? null : await socksConnection(line.proxy, request.url, stop.signal)
    return await answerTo(request, tunnel, stop.signal)
  } catch (error) {
    if (error instanceof Failure) throw error
    if (stop.signal.aborted)
      throw unavailable(
        safe`the server did not finish its answer within ${seconds} seconds`,
        safe`try again; if it stays like that, tell the organisation`,
      )
    throw lineFailure(error, request.url)
  } finally {
    clearTimeout(clock)
    line.ended?.removeEventListener('abort', end)
  }
}

function answerTo(request: Request, tunnel: Duplex | null, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url)
    const secure = url.protocol === 'https:'
    const call = (secure ? https : http).request(url, {
      method: request.method,
      headers:
        request.only === true
          ? request.headers
          : {
              ...request.headers,
              accept: 'application/json, application/problem+json, text/plain',
              'accept-encoding': 'identity',
              ...(request.body === null ? {} : { 'content-length': String(request.body.length) }),
            },
      maxHeaderSize: maxHeaderBytes,
      signal,
      // An agent would open a line of its own: with a tunnel there must be none.
      ...(tunnel === null
        ? { agent: false }
        : { createConnection: () => (secure ? overTls(tunnel, url.hostname) : tunnel) }),
    })
    call.on('error', reject)
    call.on('response', response => {
      const taken = (answer: Answer) => {
        // A line on which a browser would ask for more is no use any more, and would keep this process.
        if (request.only === true) call.destroy()
        resolve(answer)
      }
      takeAnswer(response, request).then(taken, (error: unknown) => {
        call.destroy()
        reject(error instanceof Error ? error : new Error('exchange', { cause: error }))
      })
    })
    call.end(request.body ?? undefined)
  })
}

async function takeAnswer(response: http.IncomingMessage, request: Request): Promise<Answer> {
  const status = response.statusCode ?? 0
  const isUnchanged = status === 304 && request.headers['if-none-match'] !== undefined
  if (status >= 300 && status < 400 && !isUnchanged)
    throw refused(
      safe`the server wants to send this tool to another address; nothing was followed`,
      safe`if the service has moved, the organisation tells you its new address: khancap init --url`,
    )
  const coding = response.headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity' && request.only !== true)
    throw refused(
      safe`the server sent a compressed answer that was not asked for`,
      safe`tell who runs it: something in front of it changes what it sends`,
    )
  const tooLarge = refused(
    safe`the server's answer is larger than ${request.maxBytes} bytes; the rest was not read`,
    safe`a sound server never sends that much here; tell the organisation`,
  )
  if (Number(response.headers['content-length'] ?? 0) > request.maxBytes) throw tooLarge
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response) {
    if (!(part instanceof Uint8Array)) throw new TypeError('exchange: the body is no bytes')
    bytes += part.length
    if (bytes > request.maxBytes) throw tooLarge
    parts.push(part)
  }
  if (!response.complete) throw new Error('the answer ended early')
  return {
    status,
    contentType: (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    date: response.headers.date ?? null,
    headers: joinedHeaders(response.rawHeaders),
    body: Buffer.concat(parts),
  }
}

/** As they came: Node drops some that come twice. */
function joinedHeaders(raw: readonly string[]): Headers {
  const headers = new Map<string, string>()
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at]?.toLowerCase(), raw[at + 1]]
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}

function overTls(tunnel: Duplex, servername: string): Duplex {
  return tls.connect({ socket: tunnel, servername })
}

function lineFailure(error: unknown, url: string): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const { origin } = new URL(url)
  if (/CERT|TLS|SSL|ISSUER|SELF_SIGNED|ALTNAME/.test(code))
    return new Failure(
      1,
      safe`the certificate of ${origin} does not verify (${code})`,
      [
        safe`somebody may stand in between, or the clock of this machine is wrong: khancap doctor`,
        safe`nothing was sent`,
      ],
      { cause: error },
    )
  return new Failure(
    3,
    safe`the server at ${origin} could not be reached${code === '' ? safe`` : safe` (${code})`}`,
    [
      safe`check the network and try again; khancap doctor tells what is wrong`,
      safe`khancap open --file needs no network`,
    ],
    { cause: error },
  )
}
