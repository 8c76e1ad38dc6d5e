// What a person has typed so far, and what was made of it. In memory only.
import type { ShownProgram } from '../schemas/directory-excerpt.js'
import type { Answers } from '../schemas/sealed.js'
import type { SealedRequest } from './sealer/calls.js'

/** What was typed, and the keys made of it. Erased when the page is left, however it is left. */
export interface Draft {
  program: ShownProgram | null
  answers: Answers
  /** Those for the other programs, by id: whoever goes back to one finds them again. */
  readonly aside: Map<string, Answers>
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
  aside: new Map(),
  entropy: null,
  receiptWords: [],
  foreignWords: false,
  sealed: null,
  sealedOf: null,
})

/** Another program is asked about: what was typed for the one before is put aside. */
export function turnTo(draft: Draft, program: ShownProgram): void {
  const before = draft.program
  draft.program = program
  if (before?.id === program.id) return
  if (before !== null) draft.aside.set(before.id, draft.answers)
  draft.answers = draft.aside.get(program.id) ?? {}
}

/** Overwrites what can be overwritten: older screens still hold on to it. */
export function erase({ answers, aside, entropy }: Draft): void {
  for (const typed of [answers, ...aside.values()])
    for (const key of Object.keys(typed)) delete typed[key]
  aside.clear()
  entropy?.fill(0)
}
