// `khancap keys export`: what the organisation needs to publish the identity, or, with --sheet, the secret itself on
// paper.
import { printPublicIdentity } from '../../keys/handler-folder.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { writeNew } from '../station/disk.js'
import { identityFingerprint, noIdentity, unlockIdentity } from '../station/identity.js'
import { logRecovery } from '../station/recovery-log.js'
import { printSheet } from '../station/sheet.js'
import type { PassphraseOptions, Station } from '../station/station.js'
import { joined, safe } from '../terminal/safe.js'

export interface KeysExportOptions extends PassphraseOptions {
  readonly sheet?: true
  readonly out?: string
}

export async function exportIdentity(station: Station, options: KeysExportOptions): Promise<void> {
  const identity = await station.folder.publicIdentity()
  if (identity === null) throw noIdentity(station)
  const { printer } = station
  const text =
    options.sheet === true ? await sheetOf(station, options) : printPublicIdentity(identity)
  if (options.out === undefined)
    printer.out(
      joined(
        text
          .trimEnd()
          .split('\n')
          .map(line => safe`${line}`),
        '\n',
      ),
    )
  else {
    await writeNew(options.out, text)
    printer.say(safe`written to ${options.out}`)
  }
  if (options.sheet === true) {
    const fingerprint = await identityFingerprint(await station.primitives(), identity)
    await logRecovery(
      station,
      safe`printed the recovery sheet of ${identity.handler} (${fingerprint})`,
    )
  }
  if (options.sheet === true)
    printer.say(safe`this is the secret: print it, lock it away, and leave no copy`)
  else {
    const fingerprint = await identityFingerprint(await station.primitives(), identity)
    printer.say(safe`read this aloud to who takes it: ${fingerprint}`)
  }
}

async function sheetOf(station: Station, options: PassphraseOptions): Promise<string> {
  const settings = await station.folder.settings()
  const { identity } = await unlockIdentity(station, options, settings)
  return printSheet(identity, formatTimestamp(station.now()).slice(0, 10))
}
