// Which language a subject is probably in: a hint for the answer and for routing, never a reason to refuse.
import { flatten } from './fold.js'
import { wordBegins, wordEnds, wordsOf } from './phrase.js'
import { chineseScript } from './simplified.js'
import type { SubjectWords } from './words.js'

const scripts: readonly (readonly [RegExp, string])[] = [
  [/[\u3040-\u30ff]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Khmer}/u, 'km'],
  [/\p{Script=Lao}/u, 'lo'],
  [/\p{Script=Myanmar}/u, 'my'],
  [/\p{Script=Tibetan}/u, 'bo'],
  [/[\u0626\u067e\u06ad\u06c6-\u06d5]/u, 'ug'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/[іїєґІЇЄҐ]/u, 'uk'],
  [/\p{Script=Cyrillic}/u, 'ru'],
]
/** Letters that hardly another language has, on text with its marks. */
const letters: readonly (readonly [RegExp, string])[] = [
  [/[ăđơưĂĐƠƯ\u1ea0-\u1ef9]/u, 'vi'],
  [/[ğışİĞŞ]/u, 'tr'],
]

/**
 * Guesses the language of a tidied line.
 * @returns a BCP 47 tag; 'und' where the line does not tell
 */
export function languageGuesser(words: SubjectWords): (tidied: string) => string {
  const known = Object.entries(words.languages).map(([language, list]) => ({
    language,
    pattern: new RegExp(
      `${wordBegins}(?:${list.map(word => wordsOf(word).join(' ')).join('|')})${wordEnds}`,
      'gu',
    ),
  }))
  return tidied => {
    const byLetters = letters.find(([pattern]) => pattern.test(tidied))
    if (byLetters !== undefined) return byLetters[1]
    const byScript = scripts.find(([pattern]) => pattern.test(tidied))
    if (byScript !== undefined) return byScript[1]
    if (/\p{Script=Han}/u.test(tidied)) return chineseScript(tidied) ?? 'zh'
    const flat = flatten(tidied)
    const counted = known
      .map(({ language, pattern }) => ({ language, count: flat.match(pattern)?.length ?? 0 }))
      .toSorted((a, b) => b.count - a.count)
    const first = counted[0]
    // Among equals the first of the list: it is in order of the languages that programs are handled in.
    return first === undefined || first.count === 0 ? 'und' : first.language
  }
}
