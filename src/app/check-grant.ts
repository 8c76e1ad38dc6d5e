// Whether a grant is what it must be before the case is locked: a header for this very envelope, signed by who brings it,
// for somebody who is there. What is signed does not change with the case's state.
import { activeHandlers } from '../../keys/keyring.js'
import type { Directory } from '../../schemas/directory.js'
import type { ClientId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { inspectGrant, verifyGrant } from '../core/envelope/grant.js'
import type { CaseRow } from '../ports/case-store.js'

export interface SignedGrant {
  readonly id: ClientId
  readonly reader: string
  readonly header: Uint8Array
  readonly signature: Uint8Array
}

/**
 * @param key who brings the grant
 * @param at where the grant stands in the request: '' or a pointer
 * @throws KhancapError `request_invalid`
 */
export async function checkGrant(
  given: {
    readonly primitives: Primitives
    readonly directory: Directory
    readonly row: CaseRow
    readonly key: Uint8Array
    readonly now: Instant
  },
  { reader, header, signature }: SignedGrant,
  at = '',
): Promise<void> {
  const { primitives, directory, row, key, now } = given
  const refusal = (field: string, code: string) =>
    new KhancapError('request_invalid', { faults: [{ pointer: `${at}/${field}`, code }] })
  if (!activeHandlers(directory, now).some(handler => handler.id === reader))
    throw refusal('reader', 'unknown')
  if (!isHeaderOf(row, header, directory.origin)) throw refusal('header', 'malformed')
  const claim = { caseId: row.id, envelopeSha256: row.envelopeSha256, header, reader }
  if (!(await verifyGrant(primitives, claim, key, signature)))
    throw refusal('signature', 'does_not_verify')
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
