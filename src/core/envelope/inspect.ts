// The strict profile of a sealed file (docs/protocol.md, "Sealed file"), checked without opening it: what the server
// can and must refuse, and what every opener checks first.
import { type Context, maxSealedBytes } from '../../../schemas/sealed.js'
import { maxReaders } from '../../../schemas/directory.js'
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64Bare, isBase64Bare } from '../encoding/base64url.js'
import { contextTag, decodeContext } from './context.js'
import { type Header, recipientTag, type Stanza } from './header.js'
import { parseHeader } from './parse-header.js'
import { isPaddedSize } from './padding.js'
import { payloadNonceBytes, textBytes } from './stream.js'

const encapsulatedBytes = 1120
const wrappedKeyBytes = 32

/** 1120 bytes in base64 without padding. */
const encapsulatedLetters = 1494

export interface SealedHeader {
  readonly header: Header
  readonly context: Context
  /** How many can open it. */
  readonly recipients: number
}

export interface SealedFile extends SealedHeader {
  /** Nonce and chunks. */
  readonly payload: Uint8Array
}

/**
 * The encapsulated key of a recipient's stanza.
 * @throws an error where it is one, but malformed
 */
export function encapsulatedOf(stanza: Stanza): Uint8Array {
  const [, share, ...more] = stanza.args
  const encapsulated = decodeBase64Bare(share ?? '')
  if (
    more.length > 0 ||
    encapsulated.length !== encapsulatedBytes ||
    stanza.body.length !== wrappedKeyBytes
  )
    throw new SyntaxError('malformed recipient stanza')
  return encapsulated
}

/**
 * Whether {@link encapsulatedOf} gives something: letters are looked at, for nothing is opened here.
 * @param intro the arguments as they came
 */
function hasEncapsulated({ args, body }: Stanza, intro: Uint8Array): boolean {
  return (
    args.length === 2 &&
    args[1]?.length === encapsulatedLetters &&
    isBase64Bare(intro.subarray(-encapsulatedLetters)) &&
    body.length === wrappedKeyBytes
  )
}

/**
 * Reads a header of the strict profile: 1 to 64 recipients, then the context, nothing else.
 * @throws an error on anything else
 */
export function readSealedHeader(bytes: Uint8Array): SealedHeader {
  const header = parseHeader(bytes)
  const last = header.stanzas[header.stanzas.length - 1]
  const recipients = header.stanzas.slice(0, -1)
  if (last?.args.length !== 1 || last.args[0] !== contextTag)
    throw new SyntaxError('header without context at its end')
  if (recipients.length < 1 || recipients.length > maxReaders)
    throw new RangeError('too few or too many recipients')
  for (const [index, stanza] of recipients.entries()) {
    if (stanza.args[0] !== recipientTag) throw new SyntaxError('stanza of another kind')
    const intro = header.intros[index]
    if (intro === undefined || !hasEncapsulated(stanza, intro))
      throw new SyntaxError('malformed recipient stanza')
  }
  return { header, context: decodeContext(last.body), recipients: recipients.length }
}

/**
 * Reads a whole file of the strict profile; its payload has the size of a bucket.
 * @throws an error on anything else
 */
export function readSealed(bytes: Uint8Array): SealedFile {
  if (bytes.length > maxSealedBytes) throw new RangeError('file too large')
  const sealed = readSealedHeader(bytes)
  const payload = bytes.subarray(sealed.header.length)
  const size = textBytes(payload.length - payloadNonceBytes)
  if (size === null || !isPaddedSize(sealed.context.kind, size))
    throw new RangeError('payload of another size')
  return { ...sealed, payload }
}

/**
 * Checks the shape of a sealed file without opening it (step 4). Whether the context is that of this deployment is
 * the caller's question.
 * @throws KhancapError `envelope_malformed`
 */
export function inspectSealed(bytes: Uint8Array): { context: Context; recipients: number } {
  try {
    const { context, recipients } = readSealed(bytes)
    return { context, recipients }
  } catch (cause) {
    throw new KhancapError('envelope_malformed', { cause })
  }
}
