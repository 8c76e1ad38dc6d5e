// A server on loopback that does what a test tells it to, and writes down what it was asked.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { portOf } from './smtp-sink.js'
import type { Teardown } from './postgres.js'

export type Lie = (asked: IncomingMessage, answer: ServerResponse, body: Buffer) => void

export interface LyingServer {
  readonly url: string
  /** `GET /v1/directory` and so on, in order. */
  readonly asked: string[]
  /** By path without its query; `*` answers everything else. */
  lies: Record<string, Lie>
}

export async function lyingServer(
  t: Teardown,
  lies: Record<string, Lie> = {},
  port = 0,
): Promise<LyingServer> {
  const asked: string[] = []
  const state = { url: '', asked, lies }
  const server = createServer((incoming, answer) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    asked.push(`${incoming.method} ${path}`)
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const lie = state.lies[path] ?? state.lies['*']
      if (lie === undefined) answer.writeHead(404).end()
      else lie(incoming, answer, Buffer.concat(parts))
    })
  })
  await new Promise<void>(ready => server.listen(port, '127.0.0.1', ready))
  state.url = `http://127.0.0.1:${portOf(server)}`
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise(closed => server.close(closed))
  })
  return state
}

/** Sends a body with a content type. */
export function says(body: string | Uint8Array, type = 'application/json', status = 200): Lie {
  return (_asked, answer) => {
    answer.writeHead(status, { 'content-type': type }).end(body)
  }
}

/** Hands the request on to a true server, and its answer to `then`. */
export function passedOn(
  target: string,
  then: (answer: ServerResponse, status: number, type: string, body: Buffer) => void,
): Lie {
  return (asked, answer, body) => {
    const call = request(
      `${target}${asked.url}`,
      { method: asked.method, headers: asked.headers, agent: false },
      response => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          then(
            answer,
            response.statusCode ?? 0,
            response.headers['content-type'] ?? '',
            Buffer.concat(parts),
          ),
        )
      },
    )
    call.on('error', () => answer.destroy())
    call.end(body)
  }
}

export const truly = (target: string): Lie =>
  passedOn(target, (answer, status, type, body) => {
    answer.writeHead(status, { 'content-type': type }).end(body)
  })
