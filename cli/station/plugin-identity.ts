// An identity that is sealed to a key of an age plugin in place of a passphrase: `identity.age` has the plugin's stanzas, and
// `identity.plugin` says which key to ask. Stock `age -d -i identity.plugin` opens it too.
import { KhancapError } from '../../schemas/problem.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { concatBytes } from '../../src/core/encoding/bytes.js'
import { sealHeader, type Stanza, verifyHeader } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { watchedRandom } from '../../src/core/envelope/seal.js'
import { openPayload, payloadNonceBytes, sealPayload } from '../../src/core/envelope/stream.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { unwrapWithPlugin, wrapWithPlugin } from './age-plugin.js'
import type { Station } from './station.js'

/** @throws Failure, KhancapError `identity_malformed` */
export async function openWithPlugin(
  station: Station,
  sealed: Uint8Array,
  identity: string,
): Promise<string> {
  const p = await station.primitives()
  const header = headerOf(sealed)
  const fileKey = await unwrapWithPlugin(station, identity, header.stanzas)
  if (fileKey === null)
    throw refused(
      safe`the identity here is not sealed to that key of the plugin`,
      safe`plug in the key that it was sealed to, or its spare`,
    )
  if (!(await verifyHeader(p, fileKey, header))) throw new KhancapError('identity_malformed')
  const text = await openPayload(p, fileKey, sealed.subarray(header.length))
  fileKey.fill(0)
  if (text === null) throw new KhancapError('identity_malformed')
  return fromUtf8(text)
}

/** @param recipients `age1name1…`: the key, and a spare one @throws Failure */
export async function sealWithPlugins(
  station: Station,
  text: string,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const p = await station.primitives()
  const random = watchedRandom(p)
  const fileKey = random(16)
  const stanzas: Stanza[] = []
  // One key after the other: each may have to be touched.
  // oxlint-disable-next-line no-await-in-loop
  for (const recipient of recipients)
    stanzas.push(...(await wrapWithPlugin(station, recipient, fileKey)))
  const header = await sealHeader(p, fileKey, stanzas)
  const payload = await sealPayload(p, fileKey, random(payloadNonceBytes), utf8(text))
  fileKey.fill(0)
  return concatBytes(header, payload)
}

function headerOf(sealed: Uint8Array) {
  try {
    return parseHeader(sealed)
  } catch (cause) {
    throw new KhancapError('identity_malformed', { cause })
  }
}
