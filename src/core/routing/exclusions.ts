// Conflicts of interest (docs/protocol.md, "Routing"): who must not read a request, although they are in its team. What
// is not known of a request never lets somebody in whom a region of its country keeps out.
import { isActive } from '../../../keys/keyring.js'
import type { Directory, DirectoryHandler, Exclusion } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import { type Place, regionOf } from '../eligibility/eligibility.js'

/** Whom something keeps out. */
export type Excluded = (handler: DirectoryHandler) => boolean

/** Who must not read a request with these facts. @param programs all that the request names or runs under */
export function excludedFrom(
  directory: Directory,
  facts: Place & { readonly language: string; readonly programs: readonly string[] },
  at: Instant,
): Excluded {
  return keptOutBy(directory, at, exclusion => {
    const { languages, countries } = exclusion
    return (
      concernsProgram(exclusion, facts.programs) &&
      (languages.length === 0 || languages.includes(facts.language)) &&
      (countries.length === 0 || countries.includes(facts.country)) &&
      concernsRegion(exclusion, facts)
    )
  })
}

/** Who must not read some request of a program: where its facts are not known, none of them may. */
export function excludedFromSome(
  directory: Directory,
  program: string | null,
  at: Instant,
): Excluded {
  return keptOutBy(
    directory,
    at,
    exclusion => program === null || concernsProgram(exclusion, [program]),
  )
}

function keptOutBy(
  directory: Directory,
  at: Instant,
  concerns: (exclusion: Exclusion) => boolean,
): Excluded {
  const counting = (directory.exclusions ?? []).filter(
    exclusion => isActive(exclusion, at) && concerns(exclusion),
  )
  return ({ id, teams }) =>
    counting.some(
      exclusion =>
        exclusion.handlers.includes(id) || exclusion.teams.some(team => teams.includes(team)),
    )
}

function concernsProgram(exclusion: Exclusion, programs: readonly string[]): boolean {
  return (
    exclusion.programs.length === 0 ||
    programs.some(program => exclusion.programs.includes(program))
  )
}

function concernsRegion({ regions }: Exclusion, place: Place): boolean {
  if (regions.length === 0) return true
  const region = regionOf(place)
  return region === null
    ? regions.some(named => named.startsWith(`${place.country}-`))
    : regions.includes(region)
}
