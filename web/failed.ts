// What did not succeed, as a value that the page has a sentence for.
import type { Failures } from './texts/texts.js'

export type FailureCode = Exclude<keyof Failures, 'heading' | 'again' | 'kept'>

/** A sentence for the person, and the code behind it. */
export class Failed extends Error {
  readonly failure: FailureCode
  readonly code: string

  constructor(failure: FailureCode, code: string = failure) {
    super(code)
    this.name = 'Failed'
    this.failure = failure
    this.code = code
  }
}
