// Lets one more handler open a case: a new header for the same file key, signed by who can open it. The stored
// envelope never changes.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { activeHandlers } from '../../keys/keyring.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { inspectGrant, verifyGrant } from '../core/envelope/grant.js'
import type { CaseRow, CaseStore } from '../ports/case-store.js'
import { actOnCase } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import type { CurrentDirectory } from './current-directory.js'
import { worksOn } from './permissions.js'

export interface SignedGrant {
  readonly id: ClientId
  readonly reader: string
  readonly header: Uint8Array
  readonly signature: Uint8Array
}

const refusal = (pointer: string, code: string) =>
  new KhancapError('request_invalid', { faults: [{ pointer, code }] })

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
  if (row !== null && worksOn(actor.handler, row)) {
    if (!activeHandlers(directory, deps.now()).some(handler => handler.id === reader))
      throw refusal('/reader', 'unknown')
    if (!isHeaderOf(row, header, directory.origin)) throw refusal('/header', 'malformed')
    // What is signed does not change with the case's state, so it is checked before the case is locked.
    const claim = { caseId: id, envelopeSha256: row.envelopeSha256, header, reader }
    if (!(await verifyGrant(deps.primitives, claim, actor.request.key, signature)))
      throw refusal('/signature', 'does_not_verify')
  }
  return actOnCase(deps, id, actor, {
    name: 'grant',
    needsHold: false,
    change: (_row, state) => ({
      state,
      grant: { id: grantId, reader, header, signature, key: actor.request.key },
      event: { kind: 'reader_added', detail: reader },
    }),
  })
}

/** One recipient, and the context that the envelope itself has. */
function isHeaderOf(row: CaseRow, header: Uint8Array, origin: string): boolean {
  try {
    const { context } = inspectGrant(header)
    return (
      context.kind === 'envelope' &&
      context.channel === row.channel &&
      context.origin === origin &&
      context.directory_sequence === row.directorySequence
    )
  } catch {
    return false
  }
}
