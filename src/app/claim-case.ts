// Step 9. Says who works on a case. It never stops the clock: nobody has been answered yet.
import type { CaseId } from '../../schemas/encoding.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'

/** A lead or a director may take over somebody else's claim. Idempotent for who has claimed it. */
export function claimCase(deps: CaseDeps, id: CaseId, actor: Actor): Promise<CaseRow> {
  return actOnCase(deps, id, actor, {
    name: 'claim',
    needsHold: true,
    isDone: row => row.claimedBy === actor.handler.id && row.state !== 'closed',
    change: (_row, state) => ({
      state,
      claimedBy: actor.handler.id,
      event: { kind: 'claimed', detail: null },
    }),
  })
}
