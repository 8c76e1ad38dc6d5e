// `khancap org root`: makes a key of the root on the machine of the person who will hold it, and prints its public half
// for `khancap org init` on another machine.
import { resolve } from 'node:path'
import { newSigningKey } from '../../keys/signing-key.js'
import { NoteKeyName } from '../../schemas/directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { misused, noHint } from '../failure.js'
import { expectNoFile, sealRootKeys, writeTogether } from '../organisation/folder.js'
import { announce, tried } from '../organisation/steps.js'
import type { Station, VerbOptions } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'

export interface OrgRootOptions extends VerbOptions {
  readonly out: string
  readonly dryRun?: true
}

export async function makeRootKey(
  station: Station,
  options: OrgRootOptions,
  name: string,
): Promise<void> {
  if (!NoteKeyName.safeParse(name).success)
    throw misused(
      safe`"${name}" is not the name of a key: lower case, digits, dots and hyphens`,
      noHint,
    )
  const file = resolve(options.out)
  await expectNoFile(file)
  const what = safe`a root key ${name} is made, and sealed in ${file}`
  if (!announce(station, options, what)) return tried(station, options, what)
  const p = await station.primitives()
  const key = newSigningKey(p, name)
  await writeTogether(await sealRootKeys(station, options, [{ key, file }]))
  const publicKey = encodeBase64url(p.ed25519PublicKey(key.seed))
  const { printer } = station
  if (options.json === true) printer.json({ name, key: publicKey, file })
  else printer.out(safe`${name}=${publicKey}`)
  printer.say(safe`sealed in ${file}; keep it, and a copy in another place`)
  printer.say(
    safe`next: ${command`khancap org init … --root-key`} with the line above, and read it aloud to who types it`,
  )
  printer.say(
    safe`to take it back: delete ${file}, as long as no organisation was made with it; afterwards there is no way back, because its fingerprint covers every key of the root`,
  )
}
