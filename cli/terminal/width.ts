// Display width: how many columns a text takes, and lines that fit. Chinese takes two columns a character, a combining
// mark none, one that takes room one.
const none = /^(?:[\p{Mn}\p{Me}]|\p{Cc}\[)/u
/** Wide and full-width by Unicode (UAX #11): what is counted too narrow is broken by the terminal, and not by us. */
const two =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\u2e80-\u303e\u3041-\u4dff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u

export function widthOf(text: string): number {
  let columns = 0
  for (const character of pieces(text)) columns += columnsOf(character)
  return columns
}

/** Characters, and sequences that only colour: those take no room. */
function pieces(text: string): Iterable<string> {
  return text.includes('\u001b') ? (text.match(/\p{Cc}\[\d*m|./gsu) ?? []) : text
}

function columnsOf(character: string): number {
  if (none.test(character)) return 0
  return two.test(character) ? 2 : 1
}

/** Languages in which terminals may draw what is ambiguous by UAX #11 (à, “, …) in two columns. */
const eastAsian = /^(zh|ja|ko)/i
let isAmbiguousWide = false

/**
 * Told once, where the process begins: whether the terminal may be one that draws more in two columns than Unicode says.
 * Lines are then broken as if it did, so that no terminal breaks one by itself, where no margin would stand before the rest.
 */
export function expectLocale(locale: string): void {
  isAmbiguousWide = eastAsian.test(locale)
}

/** Columns that a text may take at most. */
function roomFor(text: string): number {
  if (!isAmbiguousWide) return widthOf(text)
  let columns = 0
  for (const character of pieces(text))
    columns += none.test(character) ? 0 : character <= '\u007f' ? 1 : 2
  return columns
}

/** Columns that are left beside a margin. */
export function roomBeside(margin: string, columns: number): number {
  return Math.max(10, columns - roomFor(margin))
}

/** No line begins with what closes, nor ends with what opens: so Chinese is set. */
const closing = /^[\p{Pe}\p{Pf}\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\u2026]/u
const opening = /^[\p{Ps}\p{Pi}]/u

/**
 * Breaks one line at spaces, beside characters of two columns, or inside a word that is longer than the line.
 *
 * @param longWords `whole`: such a word stays in one piece, so that who copies it has all of it
 */
export function wrapLine(
  line: string,
  columns: number,
  longWords: 'cut' | 'whole' = 'cut',
): string[] {
  const lines: string[] = []
  let current = ''
  let used = 0
  let before = ''
  // Where the line could break, and how wide it is up to there.
  let place = { at: 0, used: 0 }
  for (const character of pieces(line)) {
    const wide = roomFor(character)
    const isBeside = columnsOf(character) === 2 || columnsOf(before) === 2
    if (isBeside && wide > 0 && current.trim() !== '' && mayPart(before, character))
      place = { at: current.length, used }
    if (used + wide > columns && current !== '') {
      const isInWord = place.at > 0 && character !== ' '
      const fits = isInWord && used - place.used + wide <= columns
      const stays = longWords === 'whole' && character !== ' '
      const end = { at: stays ? 0 : current.length, used: stays ? 0 : used }
      const cut = fits || (stays && isInWord) ? place : end
      if (cut.at > 0) lines.push(current.slice(0, cut.at).trimEnd())
      current = current.slice(cut.at)
      used -= cut.used
      place = { at: 0, used: 0 }
      if (character === ' ') continue
    }
    current += character
    used += wide
    if (wide > 0) before = character
    // Indentation is no place to break.
    if (character === ' ' && current.trim() !== '') place = { at: current.length, used }
  }
  return [...lines, current]
}

/** Where in a text somebody else's words stand: from the first character of them to before `to`. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

const hanging = '  '
/** Before a line that begins within somebody else's words, where they could pass for a command of ours. */
const theirs = '  | '

/**
 * Sentences of ours for a terminal: broken at words, later lines indented. What is longer than a line (a path, an
 * address) stays whole, so that it can be copied, and so does a command of ours, which begins a line, with all that follows
 * where nobody says where it ends: half of it may be another one.
 *
 * @param outside words of others, as the name of a file: no command in them gets a line of its own as ours do
 * @param commands of ours, where they end
 */
export function brokenAtWords(
  text: string,
  columns: number,
  outside: readonly Stretch[] = [],
  commands: readonly Stretch[] = [],
): string {
  const posing = outside.filter(({ from, to }) => /khancap\s/i.test(text.slice(from, to)))
  let next = 0
  return text
    .split('\n')
    .map(line => {
      const start = next
      next += line.length + 1
      if (roomFor(line) <= columns) return line
      const indent = mostIndent.exec(line)?.[0] ?? ''
      const by = start + indent.length
      const moved = (stretches: readonly Stretch[]) =>
        stretches.map(({ from, to }) => ({ from: from - by, to: to - by }))
      return brokenLine(
        line.slice(indent.length),
        columns - indent.length,
        moved(posing),
        moved(commands),
      )
        .map(row => `${indent}${row}`)
        .join('\n')
    })
    .join('\n')
}

const mostIndent = /^ {1,12}/

function brokenLine(
  line: string,
  columns: number,
  posing: readonly Stretch[],
  marked: readonly Stretch[],
): string[] {
  const isTheirs = (place: number) => posing.some(({ from, to }) => from <= place && place < to)
  const ours = commandsIn(line, isTheirs, marked)
  const first = ours[0]?.from ?? line.length
  // Nothing of others' follows a command on its line: the terminal would break it where it liked.
  const isFollowed = posing.some(({ from, to }) => to > first && from < line.length)
  const at = isFollowed ? line.length : first
  const [margin, longWords] =
    posing.length > 0 ? ([theirs, 'cut'] as const) : ([hanging, 'whole'] as const)
  const before = line.slice(0, at).trimEnd()
  const lines = before === '' ? [] : wrapLine(before, columns - margin.length, longWords)
  let read = 0
  const set = lines.map((words, index) => {
    const from = line.indexOf(words, read)
    read = from + words.length
    const isFirst = index === 0
    return `${isFirst ? '' : isTheirs(from + words.search(/\S/)) ? theirs : hanging}${words}`
  })
  if (isFollowed) return set
  const rest = ours.flatMap(({ from, to }, index) => {
    const shown = line.slice(from, to)
    const behind = line.slice(to, ours[index + 1]?.from).trimEnd()
    // As wide as the command, and in one piece.
    const stands = 'x'.repeat(Math.max(1, roomFor(shown)))
    const [head = '', ...others] = wrapLine(`${stands}${behind}`, columns - hanging.length, 'whole')
    return [`${shown}${head.slice(stands.length)}`, ...others]
  })
  return [...set, ...rest.map((words, index) => `${set.length + index > 0 ? hanging : ''}${words}`)]
}

/** Each to where it is known to end, else to the end of the line. */
function commandsIn(
  line: string,
  isTheirs: (place: number) => boolean,
  marked: readonly Stretch[],
): Stretch[] {
  const found: Stretch[] = []
  for (const { index: from } of line.matchAll(/(?<=^|\s)khancap [a-z]/g)) {
    if (isTheirs(from) || from < (found.at(-1)?.to ?? 0)) continue
    found.push({ from, to: marked.find(stretch => stretch.from === from)?.to ?? line.length })
  }
  return found
}

function mayPart(before: string, next: string): boolean {
  return !opening.test(before) && !closing.test(next)
}

/** The text in exactly so many columns: cut with an ellipsis, or filled up with spaces. */
export function inColumns(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text + ' '.repeat(columns - widthOf(text))
  let cut = ''
  let used = 0
  for (const character of text) {
    used += columnsOf(character)
    if (used > columns - 1) break
    cut += character
  }
  return `${cut}\u2026${' '.repeat(Math.max(0, columns - 1 - widthOf(cut)))}`
}
