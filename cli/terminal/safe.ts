// Text that may be printed. The printer takes nothing else, so that the compiler finds each place where something of
// an applicant's or a server's would reach the terminal as it came.
import { visible } from './visible.js'
import { brokenAtWords, inColumns, roomBeside, type Stretch, wrapLine } from './width.js'

const checked = Symbol('checked')

/** Text that cannot act on a terminal: made by `safe`, `lines` and the styles only. */
export interface Safe {
  readonly text: string
  /** Words that are not ours. */
  readonly outside: readonly Stretch[]
  /** Commands of ours of which it is known where they end. */
  readonly commands: readonly Stretch[]
  readonly [checked]: true
}

/** Words of ours around values of anybody's: a string passes the allow-list on one line, Safe text stays as it is. */
export function safe(
  words: TemplateStringsArray,
  ...values: readonly (Safe | string | number)[]
): Safe {
  const parts = words.flatMap((ours, at) => {
    const value = values[at]
    const part = typeof value === 'object' ? value : passed(visible(String(value ?? '')))
    return [passed(ours, []), part]
  })
  return joined(parts, '')
}

/** As `safe`, a command to be copied: it stays whole, and the words behind it are broken as others are. */
export function command(
  words: TemplateStringsArray,
  ...values: readonly (Safe | string | number)[]
): Safe {
  const { outside, text } = safe(words, ...values)
  return passed(text, outside, [{ from: 0, to: text.length }])
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
  return passed(brokenAtWords(words.text, columns, words.outside, words.commands))
}

/** Words without colour in exactly so many columns: cut with an ellipsis, or filled up. */
export function fitted(words: Safe, columns: number): Safe {
  return passed(inColumns(words.text, columns))
}

export function joined(parts: readonly Safe[], separator: string): Safe {
  let next = 0
  const placed = parts.map(part => {
    const start = next
    next += part.text.length + separator.length
    return { part, start }
  })
  return passed(
    parts.map(part => part.text).join(separator),
    placed.flatMap(({ part, start }) => shifted(part.outside, start)),
    placed.flatMap(({ part, start }) => shifted(part.commands, start)),
  )
}

/** Sets words off with an SGR sequence, or leaves them as they are. */
export function styled(open: number, close: number, words: Safe): Safe {
  const before = `\u001b[${open}m`
  return passed(
    `${before}${words.text}\u001b[${close}m`,
    shifted(words.outside, before.length),
    shifted(words.commands, before.length),
  )
}

/** Hands the texts to something that only moves them about (a table, a wrapper) and takes what it made of them. */
export function laidOut<T>(parts: T, lay: (parts: T) => string): Safe {
  return passed(lay(parts))
}

/** @param outside absent: all of it, where nobody knows any more whose words they are */
function passed(
  text: string,
  outside: readonly Stretch[] = [{ from: 0, to: text.length }],
  commands: readonly Stretch[] = [],
): Safe {
  return { text, outside, commands, [checked]: true }
}

function shifted(stretches: readonly Stretch[], by: number): Stretch[] {
  return stretches.map(({ from, to }) => ({ from: from + by, to: to + by }))
}
