// The first directory of an organisation, held against the fingerprint that somebody typed from paper: a digit that was
// mistyped is told from another server.
import { readDirectory } from '../../keys/directory.js'
import { rootFingerprint } from '../../keys/root.js'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { Failure, misused, refused } from '../failure.js'
import { rowDigits, rowsOf } from '../joining/page.js'
import { inFours } from '../station/identity.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { clockWords, timeWords } from '../terminal/time-words.js'
import { type Pinned, rememberDirectory } from './pinned.js'

const rootDigits = 64
/**
 * Digits that a tired person mistypes at most. A server that is not the organisation's would need some 2^220 tries for a root
 * that comes so near to the true one.
 */
const mostSlips = 4

/**
 * Paper shows it in groups: spaces, hyphens, colons and the number of a row, as "(1)", do not count; o is 0, i and l are
 * 1. An input method may have made the digits wide.
 */
function digitsOf(given: string): string {
  return given
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\(\d\)/g, '')
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
    else printer.say(safe`${whatIsWrong(given)}; type row ${row} again`)
  }
  return root
}

function whatIsWrong(row: string): Safe {
  if (/[^0-9a-f]/.test(row))
    return safe`this row holds a character other than 0-9 and a-f: switch the input method to English`
  return safe`this row has ${row.length} ${row.length === 1 ? 'digit' : 'digits'}, it needs ${rowDigits}`
}

/** As {@link rememberDirectory}; one of another root, or one that has expired, is told with what to look at. @throws Failure, KhancapError */
export async function firstDirectory(
  station: Station,
  settings: HandlerSettings,
  note: Uint8Array,
): Promise<Pinned> {
  try {
    return await rememberDirectory(station, settings, note)
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'directory_expired')
      throw new Failure(
        3,
        safe`the clock of this machine says ${clockWords(station.now())}, and the organisation's directory held until ${timeWords(readDirectory(note).expires)}`,
        [
          safe`nothing was written; set date and time of this machine by a clock that you trust, then try again`,
          safe`if they are right, call the organisation: it must publish a new directory`,
        ],
        { code: error.code, cause: error },
      )
    if (!(error instanceof KhancapError) || error.code !== 'directory_invalid') throw error
    const said = await rootOfNote(station, note)
    if (said === null)
      throw refused(
        safe`what came is not a directory of an organisation; nothing was written`,
        safe`compare the address with your paper; a network that wants you to sign in first answers so too`,
        safe`where it stays so, call the organisation`,
      )
    if (said === settings.root)
      throw refused(
        safe`the directory names the root of this fingerprint, but does not verify; nothing was written`,
        safe`look at the date and time of this machine, and try again`,
        safe`where it stays so, call the organisation`,
      )
    const slips = slipsIn(settings.root, said)
    throw new Failure(
      1,
      safe`the directory is not signed by the root of this fingerprint`,
      slips.length > 0
        ? slips
        : [
            ...rowsOf(settings.root).map(
              (row, at) => safe`row ${at + 1} as you gave it: ${inFours(Buffer.from(row, 'hex'))}`,
            ),
            safe`compare them and the address with your paper; nothing was written`,
            safe`if all is right, stop, and call the organisation: this is not its server`,
          ],
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

/** A sentence for each row that is off by a few digits; none where they are too many to be mistyped. */
function slipsIn(given: string, said: string): Safe[] {
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
          safe`row ${at + 1} differs from the directory by a few digits: run khancap init again and type it anew from the paper`,
        ],
  )
}
