// A tag of the directory as patterns: how its words may stand in a folded subject. Each pattern looks at a bounded
// stretch from where it begins, so that the time grows with the line and not faster.
import type { Tag } from '../../../schemas/program.js'
import { fold } from './fold.js'

export interface PhrasePatterns {
  /** The phrase, its words joined or apart by spaces, hyphens, underscores and dots. */
  readonly whole: RegExp
  /** The same as raw keystrokes of Vietnamese keyboards; null for other languages. */
  readonly keystrokes: RegExp | null
  /** The parts between which words may stand; both somewhere in a line are a hint. */
  readonly halves: readonly RegExp[]
  /** Its letters without anything between. */
  readonly letters: string
  /** From how many of its letters on a line that ends within it is a hint. */
  readonly truncatedFrom: number
}

/** Letters of scripts with spaces, marks and digits: where none of these stands beside, a word ends. Han may touch. */
const inWord = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{M}\\p{N}]'
export const wordBegins = `(?<!${inWord})`
export const wordEnds = `(?!${inWord})`

/** Between the words of a phrase; a full stop and a space end the clause. */
const separator = "(?:(?!\\. )[-_.' ]){0,3}"
/** A word that may stand inside a phrase; none of its letters ends a clause. */
const otherWord = '[^\\s,;:!?.…()\\[\\]{}"“”«»<>|/+#_-]{1,30}'
const isHan = (word: string) => /^\p{Script=Han}$/u.test(word)

/** What Telex, VNI and VIQR put behind a letter for its mark and its tone, perhaps only at the end of the word. */
const keys = "[aeowsfrxjdz0-9^(+'~?.*]{0,3}"

/** The words of a tag: a Han letter is one, a French elision two. */
export function wordsOf(text: string): string[] {
  return fold(text).match(/\p{Script=Han}|[\p{L}\p{N}]+?(?=\p{Script=Han}|[^\p{L}\p{N}]|$)/gu) ?? []
}

export function phrasePatterns(tag: Tag): PhrasePatterns {
  const words = wordsOf(tag.text)
  const after = Math.min(tag.gap?.after ?? words.length, words.length)
  const parts = [words.slice(0, after), words.slice(after)].filter(part => part.length > 0)
  const between = gapPattern(words, tag.gap?.words ?? 0)
  const spelled = (spell: (word: string) => string) =>
    bounded(words, parts.map(part => part.map(spell).join(separator)).join(between))
  const letters = words.join('')
  const first = parts.length > 1 ? (parts[0] ?? []).join('').length : 0
  return {
    whole: spelled(escape),
    keystrokes: tag.language === 'vi' ? spelled(typed) : null,
    halves: parts.length > 1 ? parts.map(halfPattern) : [],
    letters,
    truncatedFrom: Math.max(Math.ceil(0.6 * letters.length), first + 1),
  }
}

/** A list of words or phrases as one pattern; null for an empty list. */
export function anyOf(phrases: readonly string[]): RegExp | null {
  const alternatives = phrases.map(phrase => {
    const words = wordsOf(phrase)
    // A sign such as 🆘 has no words.
    return words.length === 0
      ? escape(fold(phrase))
      : bounded(words, words.map(escape).join(separator)).source
  })
  return alternatives.length === 0 ? null : new RegExp(alternatives.join('|'), 'u')
}

function bounded(words: readonly string[], pattern: string): RegExp {
  const begins = isHan(words[0] ?? '') ? '' : wordBegins
  const ends = isHan(words.at(-1) ?? '') ? '' : wordEnds
  return new RegExp(`${begins}${pattern}${ends}`, 'u')
}

function gapPattern(words: readonly string[], count: number): string {
  if (count === 0) return separator
  if (isHan(words[0] ?? '')) return `${separator}(?:\\p{Script=Han} ?){0,${count}}`
  return `(?:${separator}|[ _-](?:${otherWord}[ _-]){1,${count}})`
}

/** Without a single letter in front: "d'urgence" is found as "urgence" where it stands alone. */
function halfPattern(part: readonly string[]): RegExp {
  const words = part.length > 1 && part[0]?.length === 1 && !isHan(part[0]) ? part.slice(1) : part
  return bounded(words, words.map(escape).join(separator))
}

function typed(word: string): string {
  const vowel = word.search(/[aeiouy]/)
  return Array.from(word, (letter, at) => {
    const marks = vowel >= 0 && at >= vowel ? keys : letter === 'd' ? '[d9]?' : ''
    return `${escape(letter)}${marks}`
  }).join('')
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
