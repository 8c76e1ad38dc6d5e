// Lets one more handler open a case: a new header for the same file key, signed by who can open it. The stored
// envelope never changes.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { CaseRow, CaseStore } from '../ports/case-store.js'
import { actOnCase } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { checkGrant, type SignedGrant } from './check-grant.js'
import type { CurrentDirectory } from './current-directory.js'
import { worksOn } from './permissions.js'

/**
 * Durable when it returns. Idempotent by id and bytes.
 * @throws KhancapError `request_invalid` (reader, header or signature), what `actOnCase` throws
 */
export async function addReader(
  deps: {
    readonly store: Pick<CaseStore, 'actOnCase' | 'findCase'>
    readonly primitives: Primitives
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  id: CaseId,
  actor: Actor,
  { id: grantId, reader, header, signature }: SignedGrant,
): Promise<CaseRow> {
  const { directory } = await deps.directories.latest()
  const row = await deps.store.findCase(id, actor.handler.id)
  if (row !== null && worksOn(actor.handler, row))
    await checkGrant(
      { primitives: deps.primitives, directory, row, key: actor.request.key, now: deps.now() },
      { id: grantId, reader, header, signature },
    )
  return actOnCase(deps, id, actor, {
    name: 'grant',
    needsHold: false,
    parts: [await deps.primitives.sha256(header)],
    change: (_row, state) => ({
      state,
      grants: [{ id: grantId, reader, header, signature, key: actor.request.key }],
      event: { kind: 'reader_added', detail: reader },
    }),
  })
}
