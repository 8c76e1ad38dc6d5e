// Makes one operation of the ports fail: either it throws before it acts ("lost"), or it acts and then throws
// ("landed"), and whoever called cannot tell the two apart. The operations are those that the adapters really have.
import type { Queue } from '../../src/ports/queue.js'
import { KhancapError, type ProblemCode } from '../../schemas/problem.js'

export const fates = ['lost', 'landed'] as const

export interface Fault {
  readonly operation: string
  readonly fate: (typeof fates)[number]
}

/** A port, and the word in which it reports that it could not act. */
const words = {
  store: 'store_unavailable',
  queue: 'queue_unavailable',
  'queue worker': 'queue_unavailable',
  mailer: 'mail_unavailable',
  letters: 'mail_unavailable',
  inbox: 'mailbox_unavailable',
  hook: 'server_unreachable',
  alive: 'server_unreachable',
} as const satisfies Record<string, ProblemCode>
type Part = keyof typeof words

interface Closable {
  close(): Promise<void>
}

export interface Injector {
  /** Every operation of the adapters that were wrapped, as `part.method`. */
  readonly operations: ReadonlySet<string>
  /** Those that were called. */
  readonly called: ReadonlySet<string>
  /** The next call of the operation fails; once. */
  arm(): void
  disarm(): void
  /** How often it has failed. */
  readonly struck: () => number
  wrap<T extends object>(part: Part, port: T): T
  /** What opens a port that can be closed, and the port. */
  open<T extends Closable>(part: Part, open: () => Promise<T>): Promise<T>
  /** The queue, with the workers that it gives. */
  openQueue(open: () => Promise<Queue>): () => Promise<Queue>
  /** Closes what landed unseen: a queue or a worker that was opened, and whose owner was told that it was not. */
  release(): Promise<void>
}

export function injector(fault: Fault | null): Injector {
  const operations = new Set<string>()
  const called = new Set<string>()
  const unseen: (() => Promise<unknown>)[] = []
  let isArmed = false
  let struck = 0

  async function call<R>(part: Part, method: string, act: () => Promise<R>): Promise<R> {
    const operation = `${part}.${method}`
    called.add(operation)
    if (!isArmed || fault?.operation !== operation) return act()
    isArmed = false
    struck += 1
    if (fault.fate === 'landed') await act()
    throw new KhancapError(words[part], { cause: new Error(`${fault.fate} by the test`) })
  }

  function wrap<T extends object>(part: Part, port: T): T {
    for (const [name, value] of Object.entries(port))
      if (typeof value === 'function') operations.add(`${part}.${name}`)
    return new Proxy(port, {
      get(target, method, receiver) {
        const value: unknown = Reflect.get(target, method, receiver)
        if (typeof value !== 'function' || typeof method !== 'string') return value
        return (...given: unknown[]) =>
          call(part, method, () => Promise.resolve(Reflect.apply(value, target, given)))
      },
    })
  }

  function watched(queue: Queue): Queue {
    const work: Queue['work'] = async (...given) => {
      const worker = await queue.work(...given)
      unseen.push(() => worker.close(0))
      return wrap('queue worker', worker)
    }
    unseen.push(() => queue.close())
    return wrap('queue', { ...queue, work })
  }

  return {
    operations,
    called,
    arm() {
      isArmed = true
    },
    disarm() {
      isArmed = false
    },
    struck: () => struck,
    wrap,
    open(part, open) {
      operations.add(`${part}.open`)
      return call(part, 'open', async () => {
        const port = await open()
        unseen.push(() => port.close())
        return wrap(part, port)
      })
    },
    openQueue(open) {
      operations.add('queue.open')
      return () => call('queue', 'open', async () => watched(await open()))
    },
    async release() {
      // A worker before its queue; what was closed already says so.
      for (const close of unseen.splice(0).toReversed()) await close().catch(() => undefined)
    },
  }
}
