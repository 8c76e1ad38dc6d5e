// What a person has typed so far, and what was made of it. In memory only.
import type { ShownProgram } from '../schemas/directory-excerpt.js'
import type { Answers } from '../schemas/sealed.js'
import type { SealedRequest } from './sealer/calls.js'

/** What was typed, and the keys made of it. Erased when the page is left, however it is left. */
export interface Draft {
  program: ShownProgram | null
  answers: Answers
  entropy: Uint8Array | null
  receiptWords: readonly string[]
  foreignWords: boolean
  /** The last sealed request, until it is known to have arrived: it is sent again byte by byte. */
  sealed: SealedRequest | null
  /** The answers that are in it, as JSON; null where it must be sealed anew. */
  sealedOf: string | null
}

export const emptyDraft = (): Draft => ({
  program: null,
  answers: {},
  entropy: null,
  receiptWords: [],
  foreignWords: false,
  sealed: null,
  sealedOf: null,
})

/** Overwrites what can be overwritten: older screens still hold on to it. */
export function erase({ answers, entropy }: Draft): void {
  for (const key of Object.keys(answers)) delete answers[key]
  entropy?.fill(0)
}
