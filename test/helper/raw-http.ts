// Bytes to a listening server and the bytes that come back: for requests that no client library would send.
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Opens a free port on loopback. @returns the port */
export async function listening(app: FastifyInstance): Promise<number> {
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
}

/** Sends parts with pauses between them and reads until the server ends the connection. */
export function exchange(
  port: number,
  parts: readonly (string | Uint8Array)[],
  pauseMs = 0,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', chunk => {
      received += chunk.toString()
    })
    socket.on('error', error => {
      if (received === '') reject(error)
    })
    socket.on('close', () => resolve(received))
    const pending = [...parts]
    const next = () => {
      const part = pending.shift()
      if (part === undefined || socket.destroyed) return
      socket.write(part)
      setTimeout(next, pauseMs)
    }
    socket.on('connect', next)
  })
}

/** The JSON body of a response as it came. */
export function bodyOf(response: string): { code?: string; status?: number } {
  return JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4))
}
