// What did not succeed, as a value that the page has a sentence for.
import type { Failures } from './texts/texts.js'

export type FailureCode = Exclude<
  keyof Failures,
  'heading' | 'again' | 'anew' | 'reload' | 'kept' | 'reenter'
>

/** A sentence for the person, and the code behind it. */
export class Failed extends Error {
  readonly failure: FailureCode
  readonly code: string
  /** The puzzle by which a busy service would let the same in. */
  readonly puzzle: string | null

  constructor(failure: FailureCode, code: string = failure, puzzle: string | null = null) {
    super(code)
    this.name = 'Failed'
    this.failure = failure
    this.code = code
    this.puzzle = puzzle
  }
}
