// Step 9. A page of a handler's inbox, by due time.
import type { CaseQuery } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'
import type { CaseForHandler, CaseStore } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'
import { isDirector } from './permissions.js'
import { isReadable } from './readable.js'

export interface SeenCase {
  readonly row: CaseForHandler
  /** Whether the handler's identity opens the envelope, as far as the server knows. */
  readonly readable: boolean
}

/** @throws KhancapError `store_unavailable` */
export async function listCases(
  deps: { readonly store: Pick<CaseStore, 'listCases'>; readonly directories: CurrentDirectory },
  { handler }: Actor,
  query: CaseQuery,
): Promise<{
  readonly cases: readonly SeenCase[]
  readonly next: string | null
  readonly now: Instant
}> {
  const { cases, next, now } = await deps.store.listCases({
    teams: isDirector(handler) ? null : handler.teams,
    handler: handler.id,
    scope: query.scope,
    team: query.team ?? null,
    program: query.program ?? null,
    dueWithin: query.due_within ?? null,
    limit: query.limit,
    after: query.after ?? null,
  })
  const seen: SeenCase[] = []
  for (const row of cases)
    seen.push({ row, readable: await isReadable(deps.directories, handler.id, row) })
  return { cases: seen, next, now }
}
