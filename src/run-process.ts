// A process that can be told to stop at any moment, also while it starts: what was opened is closed in reverse, and a
// clean stop exits 0.
import closeWithGrace from 'close-with-grace'

export interface Startup {
  /** Aborted once the process was told to stop. Check it between steps: `signal.throwIfAborted()`. */
  readonly signal: AbortSignal
  /** Closes something at the end, the last one first. */
  readonly defer: (close: () => Promise<unknown>) => void
}

/**
 * A terminal's Ctrl-C reaches us twice under `npm start`: from the terminal and from npm, which passes it on. Only one
 * that comes later means "at once".
 */
const impatienceMs = 1500
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * @param start resolves once everything runs; what it throws ends the process with code 1
 * @param fail told of what ended a start, or of a fault that nobody caught
 */
export function runProcess(
  start: (startup: Startup) => Promise<void>,
  fail: (error: unknown) => void,
  graceMs: number,
): void {
  const stop = new AbortController()
  const closers: (() => Promise<unknown>)[] = []
  let stoppedAt: number | null = null

  const starting = Promise.resolve().then(() =>
    start({ signal: stop.signal, defer: close => closers.unshift(close) }),
  )
  const closer = closeWithGrace(
    { delay: graceMs, logger: false, skip: [...signals, 'beforeExit'] },
    async ({ err }) => {
      if (err !== undefined) fail(err)
      stop.abort()
      await starting.catch(() => undefined)
      await closeAll()
    },
  )

  /** One thing that does not close keeps none of the others open. */
  async function closeAll(): Promise<void> {
    for (const close of closers.splice(0)) await close().catch(fail)
  }

  function onSignal(): void {
    if (stoppedAt === null) {
      stoppedAt = performance.now()
      stop.abort()
      closer.close()
    } else if (performance.now() - stoppedAt > impatienceMs) process.exit(1)
  }
  for (const signal of signals) process.on(signal, onSignal)

  starting.catch(async (error: unknown) => {
    if (stop.signal.aborted) return
    fail(error)
    await closeAll()
    process.exit(1)
  })
}
