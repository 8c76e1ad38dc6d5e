// `khancap keys recover`: makes the identity again from its printed sheet. It never writes over an identity.
import { refused } from '../failure.js'
import { identityFingerprint, storeIdentity } from '../station/identity.js'
import { newPassphrase } from '../station/passphrase.js'
import { readSheet } from '../station/sheet.js'
import type { Station, VerbOptions } from '../station/station.js'
import { readText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'

export interface KeysRecoverOptions extends VerbOptions {
  readonly file: string
}

export async function recoverIdentity(
  station: Station,
  options: KeysRecoverOptions,
): Promise<void> {
  const { folder, printer } = station
  if ((await folder.sealedIdentity()) !== null)
    throw refused(
      safe`there is an identity here already: ${folder.identityFile}`,
      safe`move it away first, or set KHANCAP_CONFIG_DIR to another folder`,
    )
  if (options.file === '-' && station.stdin.isTTY === true)
    printer.say(safe`type the lines of the sheet as they stand, then Ctrl-D on a line of its own`)
  const identity = readSheet(await readText(station, options.file))
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
    return printer.json({ ...shown, fingerprint, generations: identity.opening.length })
  printer.out(safe`recovered the identity of ${identity.handler}: ${fingerprint}`)
  printer.out(safe`  sealed in ${folder.identityFile}`)
}
