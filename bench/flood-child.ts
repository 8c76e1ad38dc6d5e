// Floods in a process of their own: connections that do not behave, opened again whenever they are ended. Each kind is
// bounded in connections and bytes; all goes to one port of loopback.
import { connect, type Socket } from 'node:net'

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

let told: FloodTold | undefined
process.on('message', said => {
  if (told === undefined) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    told = said as FloodTold
    process.send?.({})
    return
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void flood(told.port, said as FloodAsked).then(answer => process.send?.(answer))
})
process.once('disconnect', () => process.exit(1))
