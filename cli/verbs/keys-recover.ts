// `khancap keys recover`: makes the identity again from its printed sheet, or from enough of its shares. It never writes
// over an identity, and each use is noted.
import type { Identity } from '../../keys/identity.js'
import { misused, noHint, refused } from '../failure.js'
import { identityFingerprint, storeIdentity } from '../station/identity.js'
import { newPassphrase } from '../station/passphrase.js'
import { logRecovery } from '../station/recovery-log.js'
import { combineShares, holdsShares, readShares } from '../station/shares.js'
import { readSheet } from '../station/sheet.js'
import type { Station, VerbOptions } from '../station/station.js'
import { readText } from '../station/written-text.js'
import { type Safe, safe } from '../terminal/safe.js'

export interface KeysRecoverOptions extends VerbOptions {
  readonly file?: string
  readonly share?: readonly string[]
}

export async function recoverIdentity(
  station: Station,
  options: KeysRecoverOptions,
): Promise<void> {
  const { folder, printer } = station
  if (options.file !== undefined && options.share !== undefined)
    throw misused(safe`give --file with a sheet, or --share for each share, not both`, noHint)
  if ((await folder.sealedIdentity()) !== null)
    throw refused(
      safe`there is an identity here already: ${folder.identityFile}`,
      safe`move it away first, or set KHANCAP_CONFIG_DIR to another folder`,
    )
  const { identity, from } = await given(station, options)
  const settings = await folder.settings()
  const passphrase = await newPassphrase(
    station,
    options,
    settings,
    safe`the identity of ${identity.handler}`,
  )
  const shown = await storeIdentity(station, identity, passphrase)
  if (settings !== null && settings.handler !== identity.handler)
    await folder.saveSettings({ ...settings, handler: identity.handler })
  const fingerprint = await identityFingerprint(await station.primitives(), shown)
  if (options.json === true)
    printer.json({ ...shown, fingerprint, generations: identity.opening.length })
  else {
    printer.sentence(safe`recovered the identity of ${identity.handler}: ${fingerprint}`)
    printer.sentence(safe`  sealed in ${folder.identityFile}`)
  }
  await logRecovery(
    station,
    safe`recovered the identity of ${identity.handler} (${fingerprint}) from ${from}`,
  )
  printer.say(
    safe`next: who has had that paper in hand may have copied it: khancap keys rotate makes a new generation`,
  )
}

async function given(
  station: Station,
  options: KeysRecoverOptions,
): Promise<{ identity: Identity; from: Safe }> {
  const files = options.share ?? [options.file ?? '-']
  if (files.includes('-') && station.stdin.isTTY === true)
    station.printer.say(
      safe`type the lines of the sheet, or of each share, as they stand, then Ctrl-D on a line of its own`,
    )
  const texts: string[] = []
  // In the order in which they were given; stdin is read once.
  // oxlint-disable-next-line no-await-in-loop
  for (const file of files) texts.push(await readText(station, file))
  const text = texts.join('\n')
  if (options.share === undefined && !holdsShares(text))
    return { identity: readSheet(text), from: safe`its sheet` }
  const shares = readShares(text)
  const identity = await combineShares(await station.primitives(), shares)
  const numbers = shares.map(({ number }) => number).join(', ')
  return { identity, from: safe`shares ${numbers} of set ${shares[0]?.set ?? ''}` }
}
