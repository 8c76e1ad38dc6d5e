// Floods in a process of their own: connections that do not behave, opened again whenever they are ended. Each kind is
// bounded in connections and bytes; all goes to one port of loopback.
import { connect, type Socket } from 'node:net'
import { readAnswer, type Varying, vary } from './load-request.js'

export type FloodKind = 'slow clients' | 'uploads' | 'bodies that never end' | 'brackets'

export interface FloodTold {
  readonly port: number
}

export interface FloodAsked {
  readonly kind: FloodKind
  readonly connections: number
  /** Heads to begin with, in turn. */
  readonly heads: readonly string[]
  readonly ms: number
}

/** Whole requests at a rate, whether the ones before were answered or not. */
export interface RateAsked {
  readonly request: string
  readonly varying: readonly Varying[]
  readonly perSecond: number
  /** That wait for an answer at most; what comes due while all of them do is not sent. */
  readonly connections: number
  readonly ms: number
}

export interface RateAnswer {
  readonly sent: number
  readonly notSent: number
  /** Answers by status; 0 for connections that were ended without one. */
  readonly statuses: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface FloodAnswer {
  /** Connections that were opened, the first ones among them. */
  readonly opened: number
  /** The most that were open at the same time. */
  readonly most: number
  readonly megabytes: number
}

const tickMs = 100
/** 5 KB/s. */
const slowBytes = Buffer.alloc(512, 'A')
const chunk = Buffer.from(`200\r\n${'A'.repeat(0x200)}\r\n`)
const brackets = Buffer.alloc(65_536, '[')
/** Before a connection that was ended comes back. */
const backMs = 50

const drips: Readonly<Record<FloodKind, Buffer>> = {
  'slow clients': slowBytes,
  uploads: slowBytes,
  'bodies that never end': chunk,
  brackets,
}

async function flood(
  port: number,
  { kind, connections, heads, ms }: FloodAsked,
): Promise<FloodAnswer> {
  const drip = drips[kind]
  const all = new Set<Socket>()
  let opened = 0
  let most = 0
  let bytes = 0
  let isOver = false

  function open(): void {
    if (isOver) return
    const socket = connect({ port, host: '127.0.0.1' })
    const head = heads[opened++ % heads.length] ?? ''
    socket.once('connect', () => {
      all.add(socket)
      most = Math.max(most, all.size)
      socket.write(head)
    })
    socket.on('error', () => {})
    // Answers are not read: whoever floods does not care.
    socket.resume()
    socket.once('end', () => socket.destroy())
    socket.once('close', () => {
      all.delete(socket)
      setTimeout(open, backMs)
    })
  }
  for (let count = 0; count < connections; count++) open()
  const timer = setInterval(() => {
    for (const socket of all)
      if (!socket.writableNeedDrain) {
        socket.write(drip)
        bytes += drip.length
      }
  }, tickMs)
  await new Promise(resolve => setTimeout(resolve, ms))
  isOver = true
  clearInterval(timer)
  for (const socket of all) socket.destroy()
  return { opened, most, megabytes: bytes / 1e6 }
}

const everyMs = 5

async function sendAtRate(port: number, asked: RateAsked): Promise<RateAnswer> {
  const { request, varying, perSecond, connections, ms } = asked
  const bytes = Buffer.from(request, 'latin1')
  const statuses: Record<string, number> = {}
  const count = (status: number) => {
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  const idle: Socket[] = []
  const all = new Set<Socket>()
  let sent = 0
  let notSent = 0
  let isOver = false
  /** Those that wait for an answer. */
  const asking = new Set<Socket>()

  function send(socket: Socket): void {
    vary(bytes, varying)
    // A copy: what the system did not take at once must not become the next request.
    socket.write(Buffer.from(bytes))
    asking.add(socket)
    sent += 1
  }
  function open(): void {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    all.add(socket)
    let text = ''
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1')
      const answer = readAnswer(text)
      if (answer === null) return
      text = ''
      count(answer.status)
      asking.delete(socket)
      idle.push(socket)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      all.delete(socket)
      if (asking.delete(socket) && !isOver) count(0)
    })
    send(socket)
  }

  const began = performance.now()
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) * perSecond) / 1000)
    while (sent + notSent < due) {
      const socket = idle.pop()
      if (socket?.writable === true) send(socket)
      else if (socket !== undefined) continue
      else if (all.size < connections) open()
      else notSent += 1
    }
  }, everyMs)
  await new Promise(resolve => setTimeout(resolve, ms))
  isOver = true
  clearInterval(timer)
  for (const socket of all) socket.destroy()
  return { sent, notSent, statuses, seconds: (performance.now() - began) / 1000 }
}

let told: FloodTold | undefined
process.on('message', said => {
  if (told === undefined) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    told = said as FloodTold
    process.send?.({})
    return
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const asked = said as FloodAsked | RateAsked
  const answer = 'kind' in asked ? flood(told.port, asked) : sendAtRate(told.port, asked)
  void answer.then(each => process.send?.(each))
})
process.once('disconnect', () => process.exit(1))
