// Step 9. A person decides whether a request is covered, over what its country and language said. The reason is a sealed
// note; the applicant sees the decision. It never stops the clock.
import type { Coverage } from '../../schemas/case.js'
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import type { CaseRow } from '../ports/case-store.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { checkContext } from './check-context.js'
import type { CurrentDirectory } from './current-directory.js'

/**
 * Durable when it returns. Idempotent by the note's id and bytes.
 * @throws KhancapError `envelope_malformed`, `directory_stale`, what `actOnCase` throws
 */
export async function setCoverage(
  deps: CaseDeps & {
    readonly primitives: Primitives
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  id: CaseId,
  actor: Actor,
  decision: {
    readonly id: ClientId
    readonly coverage: Extract<Coverage, 'eligible' | 'not_covered'>
    readonly sealed: Uint8Array
  },
): Promise<CaseRow> {
  const { id: noteId, coverage, sealed } = decision
  await checkContext(
    deps.directories,
    sealed,
    { kind: 'note', problem: 'envelope_malformed', pointer: '/sealed' },
    deps.now(),
  )
  return actOnCase(deps, id, actor, {
    name: 'cover',
    needsHold: true,
    parts: [await deps.primitives.sha256(sealed)],
    change: (_row, state) => ({
      state,
      coverage,
      note: { id: noteId, sealed },
      event: { kind: 'coverage_set', detail: coverage },
    }),
  })
}
