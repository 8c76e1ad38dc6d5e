// The terminal as the verbs see it: results on stdout, words and progress on stderr. It prints Safe text only.
import type { Writable } from 'node:stream'
import { progressLine } from './progress.js'
import { type Safe, safe, sentences, styled } from './safe.js'
import { visibleJson } from './visible.js'

export interface Screen {
  readonly stream: Writable
  readonly terminal: boolean
  readonly columns: number
}

export interface Printer {
  /** A line of the result. */
  out(line: Safe): void
  /** As `out`, a line of words and not of a table: at a terminal broken to fit. */
  sentence(line: Safe): void
  /** A line of words, on stderr; at a terminal broken to fit. */
  say(line: Safe): void
  /** How far something is that takes more than a second: a line that is written over, at a terminal only. null takes it away. */
  progress(words: Safe | null): void
  /** Says on that line what is waited for, and since how many seconds. @returns what came of the work */
  waiting<T>(words: Safe, work: Promise<T>): Promise<T>
  /** The result as JSON, with a newline at the end. */
  json(value: unknown): void
  /** Columns of stdout; 80 where it is no terminal. */
  readonly columns: number
  readonly style: Style
}

/** Colour says nothing that the words do not say. */
export interface Style {
  readonly bold: (words: Safe) => Safe
  readonly dim: (words: Safe) => Safe
  readonly red: (words: Safe) => Safe
  readonly yellow: (words: Safe) => Safe
  readonly green: (words: Safe) => Safe
}

export function printer(screens: { out: Screen; words: Screen; colour: boolean }): Printer {
  const { out, words, colour } = screens
  const line = words.terminal ? progressLine(words.stream, words.columns) : null
  const write = (screen: Screen, result: Safe) => {
    line?.clear()
    screen.stream.write(`${result.text}\n`)
  }
  const fit = (screen: Screen, sentence: Safe) =>
    screen.terminal ? sentences(sentence, screen.columns) : sentence
  return {
    out: result => write(out, result),
    sentence: sentence => write(out, fit(out, sentence)),
    say: sentence => write(words, fit(words, sentence)),
    progress: far => line?.tell(far),
    async waiting(what, work) {
      const over = line?.wait(what)
      try {
        return await work
      } finally {
        over?.()
      }
    },
    json(value) {
      line?.clear()
      out.stream.write(`${visibleJson(value, out.terminal ? 2 : undefined)}\n`)
    },
    columns: out.terminal ? out.columns : 80,
    style: style(colour && out.terminal),
  }
}

/** Plain where there is no colour. */
export function style(colour: boolean): Style {
  const paint = (open: number, close: number) => (words: Safe) =>
    colour ? styled(open, close, words) : safe`${words}`
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    yellow: paint(33, 39),
    green: paint(32, 39),
  }
}
