// The handler's identity: opened with the passphrase for one command, never kept open, never shown.
import { publicIdentity } from '../../keys/handler-folder.js'
import { type Identity, printIdentity, readIdentity } from '../../keys/identity.js'
import type { HandlerSettings, PublicIdentity } from '../../schemas/settings.js'
import { openWithPassphrase, sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { refused } from '../failure.js'
import { command, safe } from '../terminal/safe.js'
import { withPassphrase } from './passphrase.js'
import { openWithPlugin } from './plugin-identity.js'
import type { PassphraseOptions, Station } from './station.js'

export interface Unlocked {
  readonly identity: Identity
  /** For sealing it again; empty where a plugin opens it. */
  readonly passphrase: string
}

/** @throws Failure, KhancapError `identity_locked`, `identity_malformed` */
export async function unlockIdentity(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
): Promise<Unlocked> {
  const { folder, printer } = station
  const sealed = await folder.sealedIdentity()
  if (sealed === null) throw noIdentity(station)
  for (const path of await folder.openToOthers())
    printer.say(safe`warning: other users of this machine may read ${path} (chmod go= it)`)
  const key = await pluginKey(station, sealed)
  if (key !== null) {
    const text = await openWithPlugin(station, sealed, key)
    return { identity: readIdentity(text), passphrase: '' }
  }
  const question = safe`passphrase for ${folder.identityFile}:`
  const open = async (passphrase: string) => ({
    identity: readIdentity(
      await openWithPassphrase(await station.primitives(), sealed, passphrase),
    ),
    passphrase,
  })
  return withPassphrase(station, options, settings, question, open, {
    what: safe`the identity`,
    lost: [
      safe`where nobody knows it any more: move ${folder.identityFile} away, then khancap keys recover takes the printed sheet`,
    ],
  })
}

/** The key of the plugin that opens it; null where a passphrase does, whatever a change that was cut off has left beside it. */
async function pluginKey({ folder }: Station, sealed: Uint8Array): Promise<string | null> {
  return isForPassphrase(sealed) ? null : folder.pluginIdentity()
}

function isForPassphrase(sealed: Uint8Array): boolean {
  try {
    return parseHeader(sealed).stanzas.some(({ args }) => args[0] === 'scrypt')
  } catch {
    return false
  }
}

/** @throws Failure where a plugin opens the identity: to seal it otherwise, a passphrase comes between */
export async function expectForPassphrase(station: Station): Promise<void> {
  const sealed = await station.folder.sealedIdentity()
  if (sealed !== null && (await pluginKey(station, sealed)) !== null)
    throw refused(
      safe`the identity is sealed to a key of a plugin`,
      safe`${command`khancap keys protect --passphrase`} first; afterwards khancap keys protect --plugin again`,
    )
}

export function noIdentity(station: Station) {
  return refused(
    safe`there is no identity in ${station.folder.path}`,
    safe`${command`khancap keys new`} makes one; khancap keys recover takes it from a printed sheet`,
  )
}

/** Seals the identity with a passphrase and puts it in the place of what was there. */
export async function storeIdentity(
  station: Station,
  identity: Identity,
  passphrase: string,
): Promise<PublicIdentity> {
  // A handle in the place of a secret would be a lost identity.
  if (station.isHeld === true) throw new Error('an identity that an agent holds cannot be stored')
  await expectForPassphrase(station)
  const shown = publicIdentity(await station.primitives(), identity)
  await station.folder.saveIdentity(await sealIdentity(station, identity, passphrase), shown)
  return shown
}

export async function sealIdentity(
  station: Station,
  identity: Identity,
  passphrase: string,
): Promise<Uint8Array> {
  const p = await station.primitives()
  const { environment, printer } = station
  const text = printIdentity(p, identity)
  return printer.waiting(
    safe`sealing with the passphrase`,
    sealWithPassphrase(p, text, passphrase, environment.workFactor),
  )
}

/** A short form of a public identity, to be read aloud: half of its SHA-256 in fours. */
export async function identityFingerprint(
  p: Primitives,
  identity: PublicIdentity,
): Promise<string> {
  const [recipient, key] = [identity.recipients[0] ?? '', identity.signing_keys[0] ?? '']
  const digest = await p.sha256(
    new TextEncoder().encode(`khancap/v1/identity\0${identity.handler}\n${recipient}\n${key}\n`),
  )
  return inFours(digest.subarray(0, 16))
}

export function inFours(bytes: Uint8Array): string {
  return (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(' ')
}
