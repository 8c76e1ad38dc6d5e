// How late the event loop is. One long task is bad luck; being late again and again is drowning, and who drowns
// should take no more on board.

const everyMs = 250
/** What a new measurement weighs: one stop of four seconds counts as one of a second. */
const weight = 0.25

/** The lateness to act upon, after one more measurement. */
export function smoothed(lateMs: number, measuredMs: number): number {
  return lateMs + weight * (Math.max(0, measuredMs) - lateMs)
}

export interface LoopWatch {
  /** Milliseconds, smoothed over about a second. */
  lateMs(): number
  stop(): void
}

/** Measures from now on. The process may end without stopping it. */
export function loopWatch(): LoopWatch {
  let late = 0
  let due = performance.now() + everyMs
  const timer = setInterval(() => {
    const now = performance.now()
    late = smoothed(late, now - due)
    due = now + everyMs
  }, everyMs)
  timer.unref()
  return { lateMs: () => late, stop: () => clearInterval(timer) }
}
