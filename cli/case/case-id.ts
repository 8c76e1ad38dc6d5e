// Which case is meant: a whole id, or its first letters. What people misread is read as it was meant (Crockford).
import { CaseId } from '../../schemas/encoding.js'
import type { CaseDesk } from '../client/case-desk.js'
import { misused, refused, unavailable } from '../failure.js'
import { safe } from '../terminal/safe.js'

const minLetters = 4
/** Pages of 200 that are searched for a short id at most. */
const maxPages = 25

/** @throws Failure where no case, or more than one, begins with these letters */
export async function findCase(cases: CaseDesk, given: string): Promise<CaseId> {
  const letters = normal(given)
  if (CaseId.safeParse(letters).success) return letters
  if (!/^[0-9a-hjkmnp-tv-z]*$/.test(letters) || letters.length > 26)
    throw misused(safe`"${given}" is not the id of a case`, safe`khancap inbox lists the cases`)
  if (letters.length < minLetters)
    throw misused(
      safe`"${given}" is too short: give at least ${minLetters} letters of the id`,
      safe`khancap inbox lists the cases`,
    )
  // Open cases first: who types a short id means one of them, and there are fewer.
  const found = (await matches(cases, letters, 'open')) ?? (await matches(cases, letters, 'all'))
  if (found === null)
    throw refused(
      safe`no case that you can see begins with "${letters}"`,
      safe`khancap inbox --all lists them`,
    )
  return found
}

async function matches(
  cases: CaseDesk,
  letters: string,
  scope: 'open' | 'all',
): Promise<CaseId | null> {
  const found: CaseId[] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page++) {
    // Each page needs the cursor of the one before.
    // oxlint-disable-next-line no-await-in-loop
    const list = await cases.list({ scope, limit: 200, ...(after === undefined ? {} : { after }) })
    found.push(...list.cases.map(({ id }) => id).filter(id => id.startsWith(letters)))
    if (list.next === null) return onlyOne(found, letters)
    after = list.next
  }
  throw unavailable(
    safe`there are too many cases to search for "${letters}"`,
    safe`give the whole id: 26 letters`,
  )
}

function onlyOne(found: readonly CaseId[], letters: string): CaseId | null {
  if (found.length > 1)
    throw refused(
      safe`${found.length} cases begin with "${letters}"`,
      safe`give more letters: ${found.slice(0, 5).join(', ')}`,
    )
  return found[0] ?? null
}

/** Lower case, without hyphens; o is zero, i and l are one. */
function normal(given: string): string {
  return given.toLowerCase().replaceAll('-', '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
}
