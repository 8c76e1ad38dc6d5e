// What did not succeed, as a value that the page has a sentence for.
import type { Fault } from '../schemas/problem.js'
import type { Failures } from './texts/texts.js'

export type FailureCode = Exclude<
  keyof Failures,
  'heading' | 'again' | 'anew' | 'reload' | 'kept' | 'reenter'
>

interface Known {
  readonly faults?: readonly Fault[]
  readonly sentence?: string
}

/** A sentence for the person, and the code behind it. */
export class Failed extends Error {
  readonly failure: FailureCode
  readonly code: string
  /** The puzzle by which a busy service would let the same in. */
  readonly puzzle: string | null
  /** What is wrong, as the Worker says it: places and codes, never a value. */
  readonly faults: readonly Fault[]
  /** Says more than the sentence of the failure, and stands in its place. */
  readonly sentence: string | null

  constructor(
    failure: FailureCode,
    code: string = failure,
    puzzle: string | null = null,
    { faults = [], sentence }: Known = {},
  ) {
    super(code)
    this.name = 'Failed'
    this.failure = failure
    this.code = code
    this.puzzle = puzzle
    this.faults = faults
    this.sentence = sentence ?? null
  }
}
