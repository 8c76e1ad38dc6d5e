// Display width: how many columns a text takes, and lines that fit. Chinese takes two columns a character, a combining
// mark none.
const none = /^\p{M}/u
const two =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303e\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u

export function widthOf(text: string): number {
  let columns = 0
  for (const character of text) columns += columnsOf(character)
  return columns
}

function columnsOf(character: string): number {
  if (none.test(character)) return 0
  return two.test(character) ? 2 : 1
}

/** No line begins with what closes, nor ends with what opens: so Chinese is set. */
const closing = /^[\p{Pe}\p{Pf}\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\u2026]/u
const opening = /^[\p{Ps}\p{Pi}]/u

/** Breaks one line at spaces, beside characters of two columns, or inside a word that is longer than the line. */
export function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = []
  let current = ''
  let used = 0
  let before = ''
  // Where the line could break, and how wide it is up to there.
  let place = { at: 0, used: 0 }
  for (const character of line) {
    const wide = columnsOf(character)
    const isBeside = wide === 2 || columnsOf(before) === 2
    if (isBeside && wide > 0 && current.trim() !== '' && mayPart(before, character))
      place = { at: current.length, used }
    if (used + wide > columns && current !== '') {
      const fits = place.at > 0 && character !== ' ' && used - place.used + wide <= columns
      const cut = fits ? place : { at: current.length, used }
      lines.push(current.slice(0, cut.at).trimEnd())
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
