// What the subject of a mail says: a case that it belongs to, a program whose tag it carries, or nothing that a rule
// knows. It sorts and never refuses: whatever comes out, a person reads the mail (docs/protocol.md, step 4m).
import type { Instant } from '../../../schemas/encoding.js'
import type { Program, Tag } from '../../../schemas/program.js'
import { isActive } from '../../../keys/keyring.js'
import { decodeSubject, otherReadings } from './decode.js'
import { flatten, prefixStripper, tidy, withoutLookAlikes } from './fold.js'
import { languageGuesser } from './language.js'
import { anyOf, phrasePatterns, type PhrasePatterns } from './phrase.js'
import { chineseScript } from './simplified.js'
import { isToken, tokenFinder, type TokenStanding } from './token.js'
import { type SubjectWords, subjectWords } from './words.js'

export interface SubjectFinding {
  /** The subject as a person reads it, in NFC. It may hold invisible letters and controls. */
  readonly decoded: string
  readonly outcome: 'tagged' | 'maybe' | 'untagged' | 'thread'
  /** Whose tag it carries, or where the outcome is maybe, might carry; in the order of the directory. */
  readonly programs: readonly string[]
  /** BCP 47; 'und' where the line does not tell. A hint. */
  readonly language: string
  /** The first eight letters of a case id, lower case, where the line carries `[case XXXX-XXXX]`. */
  readonly caseToken: string | null
  /** It asks for a copy of the form. */
  readonly asksForForm: boolean
}

export interface SubjectClassifier {
  /** A raw value of the Subject field, each character one byte. */
  raw(value: string): SubjectFinding
  /** A subject that is text already, such as one of protected headers (RFC 9788). */
  text(value: string): SubjectFinding
}

interface Hit {
  readonly program: string
  readonly language: string | null
  readonly standing: TokenStanding
}

interface CompiledTag {
  readonly program: string
  readonly tag: Tag
  readonly current: boolean
  readonly phrase: PhrasePatterns | null
  readonly token: ((line: string) => TokenStanding) | null
  readonly isPhished: boolean
}

/** RFC 5322 leaves the line to us: a handle of eight letters in brackets, in any letter case. */
const caseToken = /\[ ?case ?:? ?([0-9a-z]{4}) ?- ?([0-9a-z]{4}) ?\]/iu

/**
 * Compiles the tags of programs that are valid at `at`. A tag whose program or validity has ended is still noticed, and
 * comes out as maybe: a line with a tag is never untagged.
 */
export function subjectClassifier(
  programs: readonly Program[],
  at: Instant,
  words: SubjectWords = subjectWords,
): SubjectClassifier {
  const tags = programs.flatMap(program =>
    program.tags.map(tag => compile(program, tag, at, words)),
  )
  const strip = prefixStripper(words)
  const guess = languageGuesser(words)
  const [form, pleas, events] = [anyOf(words.form), anyOf(words.pleas), anyOf(words.events)]
  const placeholder = new RegExp(
    `^(?:${words.placeholders.map(one => flatten(tidy(one))).join('|')})$`,
    'u',
  )
  const phishing = {
    followed: anyOf(words.phishing.followed),
    beside: anyOf(words.phishing.beside),
  }

  /** How a phrase that was found is to be taken. */
  const standingOf = ({ tag, current, isPhished }: CompiledTag, flat: string, end: number) => {
    if (!current) return 'perhaps' as const
    if (tag.literal) return 'tag' as const
    if (events?.test(flat) === true) return 'perhaps' as const
    if (!isPhished) return 'tag' as const
    const next = flat.slice(end, end + 40).replace(/^[ :!-]+/u, '')
    const followed = phishing.followed?.exec(next)?.index === 0
    return followed || phishing.beside?.test(flat) === true
      ? ('perhaps' as const)
      : ('tag' as const)
  }

  const hitsIn = (line: string): Hit[] => {
    const flat = flatten(line)
    const isAscii = /^[\x20-\x7e]*$/.test(line)
    return tags.flatMap(one => {
      const { program, tag, phrase } = one
      const { language } = tag
      if (one.token !== null) {
        const standing = one.token(line)
        const lowered = standing === 'tag' && !one.current ? 'perhaps' : standing
        return standing === 'none' ? [] : [{ program, language, standing: lowered }]
      }
      const found =
        phrase?.whole.exec(flat) ?? (isAscii ? phrase?.keystrokes?.exec(flat) : null) ?? null
      if (found === null) return []
      return [{ program, language, standing: standingOf(one, flat, found.index + found[0].length) }]
    })
  }

  /** Signs that a tag may have been meant, where none was found. */
  const hintsIn = (line: string): Hit[] => {
    const flat = flatten(line)
    const compact = flat.replaceAll(/[^\p{L}\p{N}]/gu, '')
    return tags.flatMap(({ program, tag, phrase }) => {
      if (phrase === null) return []
      const apart = phrase.halves.length > 0 && phrase.halves.every(half => half.test(flat))
      return apart || isCut(phrase, compact)
        ? [{ program, language: tag.language, standing: 'perhaps' as const }]
        : []
    })
  }

  const suspected = (line: string, decoded: string): Hit[] => {
    const hints = hintsIn(line)
    if (hints.length > 0) return hints
    const plain = withoutLookAlikes(line)
    const found = plain === null ? [] : hitsIn(strip(plain))
    if (found.length > 0) return found
    for (const reading of otherReadings(decoded)) {
      const hits = hitsIn(strip(tidy(reading)))
      if (hits.length > 0) return hits
    }
    return []
  }

  const languageOf = (hits: readonly Hit[], text: string) => {
    const told = hits.find(({ language }) => language !== null)?.language ?? null
    if (told === null) return guess(text)
    return told.startsWith('zh') ? (chineseScript(text) ?? told) : told
  }

  const classify = (decoded: string, isBare: boolean, isDoubtful: boolean): SubjectFinding => {
    const tidied = tidy(decoded)
    const line = strip(tidied)
    const flat = flatten(line)
    const finding = (outcome: SubjectFinding['outcome'], hits: readonly Hit[]): SubjectFinding => ({
      decoded,
      outcome,
      programs: programs
        .map(({ id }) => id)
        .filter(id => hits.some(({ program }) => program === id)),
      language: languageOf(hits, line),
      caseToken: null,
      asksForForm: form?.test(flat) === true,
    })

    const token = caseToken.exec(tidied)
    if (token !== null)
      return {
        ...finding('thread', []),
        caseToken: `${token[1] ?? ''}${token[2] ?? ''}`.toLowerCase(),
      }
    const hits = hitsIn(line)
    const certain = hits.filter(({ standing }) => standing === 'tag')
    if (certain.length > 0 && !isBare) return finding('tagged', certain)
    if (hits.length > 0) return finding('maybe', hits)
    const hinted = suspected(line, decoded)
    if (hinted.length > 0) return finding('maybe', hinted)
    const saysNothing = !/[\p{L}\p{N}]/u.test(flat) || placeholder.test(bare(flat))
    const isMaybe = isBare || isDoubtful || saysNothing || pleas?.test(flat) === true
    return finding(isMaybe ? 'maybe' : 'untagged', [])
  }

  return {
    raw(value) {
      const { text, bareBytes, doubtful } = decodeSubject(value)
      return classify(text, bareBytes, doubtful)
    },
    text: value =>
      classify(
        value
          .normalize('NFC')
          .replaceAll(/[ \t\r\n]+/g, ' ')
          .trim(),
        false,
        value.includes('\ufffd'),
      ),
  }
}

function compile(program: Program, tag: Tag, at: Instant, words: SubjectWords): CompiledTag {
  const current =
    isActive(program, at) &&
    isActive(
      { valid_from: tag.valid_from ?? program.valid_from, valid_until: tag.valid_until ?? null },
      at,
    )
  const token = isToken(tag.text)
  return {
    program: program.id,
    tag,
    current,
    phrase: token ? null : phrasePatterns(tag),
    token: token ? tokenFinder(tag.text, words) : null,
    isPhished: words.phishing.phrases
      .map(one => flatten(tidy(one)))
      .includes(flatten(tidy(tag.text))),
  }
}

/** The phrase inside a longer word, or cut off at the end of the line. */
function isCut(phrase: PhrasePatterns, compact: string): boolean {
  const { letters, truncatedFrom } = phrase
  const isHan = /\p{Script=Han}/u.test(letters)
  if (letters.length >= (isHan ? 3 : 8) && compact.includes(letters)) return true
  for (let length = truncatedFrom; length < letters.length; length++)
    if (length >= (isHan ? 3 : 8) && compact.endsWith(letters.slice(0, length))) return true
  return false
}

function bare(flat: string): string {
  return flat.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
}
