// Whether a program covers a request, as far as language and place say. It never ends a request: who is not
// covered, or not known to be, still reaches a person (docs/protocol.md, step 7).
import type { Program } from '../../../schemas/program.js'
import type { SlipContent } from '../../../schemas/sealed.js'

/** Why: what the place says comes first. */
export type EligibilityReason =
  | 'country_covered'
  | 'region_covered'
  | 'country_not_covered'
  | 'region_not_covered'
  | 'country_unknown'
  | 'region_unknown'
  | 'language_not_handled'

export interface Eligibility {
  readonly coverage: 'eligible' | 'not_covered' | 'unknown'
  /** Whether the program is handled in the language that the applicant wants to be answered in. */
  readonly languageHandled: boolean
  /** One about the place, and perhaps one about the language. */
  readonly reasons: readonly EligibilityReason[]
}

/** Where somebody is, as far as they said. A region counts only as part of its own country. */
export interface Place {
  readonly country: SlipContent['country']
  readonly region?: SlipContent['region'] | undefined
}

/** The same on the applicant's device, before sealing, and at the router. */
export function checkEligibility(
  program: Pick<Program, 'countries' | 'languages' | 'regions'>,
  facts: Place & Pick<SlipContent, 'language'>,
): Eligibility {
  const languageHandled = program.languages.includes(facts.language)
  const [coverage, reason] = coverageOf(program, facts)
  return {
    coverage,
    languageHandled,
    reasons: languageHandled ? [reason] : [reason, 'language_not_handled'],
  }
}

/** The region of a place, where it is one of its country; else null. ISO 3166-2 begins with the country. */
export function regionOf({ country, region }: Place): string | null {
  return region?.startsWith(`${country}-`) === true ? region : null
}

function coverageOf(
  program: Pick<Program, 'countries' | 'regions'>,
  place: Place,
): readonly [Eligibility['coverage'], EligibilityReason] {
  const { country } = place
  if (country === 'unknown') return ['unknown', 'country_unknown']
  if (program.countries.includes(country)) return ['eligible', 'country_covered']
  const covered = (program.regions ?? []).filter(region => region.startsWith(`${country}-`))
  if (covered.length === 0) return ['not_covered', 'country_not_covered']
  const region = regionOf(place)
  if (region === null) return ['unknown', 'region_unknown']
  return covered.includes(region)
    ? ['eligible', 'region_covered']
    : ['not_covered', 'region_not_covered']
}
