// Step 9. Gives a case back to its team. The clock has been running all along and runs on.
import type { CaseId } from '../../schemas/encoding.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'

/** Idempotent: a case that nobody has claimed is left as it is. */
export function releaseCase(deps: CaseDeps, id: CaseId, actor: Actor): Promise<CaseRow> {
  return actOnCase(deps, id, actor, {
    name: 'release',
    needsHold: true,
    isDone: row => row.claimedBy === null && (row.state === 'routed' || row.state === 'answered'),
    change: (_row, state) => ({
      state,
      claimedBy: null,
      event: { kind: 'released', detail: null },
    }),
  })
}
