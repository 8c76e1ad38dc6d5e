// Opening. Clients only: no server process may import this file, except workers/slip-opener.ts, which holds the
// router's identity and nothing else. The header's MAC is verified before any payload work: that commits to the key.
import {
  type AdditionContent,
  type Context,
  type EnvelopeContent,
  LetterMessage,
  NoteMessage,
  ReplyMessage,
  type SealedKind,
  type SlipContent,
} from '../../../schemas/sealed.js'
import type { SigningKey } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64url, encodeBase64url } from '../encoding/base64url.js'
import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js'
import { parseStrictJson } from '../encoding/strict-json.js'
import { hpkeSchedule } from '../crypto/hpke.js'
import type { Primitives } from '../crypto/primitives.js'
import { selfTest } from '../crypto/self-test.js'
import { decodeIdentity } from './age-keys.js'
import { decodeArmor } from './armor.js'
import { type Content, type ContentKind, maxContentDepth, readContent } from './content.js'
import { contextStanza, contextTag, decodeContext, encodeContext } from './context.js'
import { type GrantClaim, grantBytes, inspectGrant } from './grant.js'
import { type Header, recipientTag, sealHeader, verifyHeader } from './header.js'
import { parseHeader } from './parse-header.js'
import { encapsulatedOf, readSealed, type SealedFile } from './inspect.js'
import { letterBytes, noteBytes, replyLabel, watchedRandom, wrapFileKey, wrapInfo } from './seal.js'
import { openPayload } from './stream.js'

const fileKeyBytes = 16

/** What an opener knows beforehand; the file must agree. */
export interface ExpectedContext {
  readonly origin: string
  readonly kind: SealedKind
  /** SHA-256 of directories that are known, by sequence. A file that names one of them must name its hash. */
  readonly directories?: ReadonlyMap<number, Uint8Array>
}

/** One opaque code, whatever the cause; the cause stays on this machine. */
async function opening<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (cause) {
    // What the sealing inside a grant has to say is not about the file.
    if (cause instanceof KhancapError) throw cause
    throw new KhancapError('sealed_unreadable', { cause })
  }
}

/** The file key that a header wraps for one of these identities. Its MAC is not yet verified. */
async function unwrapFileKey(
  p: Primitives,
  identities: readonly string[],
  header: Header,
): Promise<Uint8Array | null> {
  const schedule = await hpkeSchedule(p, wrapInfo)
  const wrapped = header.stanzas
    .filter(stanza => stanza.args[0] === recipientTag)
    .map(stanza => ({ encapsulated: encapsulatedOf(stanza), body: stanza.body }))
  for (const seed of identities.map(decodeIdentity))
    for (const { encapsulated, body } of wrapped) {
      const { key, nonce } = await schedule(p.xwingDecapsulate(seed, encapsulated))
      const fileKey = p.aeadOpen(key, nonce, body)
      if (fileKey?.length === fileKeyBytes) return fileKey
    }
  return null
}

/**
 * The file key of a header, MAC verified.
 * @returns null where the header is not for these identities
 */
async function fileKeyOf(
  p: Primitives,
  identities: readonly string[],
  header: Header,
): Promise<Uint8Array | null> {
  const fileKey = await unwrapFileKey(p, identities, header)
  if (fileKey !== null && !(await verifyHeader(p, fileKey, header)))
    throw new RangeError('header with another MAC')
  return fileKey
}

/** Whether a header was made with this file key for this very envelope: its MAC, and the same context. */
async function isGrantFor(
  p: Primitives,
  fileKey: Uint8Array,
  sealed: SealedFile,
  grant: Uint8Array,
): Promise<boolean> {
  try {
    const { context } = inspectGrant(grant)
    if (!equalBytes(encodeContext(context), encodeContext(sealed.context))) return false
    return await verifyHeader(p, fileKey, parseHeader(grant))
  } catch {
    return false
  }
}

/** A grant's header must carry the envelope's context, and its file key must be the one that made the envelope. */
async function fileKeyOfGrants(
  p: Primitives,
  identities: readonly string[],
  sealed: SealedFile,
  grants: readonly Uint8Array[],
): Promise<Uint8Array | null> {
  for (const grant of grants) {
    // Whoever serves grants can serve rubbish among them: that must not hide the one that opens.
    try {
      const fileKey = await fileKeyOf(p, identities, parseHeader(grant))
      if (
        fileKey !== null &&
        (await isGrantFor(p, fileKey, sealed, grant)) &&
        (await verifyHeader(p, fileKey, sealed.header))
      )
        return fileKey
    } catch {}
  }
  return null
}

function expectContext(context: Context, expected: ExpectedContext): void {
  const known = expected.directories?.get(context.directory_sequence)
  if (
    context.kind !== expected.kind ||
    context.origin !== expected.origin ||
    (known !== undefined && encodeBase64url(known) !== context.directory_sha256)
  )
    throw new RangeError('context of something else')
}

interface Unsealed<K extends ContentKind> {
  readonly content: Content<K>
  /** Byte for byte what was sealed, padding and all. */
  readonly text: Uint8Array
  readonly sealed: SealedFile
  readonly fileKey: Uint8Array
}

async function unseal<K extends ContentKind>(
  p: Primitives,
  kind: K,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
  grants: readonly Uint8Array[],
): Promise<Unsealed<K> | null> {
  return opening(async () => {
    const sealed = readSealed(bytes)
    const fileKey =
      (await fileKeyOf(p, identities, sealed.header)) ??
      (await fileKeyOfGrants(p, identities, sealed, grants))
    if (fileKey === null) return null
    expectContext(sealed.context, { ...expected, kind })
    const text = await openPayload(p, fileKey, sealed.payload)
    if (text === null) throw new RangeError('payload does not verify')
    return { content: readContent(kind, text, sealed.context), text, sealed, fileKey }
  })
}

async function openSealed<K extends ContentKind>(
  p: Primitives,
  kind: K,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
  grants: readonly Uint8Array[] = [],
): Promise<Content<K> | null> {
  return (await unseal(p, kind, identities, bytes, expected, grants))?.content ?? null
}

/**
 * Opens a case (step 9).
 * @param identities `AGE-SECRET-KEY-PQ-1…`, all generations
 * @param grantHeaders headers that were granted later
 * @returns null where it is not addressed to these identities
 * @throws KhancapError `sealed_unreadable`
 */
export function openEnvelope(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
  grantHeaders: readonly Uint8Array[] = [],
): Promise<EnvelopeContent | null> {
  return openSealed(p, 'envelope', identities, bytes, expected, grantHeaders)
}

/**
 * Opens a case, and holds every header that was granted against the file key: who can open the envelope can tell
 * which headers somebody made who could open it too, also those that are for others.
 * @returns `text` as it was sealed, `fits` in the order of the headers; null as {@link openEnvelope}
 * @throws KhancapError `sealed_unreadable`
 */
export async function openGranted(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
  headers: readonly Uint8Array[],
): Promise<(Pick<Unsealed<'envelope'>, 'content' | 'text'> & { fits: readonly boolean[] }) | null> {
  const found = await unseal(p, 'envelope', identities, bytes, expected, headers)
  if (found === null) return null
  const fits: boolean[] = []
  for (const header of headers) fits.push(await isGrantFor(p, found.fileKey, found.sealed, header))
  return { content: found.content, text: found.text, fits }
}

/** Opens a slip (step 7). Returns and throws as {@link openEnvelope}. */
export function openSlip(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
): Promise<SlipContent | null> {
  return openSealed(p, 'slip', identities, bytes, expected)
}

/** Opens an addition. Returns and throws as {@link openEnvelope}. */
export function openAddition(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
): Promise<AdditionContent | null> {
  return openSealed(p, 'addition', identities, bytes, expected)
}

/** What a note says, and the key that signed it. Whether that is `by`'s key, the keyring says. */
export interface SignedNote extends NoteMessage {
  readonly key: SigningKey
}

/**
 * Opens a note of the team, whose signature must be that of the key that it names.
 * Returns and throws as {@link openEnvelope}.
 */
export async function openNote(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
): Promise<SignedNote | null> {
  const content = await openSealed(p, 'note', identities, bytes, expected)
  if (content === null) return null
  return opening(async () => {
    const { key, message } = content
    const signed = await noteBytes(p, message)
    if (!p.ed25519Verify(decodeBase64url(key), signed, decodeBase64url(content.signature)))
      throw new RangeError('note with another signature')
    return { ...NoteMessage.parse(parseStrictJson(message, maxContentDepth)), key }
  })
}

/**
 * Opens a letter (step 10m), whose signature must be that of the key that it names.
 * Returns and throws as {@link openEnvelope}.
 */
export async function openLetter(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  expected: ExpectedContext,
): Promise<(LetterMessage & Pick<SignedNote, 'key'>) | null> {
  const content = await openSealed(p, 'letter', identities, bytes, expected)
  if (content === null) return null
  return opening(async () => {
    const { key, message } = content
    const signed = await letterBytes(p, message)
    if (!p.ed25519Verify(decodeBase64url(key), signed, decodeBase64url(content.signature)))
      throw new RangeError('letter with another signature')
    return { ...LetterMessage.parse(parseStrictJson(message, maxContentDepth)), key }
  })
}

/**
 * Opens a reply (step 11), which must be from somebody who had opened the case.
 * @param replyKey of the receipt code
 * @returns null where it is not addressed to these identities
 * @throws KhancapError `sealed_unreadable`
 */
export async function openReply(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  replyKey: Uint8Array,
  expected: ExpectedContext,
): Promise<ReplyMessage | null> {
  const content = await openSealed(p, 'reply', identities, bytes, expected)
  if (content === null) return null
  return opening(async () => {
    const mac = await p.hmacSha256(replyKey, concatBytes(replyLabel, utf8(content.message)))
    if (!equalBytes(mac, decodeBase64url(content.mac)))
      throw new RangeError('reply with another MAC')
    return ReplyMessage.parse(parseStrictJson(content.message, maxContentDepth))
  })
}

/**
 * Opens any age file with a hybrid recipient, armored or not (mail, files on a stick). Where there is no context stanza, `context` is
 * null: nothing says what the file was sealed for.
 * @returns null where it is not addressed to these identities
 * @throws KhancapError `sealed_unreadable`
 */
export function openAgeFile(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
): Promise<{ plaintext: Uint8Array; context: Context | null } | null> {
  return opening(async () => {
    const file = decodeArmor(bytes) ?? bytes
    const header = await openAgeHeader(p, identities, file)
    if (header === null) return null
    const plaintext = await openPayload(p, header.fileKey, file.subarray(header.length))
    if (plaintext === null) throw new RangeError('payload does not verify')
    return { plaintext, context: header.context }
  })
}

/** What opens the payload of a file whose header was read. */
export interface OpenedHeader {
  /** Bytes of the header: the payload begins there. */
  readonly length: number
  readonly fileKey: Uint8Array
  readonly context: Context | null
}

/**
 * Opens the header of any age file with a hybrid recipient, its MAC verified: for files that are too large to be held in
 * memory.
 * @param head the first bytes of the file, the whole header among them
 * @returns null where it is not addressed to these identities
 * @throws KhancapError `sealed_unreadable`
 */
export function openAgeHeader(
  p: Primitives,
  identities: readonly string[],
  head: Uint8Array,
): Promise<OpenedHeader | null> {
  return opening(async () => {
    const header = parseHeader(head)
    const fileKey = await fileKeyOf(p, identities, header)
    if (fileKey === null) return null
    const stanza = header.stanzas.find(({ args }) => args[0] === contextTag)
    const context = stanza === undefined ? null : decodeContext(stanza.body)
    return { length: header.length, fileKey, context }
  })
}

/** A new reader, and who lets them in. */
export interface GrantOrder {
  readonly caseId: string
  readonly reader: string
  readonly recipient: string
  /** The granter's Ed25519 seed. */
  readonly seed: Uint8Array
}

/**
 * Makes the header and signature that let one more reader open an envelope.
 * @returns null where the envelope is not addressed to these identities
 * @throws KhancapError `sealed_unreadable`, `recipient_unusable`, `primitives_faulty`
 */
export function makeGrant(
  p: Primitives,
  identities: readonly string[],
  bytes: Uint8Array,
  order: GrantOrder,
  grantHeaders: readonly Uint8Array[] = [],
): Promise<{ header: Uint8Array; signature: Uint8Array } | null> {
  return opening(async () => {
    const sealed = readSealed(bytes)
    const fileKey =
      (await fileKeyOf(p, identities, sealed.header)) ??
      (await fileKeyOfGrants(p, identities, sealed, grantHeaders))
    if (fileKey === null) return null
    await selfTest(p)
    const stanzas = await wrapFileKey(p, watchedRandom(p), fileKey, [order.recipient])
    const header = await sealHeader(p, fileKey, [...stanzas, contextStanza(sealed.context)])
    const claim: GrantClaim = {
      caseId: order.caseId,
      envelopeSha256: await p.sha256(bytes),
      header,
      reader: order.reader,
    }
    return { header, signature: p.ed25519Sign(order.seed, await grantBytes(p, claim)) }
  })
}
