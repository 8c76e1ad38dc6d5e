// Connections whose requests do not arrive, or whose answers are not taken. So many may be open, so many bytes may be
// half-sent, and so slow may a body be: who holds on to more than that is cut off, and told that it took too long. Each
// connection has one request under way.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { maxPartBytes, partMediaType } from '../../schemas/upload.js'
import { bodyLimits, type ConnectionLimits } from './limits.js'
import { type Seat, seats } from './seats.js'

/** What a request may come to hold in memory, as far as its head says. */
function bytesOf({ headers }: IncomingMessage): number {
  const largest = headers['content-type'] === partMediaType ? maxPartBytes : bodyLimits.reply
  const announced = Number(headers['content-length'] ?? Number.NaN)
  if (headers['transfer-encoding'] !== undefined) return largest
  return Number.isNaN(announced) ? 0 : Math.min(announced, largest)
}

/** What libuv still holds of what was written; Node's own time-outs go by it, too. */
function queuedBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null) return 0
  const size: unknown = Reflect.get(handle, 'writeQueueSize')
  return typeof size === 'number' ? size : 0
}

/**
 * @param tooSlow answers a connection whose request is no longer waited for, and ends it
 * @returns ends the watch
 */
export function watchConnections(
  server: Server,
  limits: ConnectionLimits,
  tooSlow: (socket: Socket) => void,
): () => void {
  const { answerMs, bodyMs, slowestBytesPerSecond } = limits
  const all = seats(limits)
  const seatOf = new WeakMap<Socket, Seat>()
  /** What had come when the last answer was through. */
  const idleAt = new WeakMap<Socket, number>()

  server.on('connection', (socket: Socket) => {
    const seat = all.enter({
      come: () => socket.bytesRead - (idleAt.get(socket) ?? 0),
      // In the middle of an answer there is nothing more to say.
      sendAway: () => (socket.writableLength > 0 ? socket.destroy() : tooSlow(socket)),
      taken: () => (socket.writableLength > 0 ? socket.bytesWritten - queuedBytes(socket) : null),
    })
    if (seat === null) {
      socket.destroy()
      return
    }
    seatOf.set(socket, seat)
    socket.once('close', () => all.leave(seat))
  })
  // Node parses all that a connection brings: a thousand requests in one write would be a thousand files and answers. Nobody
  // who is real sends the next before the answer has come. Before all others, so that they find the connection gone.
  const unanswered = new WeakSet<Socket>()
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (unanswered.has(socket)) {
      socket.destroy()
      return
    }
    unanswered.add(socket)
    response.once('close', () => unanswered.delete(socket))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const seat = seatOf.get(request.socket)
    if (seat === undefined) return
    const bytes = bytesOf(request)
    if (bytes > 0) all.await(seat, bytes)
    else all.arrived(seat)
    let isAnswered = false
    // Of a body that was refused early the rest may come after the answer, and protects nobody.
    request.once('end', () => {
      if (!isAnswered) all.arrived(seat)
    })
    // The connection is idle: whatever comes next begins anew.
    response.once('close', () => {
      isAnswered = true
      idleAt.set(request.socket, request.socket.bytesRead)
      all.await(seat, 0)
    })
  })

  const allowedMs = ({ bytes, waitingSince }: Seat) => {
    if (waitingSince === null) return answerMs
    // Idle connections and heads have time-outs of Node's own.
    return bytes === 0 ? Number.POSITIVE_INFINITY : bodyMs + (bytes / slowestBytesPerSecond) * 1000
  }
  const timer = setInterval(() => all.sweep(allowedMs), Math.min(1000, bodyMs, answerMs))
  timer.unref()
  return () => clearInterval(timer)
}
