// The context stanza (docs/protocol.md, "Context"): for which deployment and directory a file was sealed, in a fixed
// binary order under the header's MAC. One context has one spelling, so equal bytes are equal contexts.
import { Context, type Channel, type SealedKind } from '../../../schemas/sealed.js'
import { decodeBase64url, encodeBase64url } from '../encoding/base64url.js'
import { bigEndian, concatBytes, fromBigEndian, fromUtf8, utf8 } from '../encoding/bytes.js'
import type { Stanza } from './header.js'

/** The only argument of the stanza. */
export const contextTag = 'khancap/ctx-v1'

const version = 1
/** A code is the position in this list, counted from one. */
const kinds: readonly SealedKind[] = ['envelope', 'slip', 'addition', 'reply', 'note', 'letter']
const channels: readonly Channel[] = ['web', 'mail', 'offline']
/** version 1, kind 1, channel 1, sequence 8, hash 32, length of origin 2 */
const fixedBytes = 45

export function encodeContext(context: Context): Uint8Array {
  const origin = utf8(context.origin)
  return concatBytes(
    Uint8Array.of(version, kinds.indexOf(context.kind) + 1, channels.indexOf(context.channel) + 1),
    bigEndian(context.directory_sequence, 8),
    decodeBase64url(context.directory_sha256),
    bigEndian(origin.length, 2),
    origin,
  )
}

/**
 * Reads a context.
 * @throws an error where the bytes are not exactly one
 */
export function decodeContext(bytes: Uint8Array): Context {
  if (bytes.length < fixedBytes || bytes[0] !== version) throw new RangeError('context version')
  if (fromBigEndian(bytes.subarray(43, 45)) !== bytes.length - fixedBytes)
    throw new RangeError('context length')
  return Context.parse({
    kind: kinds[(bytes[1] ?? 0) - 1],
    channel: channels[(bytes[2] ?? 0) - 1],
    origin: fromUtf8(bytes.subarray(fixedBytes)),
    directory_sequence: fromBigEndian(bytes.subarray(3, 11)),
    directory_sha256: encodeBase64url(bytes.subarray(11, 43)),
  })
}

export function contextStanza(context: Context): Stanza {
  return { args: [contextTag], body: encodeContext(context) }
}
