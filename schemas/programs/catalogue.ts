// Words for forms, one file per program and language, and how they are found. No label stands in code, and no code
// depends on a label: a missing one shows the key instead.
import type { Language } from '../encoding.js'
import type { Program } from '../program.js'

/** Keys are paths: `contact`, `contact.address`. Options are found by the path of their question, then by code. */
export interface Catalogue {
  readonly program: string
  readonly language: Language
  readonly labels: Readonly<Record<string, string>>
  /** Why a question is asked, in one or two sentences. */
  readonly why: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What every program shares: `yes`, `unknown`, `other`, and names of countries by ISO 3166-1 alpha-2. */
export interface SharedWords {
  readonly language: Language
  readonly answers: Readonly<Record<string, string>>
  readonly countries: Readonly<Record<string, string>>
}

/** The label of a question or field. The field `kind` of a group is the group's own question. */
export function labelAt(catalogue: Catalogue, path: string): string {
  return catalogue.labels[path] ?? catalogue.labels[path.replace(/\.kind$/, '')] ?? path
}

/** The label of an option or of a way out. */
export function optionAt(
  catalogue: Catalogue,
  shared: SharedWords,
  path: string,
  code: string,
): string {
  return catalogue.options[path]?.[code] ?? shared.answers[code] ?? code
}

/**
 * The words of a program in a language: those that its directory brings stand before those that are shipped; where it
 * has none in this language, the shipped ones, then its own in English, then its own in any.
 *
 * @param own null where no directory knows the program
 */
export function catalogueFor(
  program: string,
  language: Language,
  shipped: readonly Catalogue[],
  own: Pick<Program, 'words'> | null,
): Catalogue {
  const known = shipped.find(one => one.program === program && one.language === language)
  const words = own?.words ?? {}
  const spare = known === undefined ? (words['en'] ?? Object.values(words)[0]) : undefined
  const { labels = {}, why = {}, options = {} } = words[language] ?? spare ?? {}
  return {
    program,
    language,
    labels: { ...known?.labels, ...labels },
    why: { ...known?.why, ...why },
    options: { ...known?.options, ...options },
  }
}
