// Whether a program covers a request, as far as language and country say. It never ends a request: who is not
// covered, or not known to be, still reaches a person (docs/protocol.md, step 7).
import type { Program } from '../../../schemas/program.js'
import type { SlipContent } from '../../../schemas/sealed.js'

export interface Eligibility {
  readonly coverage: 'eligible' | 'not_covered' | 'unknown'
  /** Whether the program is handled in the language that the applicant wants to be answered in. */
  readonly languageHandled: boolean
}

/** The same on the applicant's device, before sealing, and at the router. */
export function checkEligibility(
  program: Pick<Program, 'countries' | 'languages'>,
  facts: Pick<SlipContent, 'language' | 'country'>,
): Eligibility {
  return {
    coverage:
      facts.country === 'unknown'
        ? 'unknown'
        : program.countries.includes(facts.country)
          ? 'eligible'
          : 'not_covered',
    languageHandled: program.languages.includes(facts.language),
  }
}
