// A grant: a new header for the same file key, signed by who adds the reader (docs/protocol.md, "Grant"). The stored
// envelope never changes. Making one needs the file key and is in open.ts.
import type { CaseId } from '../../../schemas/encoding.js'
import type { Context } from '../../../schemas/sealed.js'
import { KhancapError } from '../../../schemas/problem.js'
import { concatBytes, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import { readSealedHeader } from './inspect.js'

const label = utf8('khancap/v1/grant\0')

export interface GrantClaim {
  readonly caseId: CaseId
  readonly envelopeSha256: Uint8Array
  readonly header: Uint8Array
  /** The handler who is let in. */
  readonly reader: string
}

/** The exact bytes that a granter signs. */
export async function grantBytes(p: Primitives, claim: GrantClaim): Promise<Uint8Array> {
  return concatBytes(
    label,
    utf8(claim.caseId),
    Uint8Array.of(0),
    claim.envelopeSha256,
    await p.sha256(claim.header),
    utf8(claim.reader),
  )
}

/** Whether this key signed this grant. */
export async function verifyGrant(
  p: Primitives,
  claim: GrantClaim,
  key: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return p.ed25519Verify(key, await grantBytes(p, claim), signature)
}

/**
 * Checks the shape of a grant's header without opening it: one recipient, one context, nothing after.
 * @throws KhancapError `envelope_malformed`
 */
export function inspectGrant(header: Uint8Array): { context: Context } {
  try {
    const read = readSealedHeader(header)
    if (read.recipients !== 1 || read.header.length !== header.length)
      throw new RangeError('header of another size')
    return { context: read.context }
  } catch (cause) {
    throw new KhancapError('envelope_malformed', { cause })
  }
}
