// What a program says of itself in the page's language, and otherwise in English.
import type { ShownProgram } from '../../schemas/directory-excerpt.js'

type Said = Readonly<Record<string, string>>

function saidIn(said: Said, language: string): string | null {
  return said[language] ?? said['en'] ?? Object.values(said)[0] ?? null
}

export function promiseOf({ promise }: ShownProgram, language: string): string {
  return saidIn(promise, language) ?? ''
}

/** null where it does not say. */
export function forWhomOf({ for_whom: said = {} }: ShownProgram, language: string): string | null {
  return saidIn(said, language)
}

/** null where it does not say. */
export function outOfScopeOf(
  { out_of_scope: said = {} }: ShownProgram,
  language: string,
): string | null {
  return saidIn(said, language)
}

export function nameOf({ names, id }: ShownProgram, language: string): string {
  return names[language] ?? names['en'] ?? id
}
