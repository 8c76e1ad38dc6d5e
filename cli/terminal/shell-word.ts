import { visible } from './visible.js'

/**
 * As a shell takes it for one word: for commands that are to be copied.
 * @param instead stands for what cannot be shown as it is: copied, it would name something else
 */
export function shellWord(word: string, instead: string): string {
  if (!showsAll(word)) return instead
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Whether what is shown of it is all of it. */
export function showsAll(word: string): boolean {
  return visible(word) === word
}
