// The allow-list for everything that came from an applicant or a server. Letters, marks, numbers, punctuation,
// symbols and spaces pass; whatever could move the cursor, hide or reorder text is shown as <U+XXXX>.
const allowed =
  /^(?=[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}])(?!\p{Default_Ignorable_Code_Point})(?!\u2800)./su
const combining = /^\p{M}/u

/** Characters that JSON.stringify leaves as they are although a terminal or an eye may stumble over them. */
const escapedInJson = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|\p{Default_Ignorable_Code_Point}|\u2800/gu

/** Marks on one character at most: Vietnamese needs two, Thai three. */
const maxMarks = 6
/** Characters of one text at most, beyond every bound of the forms. */
const maxShown = 65_536

export interface VisibleOptions {
  /** Line breaks stay line breaks. Otherwise they are shown like any control character. */
  readonly lines?: boolean
  /** Characters shown at most; the rest is counted. */
  readonly max?: number
  /** How a replacement stands out, for terminals with colour. */
  readonly mark?: (replacement: string) => string
}

/** Alphabets whose letters pass for one another. Chinese beside Latin is how people write; these beside each other are not. */
const alphabets = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'] as const
const letters = alphabets.map(name => ({ name, letter: new RegExp(`\\p{Script=${name}}`, 'u') }))
const strangers = new RegExp(
  `[${alphabets
    .filter(name => name !== 'Latin')
    .map(name => `\\p{Script=${name}}`)
    .join('')}]`,
  'u',
)
const word = /[\p{L}\p{M}\p{N}]+/gu

/** The text with words marked that mix alphabets: `pаypal<mixed Latin Cyrillic>`. */
function withMixedMarked(text: string, mark: (words: string) => string): string {
  if (!strangers.test(text)) return text
  return text.replace(word, one => {
    const found = letters.filter(({ letter }) => letter.test(one)).map(({ name }) => name)
    return found.length > 1 ? `${one}${mark(`<mixed ${found.join(' ')}>`)}` : one
  })
}

/** The text as it may be printed: nothing in it can act on a terminal or hide from a reader. */
export function visible(text: string, options: VisibleOptions = {}): string {
  const { lines = false, max = maxShown, mark = (replacement: string) => replacement } = options
  const shown: string[] = []
  let count = 0
  let marks = 0
  // True where a mark would join a character that is not the writer's own.
  let bare = true
  for (const character of lines ? text.replaceAll('\r\n', '\n') : text) {
    if (count >= max && !combining.test(character)) break
    count++
    if (combining.test(character) && allowed.test(character)) {
      marks++
      if (marks > maxMarks) continue
      if (bare) shown.push('\u25cc')
      bare = false
      shown.push(character)
      continue
    }
    if (marks > maxMarks) shown.push(mark(`<+${marks - maxMarks} marks>`))
    marks = 0
    bare = true
    if (allowed.test(character)) {
      bare = false
      shown.push(character)
    } else if (character === '\n' && lines) shown.push('\n')
    else if (character === '\t') shown.push('    ')
    else shown.push(mark(`<U+${codePoint(character)}>`))
  }
  if (marks > maxMarks) shown.push(mark(`<+${marks - maxMarks} marks>`))
  const rest = restOf(text, count, lines)
  if (rest > 0) shown.push(mark(`<+${rest} characters>`))
  return withMixedMarked(shown.join(''), mark)
}

/** JSON whose strings are as harmless on a terminal as `visible` text: the rest is escaped as \uXXXX. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(escapedInJson, character =>
    character === '\n' ? character : escapeInJson(character),
  )
}

function escapeInJson(character: string): string {
  let escaped = ''
  for (let unit = 0; unit < character.length; unit++)
    escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`
  return escaped
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

/** Code points that were not shown, without building a list of them. */
function restOf(text: string, shown: number, lines: boolean): number {
  if (text.length <= shown) return 0
  let all = 0
  for (const character of lines ? text.replaceAll('\r\n', '\n') : text) all += character ? 1 : 0
  return all - shown
}
