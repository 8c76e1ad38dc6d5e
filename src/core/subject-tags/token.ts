// A tag that is one short word in capitals, such as PIL: whether it stands in a line as the tag, perhaps, or not at all.
// Looked for before marks are taken away: a Turkish capital İ is another letter.
import { flatten } from './fold.js'
import { anyOf, wordBegins, wordEnds } from './phrase.js'
import type { SubjectWords } from './words.js'

export type TokenStanding = 'tag' | 'perhaps' | 'none'

/** Lines of at most so many letters are about nothing else. */
const shortLine = 12
const separators = String.raw`[:\-–—+/\\|\])}】》」』〉>]`
const opened = String.raw`[\[({【《「『〈<"'“«#＃]`
const closed = String.raw`[\])}】》」』〉>"'”»]`

export function isToken(text: string): boolean {
  return /^[A-Z]{2,8}$/.test(text)
}

/** @returns how the token stands in a tidied line without prefixes */
export function tokenFinder(text: string, words: SubjectWords): (line: string) => TokenStanding {
  const dotted = Array.from(text).join(String.raw`\.?`)
  const token = new RegExp(`${wordBegins}(?:${dotted})\\.?${wordEnds}(?![._]\\p{L})`, 'gu')
  const plural = new RegExp(`${wordBegins}${text}'?s${wordEnds}`, 'u')
  const anyCase = new RegExp(`^(?:${dotted})\\.?$`, 'iu')
  const small = new RegExp(
    `^${text}(?= ?[:\\-–—])|[\\[(【"“#]${text}(?=[\\])】"” ]|$)|${wordBegins}${text}${wordEnds}`,
    'giu',
  )
  const [form, other] = [anyOf(words.form), anyOf(words.notTheToken)]
  const request = anyOf(words.request)
  return line => {
    const flat = flatten(line)
    if (anyCase.test(asAscii(line))) return 'tag'
    const found = [...line.matchAll(token)].filter(match => !isInAddress(line, match.index))
    if (found.length === 0) {
      if (plural.test(line)) return 'perhaps'
      return [...line.matchAll(small)].some(
        match =>
          asAscii(match[0]) === match[0] &&
          !isInAddress(line, match.index) &&
          isSmallHint(line, match.index, text.length, form?.test(flat) === true),
      )
        ? 'perhaps'
        : 'none'
    }
    if (other?.test(flat) === true) return 'perhaps'
    if (line.length <= shortLine || request?.test(flat) === true) return 'tag'
    return found.some(match => standsApart(line, match.index, match[0])) ? 'tag' : 'perhaps'
  }
}

/** At the start, in brackets or quotes, after #, or beside a separator. */
function standsApart(line: string, at: number, token: string): boolean {
  const before = line.slice(Math.max(0, at - 2), at)
  const after = line.slice(at + token.length, at + token.length + 2)
  return (
    at === 0 ||
    new RegExp(`${opened} ?$|${separators} ?$`, 'u').test(before) ||
    new RegExp(`^ ?${separators}|^ ?${closed}`, 'u').test(after)
  )
}

/** In small letters: at the start before a colon or dash, set off by brackets or #, or in a line about a form. */
function isSmallHint(line: string, at: number, length: number, aboutForm: boolean): boolean {
  if (aboutForm) return true
  const rest = line.slice(at + length)
  return (at === 0 && /^ ?[:\-–—]/u.test(rest)) || /^[[(【"“#]/u.test(line.slice(at))
}

/** Letters that lower case would make into others of ASCII (İ, K) are none of the token's. */
function asAscii(text: string): string {
  return text.replaceAll(/[\u0080-\uffff]/g, '\u0001')
}

/** The run of letters without spaces around a place is a web or mail address. Looked at for 200 letters. */
function isInAddress(line: string, at: number): boolean {
  const head = /[^\s\p{Script=Han}]{0,100}$/u.exec(line.slice(Math.max(0, at - 100), at))?.[0] ?? ''
  const tail = /^[^\s\p{Script=Han}]{0,100}/u.exec(line.slice(at, at + 100))?.[0] ?? ''
  const run = `${head}${tail}`
  return (
    /[^\s@]@[\w-]+\.[\w-]/.test(run) ||
    /^[a-z]{2,6}:\/\//i.test(run) ||
    /^[<("]?www\./i.test(run) ||
    /^[<("]?(?:[\w-]+\.)+[a-z]{2,}(?:[/>)"]|$)/i.test(run)
  )
}
