// Load on a port: requests of clients that wait for each answer before they ask again.
import type { IntakeRequest } from '../schemas/intake.js'
import { startChild } from './children.js'
import type { LoadAnswer, LoadAsked, LoadTold } from './load-child.js'
import type { Varying } from './load-request.js'
import { quantile } from './rounds.js'
import type { Run } from './row.js'

export interface Load {
  /** Answers with 2xx per second. */
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Processor time of the load for each of them, in milliseconds: what it costs beside what it measures. */
  readonly loadMs: number
  readonly answer: LoadAnswer
}

export type Loader = (clients: number, ms: number) => Promise<Load>

function measured(answer: LoadAnswer): Load {
  return {
    perSecond: answer.latencies.length / answer.seconds,
    p50: quantile(answer.latencies, 0.5),
    p99: quantile(answer.latencies, 0.99),
    loadMs: (answer.cpuSeconds * 1000) / answer.latencies.length,
    answer,
  }
}

async function loader(run: Run, told: LoadTold): Promise<Loader> {
  const child = await startChild<object>(run, 'load-child', told)
  return async (clients, ms) =>
    measured(await child.ask<LoadAnswer>({ clients, ms } satisfies LoadAsked))
}

const post = (url: string, type: string, body: string) =>
  `POST ${url} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** After so many the engine has compiled what a request runs through: a server is measured as it is in its second minute. */
const warmRequests = 2000
const warmMs = 6000

/** Load until it is warm, and no longer than six seconds. Contenders are warmed alike, one after the other. */
export async function warmUp(clients: number, ...loaders: readonly Loader[]): Promise<void> {
  for (const load of loaders)
    for (let answered = 0, ms = 0; answered < warmRequests && ms < warmMs; ms += 500)
      answered += (await load(clients, 500)).answer.latencies.length
}

/** The same request over and over, each with an id, an envelope and a mailbox of its own. */
export function manyRequests(body: IntakeRequest): {
  readonly request: string
  readonly varying: readonly Varying[]
} {
  const request = post('/v1/intakes', 'application/json', JSON.stringify(body))
  const { id, envelope, mailbox } = body
  const place = (text: string, from: number, characters: number): Varying => ({
    at: request.indexOf(text) + from,
    characters,
  })
  // The last characters stay: they hold bits beyond the last byte. The end of an envelope is ciphertext, which no
  // server can tell from any other.
  return {
    request,
    varying: [
      place(id, 0, id.length - 1),
      place(envelope, envelope.length - 40, 24),
      place(mailbox, 0, 40),
    ],
  }
}

export function intakeLoader(run: Run, port: number, body: IntakeRequest): Promise<Loader> {
  return loader(run, { port, ...manyRequests(body) })
}

/** Bytes to a peer that knows nothing of requests for support. */
export function bytesLoader(run: Run, port: number, bytes: number): Promise<Loader> {
  const body = '.'.repeat(bytes)
  const request = post('/', 'application/octet-stream', body)
  return loader(run, { port, request, varying: [] })
}
