// Step 9 and 10. What all acts on a case have in common: may this handler, does the case's state allow it, and is
// the claim in the way. The store calls `decide` with the locked case; nothing changes between look and leap.
import type { ActAnchor, CaseState } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { isDetailOf } from '../core/case/anchor.js'
import { afterAct, type CaseAct } from '../core/case/states.js'
import { decodeBase64url, encodeBase64url } from '../core/encoding/base64url.js'
import type { CaseChange, CaseRow, CaseStore, UnseenAdditions } from '../ports/case-store.js'
import type { Actor } from './admit-handler.js'
import { isHeldFrom, worksOn } from './permissions.js'

export interface Act {
  readonly name: CaseAct
  /** Whether a claim of somebody else stands in the way. */
  readonly needsHold: boolean
  /** The change, or null where it was done before. @throws KhancapError what the act itself refuses */
  readonly change: (row: CaseRow, after: CaseState, unseen: UnseenAdditions) => CaseChange | null
  /** True where the act was done before and the state no longer allows it; nothing is done then. */
  readonly isDone?: (row: CaseRow) => boolean
  /** SHA-256 of the sealed note or team copy that the act brings, then of the headers of its grants. */
  readonly parts?: readonly Uint8Array[]
}

export type CaseDeps = { readonly store: Pick<CaseStore, 'actOnCase' | 'findCase'> }

/**
 * @returns the case afterwards
 * @throws KhancapError `case_unknown`, `role_missing`, `case_purged`, `case_claimed`, `case_state`,
 *   `reply_conflict`, `request_invalid` (the anchor), `store_unavailable`
 */
export async function actOnCase(
  { store }: CaseDeps,
  id: CaseId,
  { anchor, handler, request }: Actor,
  act: Act,
): Promise<CaseRow> {
  function decide(row: CaseRow, unseen: UnseenAdditions): CaseChange | null {
    if (!worksOn(handler, row)) throw new KhancapError('case_unknown')
    if (row.state === 'purged') throw new KhancapError('case_purged')
    if (act.isDone?.(row) === true) return null
    if (act.needsHold && isHeldFrom(handler, row)) throw new KhancapError('case_claimed')
    expectAnchored(anchor, row, act)
    const after = afterAct(act.name, row.state, row.answeredAt !== null)
    if (after === null) throw new KhancapError('case_state')
    const change = act.change(row, after, unseen)
    if (anchor !== null && change !== null && !isDetailOf(change.event, anchor))
      throw new KhancapError('request_invalid', {
        faults: [{ pointer: '/detail', code: 'differs' }],
      })
    return change
  }
  try {
    const after = anchor === null ? null : decodeBase64url(anchor.after)
    return await store.actOnCase(id, { handler: handler.id, request, after }, decide)
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'case_unknown') throw error
    // Who was granted a look is told that a look is all; to everybody else there is no such case.
    const seen = await store.findCase(id, handler.id)
    throw seen?.granted === true ? new KhancapError('role_missing') : error
  }
}

/** What was signed must be this case and these parts: an act cannot be used for another. */
function expectAnchored(anchor: ActAnchor | null, row: CaseRow, act: Act): void {
  if (anchor === null) return
  const parts = (act.parts ?? []).map(encodeBase64url)
  const faults = [
    ...(anchor.envelope === encodeBase64url(row.envelopeSha256) ? [] : ['/envelope']),
    ...(anchor.parts.join('.') === parts.join('.') ? [] : ['/part']),
  ].map(pointer => ({ pointer, code: 'differs' }))
  if (faults.length > 0) throw new KhancapError('request_invalid', { faults })
}
