// Validity as the directory writes it: from `valid_from` on, until just before `valid_until`; null is no end.
import type { Instant, Timestamp } from '../../../schemas/encoding.js'
import { parseTimestamp } from '../encoding/timestamp.js'

export interface Validity {
  readonly valid_from: Timestamp
  readonly valid_until: Timestamp | null
}

export function isValidAt(validity: Validity, at: Instant): boolean {
  return (
    parseTimestamp(validity.valid_from) <= at &&
    (validity.valid_until === null || at < parseTimestamp(validity.valid_until))
  )
}
