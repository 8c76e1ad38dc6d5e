// Step 9. Records a sealed note for the team. It never stops the clock.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { checkContext } from './check-context.js'
import type { CurrentDirectory } from './current-directory.js'

/**
 * Anybody of the team may note, whoever has claimed the case. Idempotent by id and bytes.
 * @throws KhancapError `envelope_malformed`, `directory_stale`, what `actOnCase` throws
 */
export async function noteOnCase(
  deps: CaseDeps & {
    readonly primitives: Primitives
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  id: CaseId,
  actor: Actor,
  note: { readonly id: ClientId; readonly sealed: Uint8Array },
): Promise<CaseRow> {
  await checkContext(
    deps.directories,
    note.sealed,
    { kind: 'note', problem: 'envelope_malformed', pointer: '/sealed' },
    deps.now(),
  )
  return actOnCase(deps, id, actor, {
    name: 'note',
    needsHold: false,
    parts: [await deps.primitives.sha256(note.sealed)],
    change: (_row, state) => ({ state, note, event: { kind: 'noted', detail: null } }),
  })
}
