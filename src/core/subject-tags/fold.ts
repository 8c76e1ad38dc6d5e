// The copy of a subject that is compared: what looks or is typed alike becomes equal. Never shown to anybody.
import { simplify } from './simplified.js'
import type { SubjectWords } from './words.js'

/** UTF-16 units of a decoded subject that are compared; the rest is cut. */
export const maxComparedSubject = 4000

/** U+00AD, U+034F, U+061C, U+115F, U+1160, U+17B4, U+17B5, U+180B to U+180E, U+200B to U+200F, bidi and joiners, U+FEFF, tags. */
const invisible = new RegExp(
  String.raw`\u00ad|\u034f|\u061c|\u115f|\u1160|\u17b4|\u17b5|[\u180b-\u180e]|[\u200b-\u200f]|[\u202a-\u202e]|` +
    String.raw`[\u2060-\u206f]|\u3164|[\ufe00-\ufe0f]|\ufeff|\uffa0|[\u{e0000}-\u{e0fff}]`,
  'gu',
)

/** Step one: compatibility forms, invisible letters, apostrophes, hyphens and spaces. Letter case and marks stay. */
export function tidy(text: string): string {
  return text
    .slice(0, maxComparedSubject)
    .normalize('NFKC')
    .slice(0, 2 * maxComparedSubject)
    .replaceAll(invisible, '')
    .replaceAll(/[\s\p{Z}]+/gu, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll(/[\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u0060\u00b4\u275b\u275c]/g, "'")
    .replaceAll(/[\u2010-\u2012\u2212\u00b7\u30fb]/g, '-')
    .normalize('NFC')
    .trim()
}

/** Step two: marks, letter case and script. Lower case without a locale, or a Turkish one would lose the i. */
export function flatten(tidied: string): string {
  return simplify(
    tidied
      .normalize('NFD')
      .replaceAll(/\p{M}/gu, '')
      .replaceAll(/[đĐðÐ]/g, 'd')
      .normalize('NFC')
      .toLowerCase(),
  )
}

export function fold(text: string): string {
  return flatten(tidy(text))
}

/** Takes away prefixes and what gateways put in front, again and again, in any order. */
export function prefixStripper(words: SubjectWords): (tidied: string) => string {
  const prefixes = new Set(words.prefixes.map(fold))
  const gateways = words.gatewayTags.map(fold)
  const isGateway = (inside: string) => {
    const first = flatten(inside).trim()
    return gateways.some(
      tag => first.startsWith(tag) && !/^[\p{L}\p{N}]/u.test(first.slice(tag.length)),
    )
  }
  const prefix = / ?([^\s:[\](){}]{1,14}(?: [^\s:[\](){}]{1,8})?) ?(?:[[(] ?\d{1,3} ?[\])])? ?: ?/uy
  const gateway =
    / ?(?:\[([^\][]{1,80})\]|\{([^}{]{1,80})\}|【([^】【]{1,80})】|\*{2,5}([^*]{1,80})\*{2,5}) ?:? ?/uy
  return tidied => {
    let at = 0
    for (let before = -1; before < at; ) {
      before = at
      at = after(prefix, tidied, at, inside => prefixes.has(flatten(inside)))
      at = after(gateway, tidied, at, isGateway)
    }
    return tidied.slice(at).trim()
  }
}

/** Where a pattern ends that stands at `at` and whose inside fits; `at` where it does not. */
function after(
  pattern: RegExp,
  text: string,
  at: number,
  fits: (inside: string) => boolean,
): number {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  const inside = found?.slice(1).find(group => group !== undefined)
  return inside !== undefined && fits(inside) ? pattern.lastIndex : at
}

/** Cyrillic and Greek letters that pass for Latin ones, in the order of those. */
const lookAlikes = 'авсеніїјкморѕтухһԁԛԝӏгпиαβεηικνορτυχγμζ'
const lookedLike = 'abcehiijkmopstyxhdqwlrnuabenikvoptuxymz'

/** The same line with look-alikes of Latin letters replaced; null where it has none. Letter case is kept. */
export function withoutLookAlikes(tidied: string): string | null {
  const plain = tidied.replaceAll(/[\p{Script=Cyrillic}\p{Script=Greek}]/gu, letter => {
    const small = letter.toLowerCase()
    const place = lookAlikes.indexOf(small)
    const latin = place < 0 ? letter : lookedLike.charAt(place)
    return small === letter ? latin : latin.toUpperCase()
  })
  return plain === tidied ? null : plain
}
