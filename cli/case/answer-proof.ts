// The proof of an answer: this handler's signature over the envelope's hash and the hour, so that the operator alone
// cannot claim one.
import type { AnswerProof } from '../../schemas/case.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { signAnswer } from '../../src/core/receipt/proofs.js'
import type { Desk } from '../client/desk.js'
import type { SealedCase } from './sealed-case.js'

/** @param sealed opened here: nobody signs for an envelope that they have not opened */
export async function proveAnswer(
  desk: Desk,
  sealed: Pick<SealedCase, 'envelopeSha256'>,
): Promise<AnswerProof> {
  const p = await desk.station.primitives()
  const hour = formatTimestamp(floorToHour(desk.station.now()))
  const signature = signAnswer(p, desk.seed, sealed.envelopeSha256, hour)
  return { hour, signature: encodeBase64url(signature) }
}
