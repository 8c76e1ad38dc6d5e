// Text that may be printed. The printer takes nothing else, so that the compiler finds each place where something of
// an applicant's or a server's would reach the terminal as it came.
import { visible } from './visible.js'
import { brokenAtWords, inColumns, roomBeside, wrapLine } from './width.js'

const checked = Symbol('checked')

/** Text that cannot act on a terminal: made by `safe`, `lines` and the styles only. */
export interface Safe {
  readonly text: string
  readonly [checked]: true
}

/** Words of ours around values of anybody's: a string passes the allow-list on one line, Safe text stays as it is. */
export function safe(
  words: TemplateStringsArray,
  ...values: readonly (Safe | string | number)[]
): Safe {
  let line = words[0] ?? ''
  for (const [at, value] of values.entries()) {
    line += typeof value === 'object' ? value.text : visible(String(value))
    line += words[at + 1] ?? ''
  }
  return passed(line)
}

/**
 * Text of anybody's over several lines, broken to fit. Each line begins with `margin`, so that none of them passes for
 * one of ours, also where a terminal would have broken it.
 *
 * @param first before the first line, in the place of `margin`: as wide, with words of ours
 */
export function safeLines(text: string, margin: string, columns: number, first = margin): Safe {
  const room = roomBeside(margin, columns)
  const lines = visible(text, { lines: true })
    .split('\n')
    .flatMap(line => wrapLine(line, room))
  return passed(lines.map((line, at) => `${at === 0 ? first : margin}${line}`.trimEnd()).join('\n'))
}

/** Words of ours, broken to fit; lines after the first begin with `hanging`. */
export function wrapped(words: Safe, columns: number, hanging: string): Safe {
  const room = roomBeside(hanging, columns)
  return passed(wrapLine(words.text, room).join(`\n${hanging}`))
}

/** Sentences of ours, broken at words to fit a terminal. */
export function sentences(words: Safe, columns: number): Safe {
  return passed(brokenAtWords(words.text, columns))
}

/** Words without colour in exactly so many columns: cut with an ellipsis, or filled up. */
export function fitted(words: Safe, columns: number): Safe {
  return passed(inColumns(words.text, columns))
}

export function joined(parts: readonly Safe[], separator: string): Safe {
  return passed(parts.map(part => part.text).join(separator))
}

/** Sets words off with an SGR sequence, or leaves them as they are. */
export function styled(open: number, close: number, words: Safe): Safe {
  return passed(`\u001b[${open}m${words.text}\u001b[${close}m`)
}

/** Hands the texts to something that only moves them about (a table, a wrapper) and takes what it made of them. */
export function laidOut<T>(parts: T, lay: (parts: T) => string): Safe {
  return passed(lay(parts))
}

function passed(text: string): Safe {
  return { text, [checked]: true }
}
