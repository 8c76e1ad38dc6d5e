// `khancap org root`: makes a key of the root on the machine of the person who will hold it, and prints its public half
// for `khancap org init` on another machine.
import { resolve } from 'node:path'
import { newSigningKey } from '../../keys/signing-key.js'
import { NoteKeyName } from '../../schemas/directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { misused } from '../failure.js'
import { sealRootKey } from '../organisation/folder.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface OrgRootOptions extends VerbOptions {
  readonly out: string
}

export async function makeRootKey(
  station: Station,
  options: OrgRootOptions,
  name: string,
): Promise<void> {
  if (!NoteKeyName.safeParse(name).success)
    throw misused(safe`"${name}" is not the name of a key: lower case, digits, dots and hyphens`)
  const p = await station.primitives()
  const key = newSigningKey(p, name)
  const file = resolve(options.out)
  await sealRootKey(station, options, file, key)
  const publicKey = encodeBase64url(p.ed25519PublicKey(key.seed))
  const { printer } = station
  if (options.json === true) printer.json({ name, key: publicKey, file })
  else printer.out(safe`${name}=${publicKey}`)
  printer.say(safe`sealed in ${file}; keep it, and a copy in another place`)
  printer.say(
    safe`next: khancap org init … --root-key with the line above, and read it aloud to who types it`,
  )
}
