// A bundle as a file on a stick: sealed to the keys of its handler, whole or refused. It is replaced as a whole, so that a
// stick that is pulled out leaves the state before.
import { join } from 'node:path'
import { maxBundleBytes } from '../../schemas/bundle.js'
import type { ClientId } from '../../schemas/encoding.js'
import { type Identity, identityRecipient } from '../../keys/identity.js'
import { type Bundle, readBundle } from '../../src/core/bundle/statements.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { sealToSelf } from '../../src/core/envelope/seal.js'
import { KhancapError } from '../../schemas/problem.js'
import { noFile, refused } from '../failure.js'
import { readBounded, writeNew, writePrivately } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'

/** Attachments lie beside a bundle as they were sealed: what is in the bundle opens them. */
export function carriedFile(bundle: string, attachment: ClientId): string {
  return join(`${bundle}.files`, `${attachment}.age`)
}

const intro = utf8(JSON.stringify({ v: 1, kind: 'bundle_file' }).slice(0, -1))

/** @throws Failure where what was opened is a bundle: it is no text to be read */
export function expectNoBundle(file: string, plaintext: Uint8Array): void {
  if (!intro.every((byte, at) => plaintext[at] === byte)) return
  throw refused(
    safe`${file} is a bundle`,
    safe`khancap inbox --bundle ${shellWord(file, 'FILE')} lists its cases`,
  )
}

/** @throws Failure where there is no such file, or it is not a whole bundle of this handler */
export async function readBundleFile(
  station: Station,
  file: string,
  identity: Identity,
): Promise<Bundle> {
  const p = await station.primitives()
  const sealed = await readBounded(file, maxBundleBytes).catch((error: unknown) => {
    if (error instanceof RangeError)
      throw refused(
        safe`${file} is larger than any bundle`,
        safe`is it the file that khancap bundle wrote, and not one of ${file}.files?`,
      )
    throw error
  })
  if (sealed === null) throw noFile(file)
  const keys = identity.signing.map(seed => encodeBase64url(p.ed25519PublicKey(seed)))
  try {
    const opened = await openAgeFile(p, identity.opening, sealed)
    if (opened === null)
      throw refused(
        safe`${file} is not sealed to this identity`,
        safe`a bundle is opened with the identity that made it`,
      )
    return await readBundle(p, fromUtf8(opened.plaintext), keys)
  } catch (error) {
    if (!(error instanceof KhancapError || error instanceof TypeError)) throw error
    throw refused(
      safe`${file} is no bundle of this handler, or it is cut off or changed`,
      safe`nothing of it was used; copy it again, or make a new one: khancap bundle`,
    )
  }
}

/** @param isNew never writes over a file */
export async function writeBundleFile(
  station: Station,
  file: string,
  identity: Identity,
  bundle: Bundle,
  isNew: boolean,
): Promise<void> {
  const p = await station.primitives()
  const text = JSON.stringify(bundle.file)
  const sealed = await sealToSelf(p, text, [identityRecipient(p, identity)])
  if (sealed.length > maxBundleBytes)
    throw refused(safe`so many cases do not fit into one bundle`, safe`choose fewer of them`)
  await (isNew ? writeNew(file, sealed) : writePrivately(file, sealed))
}
