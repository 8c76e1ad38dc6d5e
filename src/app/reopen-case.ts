// Puts a closed case back to its team before it is purged. One that was never answered is owed its answer again,
// by the deadline that it always had.
import type { CaseId } from '../../schemas/encoding.js'
import { serviceLevelFor } from '../core/sla/ladder.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'

/** @throws KhancapError what `actOnCase` throws */
export async function reopenCase(
  deps: CaseDeps & { readonly directories: CurrentDirectory },
  id: CaseId,
  actor: Actor,
): Promise<CaseRow> {
  const { directory } = await deps.directories.newest()
  return actOnCase(deps, id, actor, {
    name: 'reopen',
    needsHold: false,
    change: (row, state) => {
      const level = serviceLevelFor(directory, row.program, row.receivedAt)
      const first = row.firstDueAt ?? row.receivedAt + level.first_response_seconds * 1000
      const owed = row.answeredAt === null
      return {
        state,
        claimedBy: null,
        outcome: null,
        purgeAt: null,
        dueAt: owed ? first : null,
        // The sweep looks at once and finds the rung by itself: looking too early changes nothing.
        nextRungAt: owed ? row.now : null,
        event: { kind: 'reopened', detail: null },
      }
    },
  })
}
