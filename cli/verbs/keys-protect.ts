// `khancap keys protect`: seals the identity to keys of an age plugin (a YubiKey, for example) in place of the passphrase,
// or to a passphrase again. Nothing is replaced before what was sealed has been opened once.
import { printIdentity } from '../../keys/identity.js'
import { misused, noHint, refused } from '../failure.js'
import { firstPluginIdentity, pluginName } from '../station/age-plugin.js'
import { expectForPassphrase, sealIdentity, unlockIdentity } from '../station/identity.js'
import { newPassphrase } from '../station/passphrase.js'
import { openWithPlugin, sealWithPlugins } from '../station/plugin-identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { readText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'

export interface KeysProtectOptions extends VerbOptions {
  readonly plugin?: string
  readonly recipient?: readonly string[]
  readonly passphrase?: true
}

export async function protectIdentity(
  station: Station,
  options: KeysProtectOptions,
): Promise<void> {
  const { folder, printer } = station
  if ((options.plugin === undefined) === (options.passphrase !== true))
    throw misused(safe`give --plugin FILE with --recipient, or --passphrase`, noHint)
  const settings = await folder.settings()
  const { identity } = await unlockIdentity(station, options, settings)
  const p = await station.primitives()
  if (options.plugin === undefined) {
    const passphrase = await newPassphrase(
      station,
      options,
      settings,
      safe`the identity of ${identity.handler}`,
    )
    await folder.saveSealedIdentity(await sealIdentity(station, identity, passphrase))
    // Only now: until what is sealed has changed, this key alone opens it.
    await folder.savePluginIdentity(null)
  } else {
    const key = firstPluginIdentity(await readText(station, options.plugin))
    const recipients = options.recipient ?? []
    if (key === null)
      throw refused(
        safe`${options.plugin} has no line AGE-PLUGIN-…`,
        safe`the plugin writes such a file when it makes a key; see its own manual`,
      )
    if (recipients.length === 0 || recipients.some(one => pluginName(one) === null))
      throw misused(
        safe`--recipient takes the public half of the key: age1yubikey1…`,
        safe`the plugin prints it beside the identity; again for a spare key`,
      )
    // Cut off between the two files, what is sealed to one key would stand beside another, and open with neither.
    if ((await folder.pluginIdentity()) !== key) await expectForPassphrase(station)
    const text = printIdentity(p, identity)
    const sealed = await sealWithPlugins(station, text, recipients)
    if ((await openWithPlugin(station, sealed, key)) !== text)
      throw refused(
        safe`what was sealed did not open again; nothing was changed`,
        safe`is the recipient that of this very key? the plugin prints both together`,
      )
    // The key first: beside what a passphrase opens it is asked for nothing.
    await folder.savePluginIdentity(key)
    await folder.saveSealedIdentity(sealed)
  }
  if (options.json === true)
    return printer.json({ handler: identity.handler, plugin: options.plugin !== undefined })
  printer.sentence(
    options.plugin === undefined
      ? safe`the identity of ${identity.handler} opens with the passphrase`
      : safe`the identity of ${identity.handler} opens with the key of the plugin, and no longer with the passphrase`,
  )
  printer.say(
    safe`a lost key is a lost identity where there is no spare and no sheet: khancap keys export --sheet`,
  )
}
