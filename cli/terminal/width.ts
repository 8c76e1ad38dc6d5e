// Display width: how many columns a text takes, and lines that fit. Chinese takes two columns a character, a combining
// mark none, one that takes room one.
const none = /^[\p{Mn}\p{Me}]/u
/** Wide and full-width by Unicode (UAX #11): what is counted too narrow is broken by the terminal, and not by us. */
const two =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\u2e80-\u303e\u3041-\u4dff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u

export function widthOf(text: string): number {
  let columns = 0
  for (const character of text) columns += columnsOf(character)
  return columns
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
  for (const character of text) columns += none.test(character) ? 0 : character <= '\u007f' ? 1 : 2
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
  for (const character of line) {
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

/**
 * Sentences of ours for a terminal: broken at words, later lines indented. What is longer than a line (a path, an
 * address) stays whole, so that it can be copied, and so does a command with all that follows: half of it may be another one.
 */
export function brokenAtWords(text: string, columns: number): string {
  const hanging = '  '
  const broken = (line: string) => {
    const at = line.search(/(?<=\s)khancap [a-z]/)
    const [before, command] = at < 0 ? [line, ''] : [line.slice(0, at).trimEnd(), line.slice(at)]
    const lines = wrapLine(before, columns - hanging.length, 'whole')
    return [...lines, ...(command === '' ? [] : [command])].join(`\n${hanging}`)
  }
  return text
    .split('\n')
    .map(line => (roomFor(line) <= columns ? line : broken(line)))
    .join('\n')
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
