// What a program says of itself in the page's language, and otherwise in English.
import type { Program } from '../../schemas/program.js'

export function promiseOf({ promise }: Program, language: string): string {
  return promise[language] ?? promise['en'] ?? Object.values(promise)[0] ?? ''
}

export function nameOf({ names, id }: Program, language: string): string {
  return names[language] ?? names['en'] ?? id
}
