// All open cases that a handler sees, page by page: for what is done to each of them.
import type { CaseSummary } from '../../schemas/case.js'
import type { CaseDesk } from '../client/case-desk.js'
import { unavailable } from '../failure.js'
import { safe } from '../terminal/safe.js'

/** Pages of 200 at most: more open cases than one handler can have. */
const maxPages = 100

/** @throws Failure where there are more than 20 000 */
export async function openCases(cases: CaseDesk): Promise<CaseSummary[]> {
  const found: CaseSummary[] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page++) {
    // Each page needs the cursor of the one before.
    // oxlint-disable-next-line no-await-in-loop
    const list = await cases.list({
      scope: 'open',
      limit: 200,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...list.cases.filter(({ state }) => state !== 'closed' && state !== 'purged'))
    if (list.next === null) return found
    after = list.next
  }
  throw unavailable(
    safe`there are too many open cases to go through`,
    safe`tell who runs the server`,
  )
}
