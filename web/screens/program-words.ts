// What a program says of itself in the page's language, and otherwise in English.
import type { ShownProgram } from '../../schemas/directory-excerpt.js'

export function promiseOf({ promise }: ShownProgram, language: string): string {
  return promise[language] ?? promise['en'] ?? Object.values(promise)[0] ?? ''
}

export function nameOf({ names, id }: ShownProgram, language: string): string {
  return names[language] ?? names['en'] ?? id
}
