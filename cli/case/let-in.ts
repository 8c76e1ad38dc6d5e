// Lets a reader into a case: a signed grant, made from the opened envelope, which stays as it is.
import type { CaseSummary, SealRequest } from '../../schemas/case.js'
import { KhancapError } from '../../schemas/problem.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { actOn } from './act.js'
import type { SealedCase } from './sealed-case.js'

export interface Reader {
  /** As the directory names them. */
  readonly id: string
  readonly recipient: string
}

/** @returns the case afterwards */
export async function letIn(desk: Desk, sealed: SealedCase, reader: Reader): Promise<CaseSummary> {
  const p = await desk.station.primitives()
  const { id } = sealed.detail.case
  const grant = await makeGrant(
    p,
    desk.identity.opening,
    sealed.envelope,
    { caseId: id, reader: reader.id, recipient: reader.recipient, seed: desk.seed },
    sealed.detail.grants.map(({ header }) => decodeBase64url(header)),
  )
  if (grant === null) throw refused(safe`case ${id} is not sealed to this identity`)
  const body: SealRequest = {
    id: newClientId(p),
    reader: reader.id,
    header: encodeBase64url(grant.header),
    signature: encodeBase64url(grant.signature),
  }
  return actOn(desk, sealed.detail, 'seals', body, grant.header)
}

/** Whom an expired directory names may have left since: nobody is let in by it. @throws KhancapError */
export function expectInForce({ directory, station }: Desk): void {
  if (station.now() >= parseTimestamp(directory.directory.expires))
    throw new KhancapError('directory_expired')
}
