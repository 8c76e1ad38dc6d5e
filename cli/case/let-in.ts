// Lets a reader into a case: a signed grant, made from the opened envelope, which stays as it is.
import type { CaseSummary, SealRequest } from '../../schemas/case.js'
import { handlerById } from '../../keys/keyring.js'
import { KhancapError } from '../../schemas/problem.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { actOn } from './act.js'
import { excludedNow } from './readers.js'
import type { SealedCase } from './sealed-case.js'

export interface Reader {
  /** As the directory names them. */
  readonly id: string
  readonly recipient: string
}

/**
 * @returns the case afterwards
 * @throws Failure where a conflict of interest keeps the reader from this case
 */
export async function letIn(desk: Desk, sealed: SealedCase, reader: Reader): Promise<CaseSummary> {
  const p = await desk.station.primitives()
  const { id } = sealed.detail.case
  expectNoConflict(desk, sealed, reader)
  const grant = await makeGrant(
    p,
    desk.identity.opening,
    sealed.envelope,
    { caseId: id, reader: reader.id, recipient: reader.recipient, seed: desk.seed },
    sealed.detail.grants.map(({ header }) => decodeBase64url(header)),
  )
  if (grant === null)
    throw refused(
      safe`case ${id} is not sealed to this identity`,
      safe`ask a colleague who can open it to let them in: khancap add-reader ${id.slice(0, 8)} --to ${reader.id}`,
    )
  const body: SealRequest = {
    id: newClientId(p),
    reader: reader.id,
    header: encodeBase64url(grant.header),
    signature: encodeBase64url(grant.signature),
  }
  return actOn(desk, sealed.detail, 'seals', body, [grant.header])
}

/** Whether a conflict of interest keeps a handler from a case, by what is sealed in it: the server cannot tell. */
export function hasConflict(desk: Desk, sealed: SealedCase, id: string): boolean {
  const handler = handlerById(desk.directory.directory, id)
  return handler !== null && excludedNow(desk, sealed)(handler)
}

/** @throws Failure */
export function expectNoConflict(desk: Desk, sealed: SealedCase, { id }: Reader): void {
  if (hasConflict(desk, sealed, id))
    throw refused(
      safe`a conflict of interest keeps ${id} from case ${sealed.detail.case.id}`,
      safe`the organisation's directory says so; ask somebody else`,
    )
}

/** Whom an expired directory names may have left since: nobody is let in by it. @throws KhancapError */
export function expectInForce({ directory, station }: Desk): void {
  if (station.now() >= parseTimestamp(directory.directory.expires))
    throw new KhancapError('directory_expired')
}
