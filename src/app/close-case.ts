// Ends the work on a case and starts its retention. Silence is no outcome: without an answer a case ends only where
// nobody could be answered (core/case/states.ts), and those above whoever said so are told. What the applicant added in the
// meantime is looked at first.
import type { Outcome } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { mayClose } from '../core/case/states.js'
import { purgeAt } from '../core/retention/retention.js'
import type { CaseChange, CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'

/** Idempotent for the same outcome. @throws KhancapError `addition_unseen`, what `actOnCase` throws */
export async function closeCase(
  deps: CaseDeps & {
    readonly primitives: Pick<Primitives, 'random'>
    readonly directories: CurrentDirectory
  },
  id: CaseId,
  actor: Actor,
  outcome: Outcome,
): Promise<CaseRow> {
  const { directory } = await deps.directories.newest()
  return actOnCase(deps, id, actor, {
    name: 'close',
    needsHold: true,
    isDone: row => row.state === 'closed' && row.outcome === outcome,
    change: (row, state, unseen) => {
      if (!mayClose(row.state, outcome, row.answeredAt !== null))
        throw new KhancapError('case_state')
      if (unseen.count > 0) throw new KhancapError('addition_unseen')
      return {
        state,
        outcome,
        dueAt: null,
        nextRungAt: null,
        purgeAt: purgeAt(directory, row.program, row.now),
        unreadAdditions: 0,
        ...(row.answeredAt === null ? { notices: noticesTo(deps.primitives, actor) } : {}),
        event: { kind: 'closed', detail: outcome },
      }
    },
  })
}

/** One key alone must not end a promise in silence: leads hear of it, directors of what a lead did, both of what a director did. */
function noticesTo(
  primitives: Pick<Primitives, 'random'>,
  { handler: { roles } }: Actor,
): NonNullable<CaseChange['notices']> {
  const told = roles.includes('director')
    ? (['lead', 'director'] as const)
    : ([roles.includes('lead') ? 'director' : 'lead'] as const)
  return told.map(to => ({
    id: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
    kind: 'closed',
    to,
  }))
}
