// The bounds of what a handler writes (schemas/sealed.ts).
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

export const maxWords = 20_000

/** @throws Failure where the text is too long to be sealed */
export function expectLength(text: string): void {
  if (text.length <= maxWords) return
  throw refused(
    safe`the text has ${text.length} characters; at most ${maxWords} can be sealed`,
    safe`send it in two parts`,
  )
}
