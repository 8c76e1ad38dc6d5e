// Who else may help: what an organisation names to people whom its programs do not cover. Only what somebody has checked
// lately: an entry that is out of date sends people to closed doors.
import { isActive } from '../../../keys/keyring.js'
import type { Directory, OtherHelp } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import { parseTimestamp } from '../encoding/timestamp.js'

/** Days for which an entry counts as checked. */
export const maxCheckedDays = 180

/**
 * Those to name now: not closed, within their dates, checked within the last 180 days; those for the country first, and
 * none that names other countries only.
 *
 * @param country where the person is, as far as it is known; null: all entries
 */
export function othersFor(
  directory: Pick<Directory, 'others'>,
  country: string | null,
  at: Instant,
): readonly OtherHelp[] {
  const named = (directory.others ?? []).filter(
    other => other.status !== 'closed' && isActive(other, at) && isFresh(other, at),
  )
  const isKnown = country !== null && country !== 'unknown'
  if (!isKnown) return named
  return [
    ...named.filter(({ countries }) => countries.includes(country)),
    ...named.filter(({ countries }) => countries.length === 0),
  ]
}

function isFresh({ checked }: OtherHelp, at: Instant): boolean {
  return at - parseTimestamp(`${checked}T00:00:00Z`) <= maxCheckedDays * 86_400_000
}
