// The first directory of an organisation, held against the fingerprint that somebody typed from paper: a slip of the pen
// is told from another server.
import { readDirectory } from '../../keys/directory.js'
import { rootFingerprint } from '../../keys/root.js'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { misused, refused } from '../failure.js'
import { rowDigits, rowsOf } from '../joining/page.js'
import { inFours } from '../station/identity.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { type Pinned, rememberDirectory } from './pinned.js'

const rootDigits = 64
/**
 * Digits that a tired person mistypes at most. A server that is not the organisation's would need 2^240 tries for a root
 * that comes so near to the true one.
 */
const mostSlips = 4

/** Paper shows it in groups: spaces, hyphens and colons do not count; o is 0, i and l are 1. */
function digitsOf(given: string): string {
  return given
    .toLowerCase()
    .replaceAll(/[\s:-]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
}

const onPaper = safe`it stands on the paper that the organisation gave to you; never take it from a web page`

/** @throws Failure */
export function rootOf(given: string): string {
  const root = digitsOf(given)
  if (root.length === rootDigits && /^[0-9a-f]+$/.test(root)) return root
  throw misused(
    safe`--root takes the fingerprint of the root keys: ${rootDigits} digits 0-9 and a-f`,
    onPaper,
  )
}

/** Row by row, as the page shows it; several at once are taken too. @throws Failure */
export async function askForRoot({ asker, printer }: Station): Promise<string> {
  if (!asker.available)
    throw misused(
      safe`--root is missing: the fingerprint of the root keys, ${rootDigits} digits 0-9 and a-f`,
      onPaper,
    )
  const rows = rootDigits / rowDigits
  let root = ''
  while (root.length < rootDigits) {
    const row = root.length / rowDigits + 1
    const words = safe`fingerprint, row ${row} of ${rows}:`
    // oxlint-disable-next-line no-await-in-loop
    const given = digitsOf(await asker.line(words))
    const isWhole = given.length > 0 && given.length % rowDigits === 0
    if (isWhole && /^[0-9a-f]+$/.test(given) && root.length + given.length <= rootDigits)
      root += given
    else
      printer.say(
        safe`a row has ${rowDigits} digits, 0-9 and a-f, and this was another; type row ${row} again`,
      )
  }
  return root
}

/** As {@link rememberDirectory}; one of another root is told with what to look at. @throws Failure, KhancapError */
export async function firstDirectory(
  station: Station,
  settings: HandlerSettings,
  note: Uint8Array,
): Promise<Pinned> {
  try {
    return await rememberDirectory(station, settings, note)
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'directory_invalid') throw error
    const slips = slipsIn(settings.root, await rootOfNote(station, note))
    throw refused(
      safe`the directory is not signed by the root of this fingerprint`,
      ...(slips.length > 0
        ? slips
        : [
            ...rowsOf(settings.root).map(
              (row, at) => safe`row ${at + 1} as you gave it: ${inFours(Buffer.from(row, 'hex'))}`,
            ),
            safe`compare them and the address with your paper; nothing was written`,
            safe`if all is right, stop, and call the organisation: this is not its server`,
          ]),
    )
  }
}

/** What the note says of its root, which proves nothing; null where it is no directory. */
async function rootOfNote(station: Station, note: Uint8Array): Promise<string | null> {
  try {
    return await rootFingerprint(await station.primitives(), readDirectory(note).root)
  } catch {
    return null
  }
}

/** A sentence for each row that is off by a few digits; none where they are too many for a slip of the pen. */
function slipsIn(given: string, said: string | null): Safe[] {
  if (said === null) return []
  const rows = rowsOf(said)
  const counts = rowsOf(given).map(
    (row, at) => Array.from(row).filter((digit, place) => digit !== rows[at]?.[place]).length,
  )
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0 || all > mostSlips) return []
  return counts.flatMap((count, at) =>
    count === 0
      ? []
      : [
          safe`row ${at + 1} seems to have a slip of the pen: read it again from the paper; nothing was written`,
        ],
  )
}
