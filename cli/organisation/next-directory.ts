// The directory that a source would become if it were published now.
import { directoryFaults } from '../../keys/directory-rules.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { Directory, maxDirectoryDays } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import type { OrganisationSource } from '../../schemas/organisation.js'
import type { Fault } from '../../schemas/problem.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { findHoles, type Hole } from '../../src/core/routing/holes.js'
import { refused } from '../failure.js'
import { command, safe } from '../terminal/safe.js'
import { dutyOf } from './calendars.js'
import { faulty } from './folder.js'

const day = 86_400_000

/**
 * @param last what was published last, or null
 * @throws Failure where something is missing that every directory has
 */
export function nextDirectory(
  source: OrganisationSource,
  last: VerifiedDirectory | null,
  validity: { readonly from: Instant; readonly days: number },
): Directory {
  if (source.handlers.length === 0)
    throw refused(
      safe`the organisation has no handler yet`,
      safe`${command`khancap org add handler`} takes what khancap keys export printed on the handler's machine`,
    )
  // The full hour: when exactly somebody worked on it is nobody's business.
  const from = floorToHour(validity.from)
  const until = from + Math.min(validity.days, maxDirectoryDays) * day
  const { calendars, ...said } = source
  const parsed = Directory.safeParse({
    v: 1,
    ...said,
    ...(calendars === undefined ? {} : { duty: dutyOf(calendars, { from, until }) }),
    sequence: (last?.directory.sequence ?? 0) + 1,
    previous: last === null ? null : encodeBase64url(last.sha256),
    valid_from: formatTimestamp(from),
    expires: formatTimestamp(until),
  })
  if (parsed.success) return parsed.data
  throw faulty(
    safe`organisation.json does not make a directory`,
    parsed.error.issues.map(({ code, path }) => ({
      pointer: path.map(part => `/${String(part)}`).join(''),
      code,
    })),
  )
}

/** What stands in the way of publishing. The holes are only looked for where the directory is sound. */
export function whatIsWrong(directory: Directory): {
  readonly faults: readonly Fault[]
  readonly holes: readonly Hole[]
} {
  const faults = directoryFaults(directory)
  return { faults, holes: faults.length === 0 ? findHoles(directory) : [] }
}

/** Whether a directory that waits for signatures is still what the source would make of it, with the same validity. */
export function isStill(
  directory: Directory,
  source: OrganisationSource,
  last: VerifiedDirectory | null,
): boolean {
  const from = parseTimestamp(directory.valid_from)
  const days = (parseTimestamp(directory.expires) - from) / day
  return JSON.stringify(nextDirectory(source, last, { from, days })) === JSON.stringify(directory)
}
