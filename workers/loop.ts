// A loop that ends only when it is told to: a step, a pause that can be cut short, longer pauses after faults. Nothing
// that a step throws leaves it.
import { KhancapError, type ProblemCode } from '../schemas/problem.js'
import { logFault } from '../src/app/log-fault.js'
import type { Log } from '../src/ports/log.js'

export interface Loop {
  /** Runs the next step now; during a step, one more step follows it. After a fault the pause is kept. */
  wake(): void
  /** Resolves once the signal was aborted and the step under way, if any, has ended. */
  readonly ended: Promise<void>
}

export interface LoopOptions {
  readonly pauseMs: number
  /** The pause after many faults in a row at most. */
  readonly longestPauseMs: number
  readonly signal: AbortSignal
  readonly log: Log
}

/**
 * The pause after the n-th fault in a row: one second, doubled each time, a random half of it left out so that two
 * processes do not come back together.
 * @param random from 0 to 1
 */
export function faultPauseMs(faults: number, longestMs: number, random: number): number {
  const whole = Math.min(longestMs, 1000 * 2 ** Math.min(faults - 1, 10))
  return Math.round(whole * (0.5 + random / 2))
}

export function startLoop(
  name: string,
  step: (signal: AbortSignal) => Promise<void>,
  options: LoopOptions,
): Loop {
  const { signal, log } = options
  let woken = false
  let endPause: (() => void) | null = null

  function pause(ms: number, kept: boolean): Promise<void> {
    return new Promise(resolve => {
      function end() {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        endPause = null
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', end)
      if (!kept) endPause = end
      if (signal.aborted || (woken && !kept)) end()
    })
  }

  async function run(): Promise<void> {
    let faults = 0
    while (!signal.aborted) {
      woken = false
      try {
        await step(signal)
        if (faults > 0) log.info('step recovered', { job: name, count: faults })
        faults = 0
      } catch (error) {
        faults += 1
        logFault(log, 'step failed', error, { job: name, count: faults })
      }
      if (faults === 0) await pause(options.pauseMs, false)
      else await pause(faultPauseMs(faults, options.longestPauseMs, Math.random()), true)
    }
  }

  return {
    wake() {
      woken = true
      endPause?.()
    },
    // Not at once: a step may use what its caller is still making.
    ended: Promise.resolve().then(run),
  }
}

/**
 * What may hang for ever, or a rejection after `ms`. What it does afterwards counts for nothing.
 * @throws KhancapError `code`
 */
export async function within<T>(ms: number, promise: Promise<T>, code: ProblemCode): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KhancapError(code)), ms)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
