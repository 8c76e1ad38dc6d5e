// `khancap keys split`: the identity as n sheets for n people, of which any k make it again.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { publicIdentity } from '../../keys/handler-folder.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { misused, noHint } from '../failure.js'
import { writeNew } from '../station/disk.js'
import { identityFingerprint, unlockIdentity } from '../station/identity.js'
import { logRecovery } from '../station/recovery-log.js'
import {
  combineShares,
  maxShares,
  printShare,
  readShares,
  splitIdentity,
} from '../station/shares.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface KeysSplitOptions extends VerbOptions {
  readonly shares: string
  readonly threshold: string
  readonly out: string
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 2 && value <= maxShares
}

export async function splitKeys(station: Station, options: KeysSplitOptions): Promise<void> {
  const [shares, threshold] = [Number(options.shares), Number(options.threshold)]
  if (!isCount(shares) || !isCount(threshold) || threshold > shares)
    throw misused(
      safe`--shares takes a number from 2 to ${maxShares}, --threshold one from 2 to the number of shares`,
      noHint,
    )
  const p = await station.primitives()
  const settings = await station.folder.settings()
  const { identity } = await unlockIdentity(station, options, settings)
  const made = await splitIdentity(p, identity, { shares, threshold })
  const day = formatTimestamp(station.now()).slice(0, 10)
  const sheets = made.map(share => printShare(share, identity.handler, day))
  // What cannot be put together again is found out now, and not in need.
  await combineShares(p, readShares(sheets.slice(-threshold).join('\n')))
  await mkdir(options.out, { recursive: true, mode: 0o700 })
  const files = sheets.map((_sheet, index) => join(options.out, `share-${index + 1}.txt`))
  // None is written over; a few files, one after the other.
  // oxlint-disable-next-line no-await-in-loop
  for (const [index, file] of files.entries()) await writeNew(file, sheets[index] ?? '')

  const { printer } = station
  const [{ set } = { set: '' }] = made
  const fingerprint = await identityFingerprint(p, publicIdentity(p, identity))
  if (options.json === true)
    printer.json({ handler: identity.handler, fingerprint, set, shares, threshold, files })
  else
    printer.sentence(
      safe`split the identity of ${identity.handler} into ${shares} shares, set ${set}: any ${threshold} make it again`,
    )
  await logRecovery(
    station,
    safe`split the identity of ${identity.handler} (${fingerprint}) into ${shares} shares, ${threshold} needed, set ${set}`,
  )
  printer.say(
    safe`next: print each file of ${options.out} on its own, give each to somebody else, and delete the files; they hold the secret`,
  )
}
