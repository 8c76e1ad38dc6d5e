// A load generator in a process of its own: connections that stay open, each with one request under way. The requests
// are bytes that were made before, but for ids and hashes, so that it costs little beside what it measures.
import { connect } from 'node:net'
import { type Answer, readAnswer, type Varying, vary } from './load-request.js'

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
  /** Processor time of this process. */
  readonly cpuSeconds: number
  /** Of 2xx alone. */
  readonly latencies: readonly number[]
}

let told: LoadTold
let template: Buffer

const lost: Answer = { status: 0, retry: false }

/** Asks again with each answer; a connection that the server ended is opened again. */
function client(
  port: number,
  until: number,
  onAnswer: (answer: Answer, ms: number) => void,
): Promise<void> {
  const request = Buffer.from(template)
  return new Promise(resolve => {
    function open(): void {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let isOpen = false
      let text = ''
      let began = 0
      function ask(): void {
        began = performance.now()
        if (began >= until) {
          socket.destroy()
          return
        }
        vary(request, told.varying)
        socket.write(request)
      }
      socket.on('connect', () => {
        isOpen = true
        ask()
      })
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        const answer = readAnswer(text)
        if (answer === null) return
        text = ''
        const now = performance.now()
        if (now < until) onAnswer(answer, now - began)
        ask()
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        if (performance.now() >= until) resolve()
        else {
          if (isOpen) onAnswer(lost, 0)
          setTimeout(open, isOpen ? 0 : 20)
        }
      })
    }
    open()
  })
}

async function load({ clients, ms }: LoadAsked): Promise<LoadAnswer> {
  const statuses: Record<string, number> = {}
  const withoutRetryAfter: Record<string, number> = {}
  const latencies: number[] = []
  const began = performance.now()
  const before = process.cpuUsage()
  await Promise.all(
    Array.from({ length: clients }, () =>
      client(told.port, began + ms, ({ status, retry }, took) => {
        statuses[status] = (statuses[status] ?? 0) + 1
        if (!retry) withoutRetryAfter[status] = (withoutRetryAfter[status] ?? 0) + 1
        if (status >= 200 && status < 300) latencies.push(took)
      }),
    ),
  )
  const { user, system } = process.cpuUsage(before)
  const cpuSeconds = (user + system) / 1e6
  return { statuses, withoutRetryAfter, latencies, cpuSeconds, seconds: ms / 1000 }
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
