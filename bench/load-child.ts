// A load generator in a process of its own: connections that stay open, each with one request under way. The requests
// are bytes that were made before, but for ids and hashes, so that it costs little beside what it measures.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** A place in the request where each one has other characters: of base64url, so many. */
export interface Varying {
  readonly at: number
  readonly characters: number
}

export interface LoadTold {
  readonly port: number
  /** A whole request, head and body. */
  readonly request: string
  readonly varying: readonly Varying[]
}

export interface LoadAsked {
  readonly clients: number
  readonly ms: number
}

export interface LoadAnswer {
  /** Requests by status that were answered within the time. */
  readonly statuses: Readonly<Record<string, number>>
  /** Of those, what came without `Retry-After`. */
  readonly withoutRetryAfter: Readonly<Record<string, number>>
  readonly seconds: number
  /** Of 2xx alone. */
  readonly latencies: readonly number[]
}

let told: LoadTold
let template: Buffer

function nextRequest(): Buffer {
  const request = Buffer.from(template)
  for (const { at, characters } of told.varying) {
    const text = randomBytes(Math.ceil((characters * 3) / 4)).toString('base64url')
    request.write(text.slice(0, characters), at, 'latin1')
  }
  return request
}

interface Answer {
  readonly status: number
  readonly retry: boolean
}

/** Resolves with each answer; the server keeps the connection open or it is opened again. */
async function client(port: number, until: number, onAnswer: (a: Answer, ms: number) => void) {
  let socket: Socket | null = null
  while (performance.now() < until) {
    socket ??= await opened(port)
    if (socket === null) continue
    const request = nextRequest()
    const began = performance.now()
    const answer = await exchange(socket, request)
    if (answer === null) {
      socket.destroy()
      socket = null
      if (performance.now() < until) onAnswer({ status: 0, retry: false }, 0)
      continue
    }
    if (performance.now() < until) onAnswer(answer, performance.now() - began)
  }
  socket?.destroy()
}

function opened(port: number): Promise<Socket | null> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => setTimeout(() => resolve(null), 20))
  })
}

/** @returns null where the connection ended instead */
function exchange(socket: Socket, request: Buffer): Promise<Answer | null> {
  return new Promise(resolve => {
    let text = ''
    const done = (answer: Answer | null) => {
      socket.removeAllListeners()
      socket.on('error', () => {})
      resolve(answer)
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = text.slice(0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      done({ status: Number(head.slice(9, 12)), retry: /\r\nretry-after:/i.test(head) })
    })
    socket.on('error', () => done(null))
    socket.on('close', () => done(null))
    socket.write(request)
  })
}

async function load({ clients, ms }: LoadAsked): Promise<LoadAnswer> {
  const statuses: Record<string, number> = {}
  const withoutRetryAfter: Record<string, number> = {}
  const latencies: number[] = []
  const began = performance.now()
  await Promise.all(
    Array.from({ length: clients }, () =>
      client(told.port, began + ms, ({ status, retry }, took) => {
        statuses[status] = (statuses[status] ?? 0) + 1
        if (!retry) withoutRetryAfter[status] = (withoutRetryAfter[status] ?? 0) + 1
        if (status >= 200 && status < 300) latencies.push(took)
      }),
    ),
  )
  return { statuses, withoutRetryAfter, latencies, seconds: ms / 1000 }
}

process.on('message', said => {
  if (told === undefined) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    told = said as LoadTold
    template = Buffer.from(told.request, 'latin1')
    process.send?.({})
    return
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void load(said as LoadAsked).then(answer => process.send?.(answer))
})
process.once('disconnect', () => process.exit(1))
