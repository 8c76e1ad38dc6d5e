// The proof of an answer: the handler's own signature over (envelope, hour), so that the operator alone cannot
// claim one. Checked against the key that signed the request, and against the database's hour.
import type { Timestamp } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { floorToHour, parseTimestamp } from '../core/encoding/timestamp.js'
import { verifyAnswer } from '../core/receipt/proofs.js'
import type { CaseRow } from '../ports/case-store.js'

export interface AnswerClaim {
  readonly hour: Timestamp
  readonly signature: Uint8Array
}

/** The hour of the proof may differ by one from the hour of the database. */
const hourMs = 3_600_000

/**
 * Pure. @returns what the case keeps
 * @throws KhancapError `request_invalid` with the part of the proof that is wrong
 */
export function checkAnswer(
  primitives: Primitives,
  row: CaseRow,
  { hour, signature }: AnswerClaim,
  key: Uint8Array,
): NonNullable<CaseRow['answer']> {
  const at = parseHour(hour)
  if (at === null || Math.abs(at - floorToHour(row.now)) > hourMs) throw refusal('hour', 'not_now')
  if (!verifyAnswer(primitives, key, row.envelopeSha256, hour, signature))
    throw refusal('signature', 'does_not_verify')
  return { hour: at, signature, key }
}

function refusal(part: 'hour' | 'signature', code: string): KhancapError {
  return new KhancapError('request_invalid', { faults: [{ pointer: `/answer/${part}`, code }] })
}

function parseHour(hour: Timestamp): number | null {
  try {
    const at = parseTimestamp(hour)
    return at === floorToHour(at) ? at : null
  } catch {
    return null
  }
}
