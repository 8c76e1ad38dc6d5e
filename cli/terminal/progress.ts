// What takes its time, on one line of the terminal that is written over, and taken away before anything else is said.
// Nobody sees it of what is done within a second.
import type { Writable } from 'node:stream'
import { fitted, type Safe, safe } from './safe.js'
import { widthOf } from './width.js'

/** Who waits longer wants to know for what. */
const patienceMs = 1000
const tickMs = 200
/** The last column stays free, and each of two ellipses may be drawn two columns wide: a line that is broken is never taken away. */
const spare = 3

interface Work {
  readonly words: Safe
  readonly since: number
}

export interface ProgressLine {
  /** How far something is; null once it is over. */
  tell(words: Safe | null): void
  /** Something is waited for: the seconds are counted. @returns ends the wait */
  wait(words: Safe): () => void
  /** Takes the line away, until the next tick: something else is about to be said. */
  clear(): void
}

/** @param columns of the terminal */
export function progressLine(stream: Writable, columns: number): ProgressLine {
  const waits = new Set<Work>()
  let told: Work | null = null
  let clock: NodeJS.Timeout | null = null
  let shown = safe``

  /** Spaces in the place of an escape: a terminal that knows none shows the line too. */
  function write(line: Safe): void {
    if (line.text === shown.text) return
    const rest = ' '.repeat(Math.max(0, widthOf(shown.text) - widthOf(line.text)))
    stream.write(`\r${line.text}${rest}${line.text === '' ? '\r' : ''}`)
    shown = line
  }

  function draw(): void {
    const now = performance.now()
    const isLong = ({ since }: Work) => now - since >= patienceMs
    const far = told !== null && isLong(told) ? told.words : null
    // What is asked for at once is waited for since the first of it.
    const wait = [...waits].find(isLong)
    if (wait === undefined) return write(far === null ? safe`` : cut(far, columns - spare))
    const words = far === null ? wait.words : safe`${far}, ${wait.words}`
    const seconds = safe`, ${Math.floor((now - wait.since) / 1000)} s …`
    write(safe`${cut(words, columns - spare - widthOf(seconds.text))}${seconds}`)
  }

  function changed(): void {
    draw()
    if (told === null && waits.size === 0) {
      if (clock !== null) clearInterval(clock)
      clock = null
    } else clock ??= setInterval(draw, tickMs).unref()
  }

  return {
    tell(words) {
      told = words === null ? null : { words, since: told?.since ?? performance.now() }
      changed()
    },
    wait(words) {
      const work = { words, since: performance.now() }
      waits.add(work)
      changed()
      return () => {
        waits.delete(work)
        changed()
      }
    },
    clear: () => write(safe``),
  }
}

/** The name of an onion service alone is almost as long as a line. */
function cut(words: Safe, columns: number): Safe {
  return fitted(words, Math.min(columns, widthOf(words.text)))
}
