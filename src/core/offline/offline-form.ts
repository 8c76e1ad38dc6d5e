// The offline form as a file (docs/protocol.md, "Offline form"): a template that is the same for everybody, and in one
// place of it the organisation's signed directory. Whoever has the file can take the two apart again.
import type { Language } from '../../../schemas/encoding.js'
import { type Embedded, printEmbedded, readEmbedded } from './embedded.js'

/** Templates of the build, by the language of their words. */
export type OfflineTemplates = ReadonlyMap<Language, string>

const before = '<script type="application/json" id="directory">'
const after = '</script>'
/** The place in a template: a block that no browser runs, so that it changes no hash of a script. */
export const directoryPlace = `${before}${after}`

/** What a template of a language is called in the build. */
export function templateName(language: Language): string {
  return `khancap-${language}.html`
}

/** @returns null for the name of another file */
export function templateLanguage(name: string): Language | null {
  return /^khancap-([a-z]{2,3}(?:-[A-Z][a-z]{3})?)\.html$/.exec(name)?.[1] ?? null
}

/** What the file is called on the device of whoever has it: nothing that says what it is for. */
export function offlineFormName(language: Language): string {
  return `notes-${language.toLowerCase()}.html`
}

/**
 * Puts a directory into a template. The same template, root and note give the same bytes.
 * @throws RangeError where the template has no such place, or more than one
 * @throws TypeError where the note is not UTF-8
 */
export function fillOfflineForm(template: string, { note, root }: Embedded): string {
  const [head, tail, more] = template.split(directoryPlace)
  if (head === undefined || tail === undefined || more !== undefined)
    throw new RangeError('"template" expected one place for the directory')
  return `${head}${before}${printEmbedded({ note, root })}${after}${tail}`
}

/**
 * Takes a file apart, so that its template can be compared with one that is known and its directory be verified.
 * @returns null where it is no offline form that `fillOfflineForm` made
 */
export function readOfflineForm(file: string): (Embedded & { readonly template: string }) | null {
  const [head, rest, more] = file.split(before)
  if (head === undefined || rest === undefined || more !== undefined) return null
  const end = rest.indexOf(after)
  const embedded = end < 0 ? null : readEmbedded(rest.slice(0, end))
  if (embedded === null) return null
  const template = `${head}${directoryPlace}${rest.slice(end + after.length)}`
  return fillOfflineForm(template, embedded) === file ? { ...embedded, template } : null
}
