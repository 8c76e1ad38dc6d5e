// Sealing (step 3): an age v1 file for hybrid recipients with a context stanza and a padded text. Randomness comes
// from the primitives; they are tested before and after, and nothing leaves here if they fail.
import {
  type AdditionContent,
  type Context,
  type EnvelopeContent,
  LetterMessage,
  maxSealedBytes,
  NoteMessage,
  ReplyMessage,
  type SlipContent,
} from '../../../schemas/sealed.js'
import { maxReaders } from '../../../schemas/directory.js'
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64url, encodeBase64Bare, encodeBase64url } from '../encoding/base64url.js'
import { concatBytes, hex, utf8 } from '../encoding/bytes.js'
import { printStrictJson } from '../encoding/strict-json.js'
import { hpkeSchedule } from '../crypto/hpke.js'
import type { Encapsulation, Primitives } from '../crypto/primitives.js'
import { selfTest, testedBefore } from '../crypto/self-test.js'
import { decodeRecipient, encodeIdentity, encodeRecipient } from './age-keys.js'
import { contextStanza } from './context.js'
import { type Content, type ContentKind, printContent } from './content.js'
import { recipientTag, sealHeader, type Stanza } from './header.js'
import { padBytes, padme } from './padding.js'
import { payloadNonceBytes, sealPayload } from './stream.js'

/** HPKE's info string of age's hybrid recipients. */
export const wrapInfo = utf8('age-encryption.org/mlkem768x25519')
/** Domain of the MAC of a reply. */
export const replyLabel = utf8('khancap/v1/reply\0')
const noteLabel = utf8('khancap/v1/note\0')
const letterLabel = utf8('khancap/v1/letter\0')

/** What the writer of a note signs. */
export async function noteBytes(p: Primitives, message: string): Promise<Uint8Array> {
  return concatBytes(noteLabel, await p.sha256(utf8(message)))
}

/** What the writer of a letter signs. */
export async function letterBytes(p: Primitives, message: string): Promise<Uint8Array> {
  return concatBytes(letterLabel, await p.sha256(utf8(message)))
}

export interface Sealed {
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
}

/** Draws that are constant or come twice are a broken source, not bad luck. */
export function watchedRandom(p: Primitives): (bytes: number) => Uint8Array {
  const seen = new Set<string>()
  return bytes => {
    const drawn = p.random(bytes)
    const mark = hex(drawn.subarray(0, 16))
    if (drawn.length !== bytes || seen.has(mark) || drawn.every(byte => byte === drawn[0]))
      throw new KhancapError('primitives_faulty', { cause: new Error('random') })
    seen.add(mark)
    return drawn
  }
}

/** Fisher and Yates, with bytes that are drawn again where they would favour a place. */
function shuffle(p: Primitives, list: readonly string[]): string[] {
  const shuffled = [...list]
  for (let left = shuffled.length; left > 1; left--) {
    let drawn: number
    do drawn = p.random(1)[0] ?? 0
    while (drawn >= 256 - (256 % left))
    const picked = shuffled.splice(drawn % left, 1)
    shuffled.push(...picked)
  }
  return shuffled
}

/** @throws KhancapError `recipient_unusable`: an applicant can make a reply recipient that is none */
function encapsulateTo(p: Primitives, recipient: string, random: Uint8Array): Encapsulation {
  try {
    return p.xwingEncapsulate(decodeRecipient(recipient), random)
  } catch (cause) {
    throw new KhancapError('recipient_unusable', { cause })
  }
}

/** One stanza for each recipient: the file key, wrapped with HPKE to X-Wing. */
export async function wrapFileKey(
  p: Primitives,
  random: (bytes: number) => Uint8Array,
  fileKey: Uint8Array,
  recipients: readonly string[],
): Promise<Stanza[]> {
  const schedule = await hpkeSchedule(p, wrapInfo)
  const stanzas: Stanza[] = []
  for (const recipient of recipients) {
    const made = encapsulateTo(p, recipient, random(64))
    const { key, nonce } = await schedule(made.sharedSecret)
    const body = p.aeadSeal(key, nonce, fileKey)
    stanzas.push({ args: [recipientTag, encodeBase64Bare(made.encapsulated)], body })
  }
  return stanzas
}

/**
 * Seals several things with one test of the primitives before them and one after. Nothing that `make` returns may be used
 * unless this resolves.
 * @throws KhancapError `primitives_faulty`; whatever `make` throws
 */
export async function sealTogether<T>(
  p: Primitives,
  make: (seal: Sealer) => Promise<T>,
): Promise<T> {
  await testedBefore(p)
  const random = watchedRandom(p)
  const made = await make({
    content: (kind, content, recipients) => sealUntested(p, random, kind, content, recipients),
    bytes: text => sealBytes(p, random, text),
  })
  await selfTest(p)
  return made
}

export interface SealedBytes extends Sealed {
  readonly identity: string
  readonly recipient: string
}

export interface Sealer {
  /** @throws as {@link sealEnvelope} */
  content<K extends ContentKind>(
    kind: K,
    content: Content<K>,
    recipients: readonly string[],
  ): Promise<Sealed>
  /** Bytes of any kind, padded, to a fresh identity that alone opens them (docs/protocol.md, "Carried mail"). */
  bytes(text: Uint8Array): Promise<SealedBytes>
}

async function sealBytes(
  p: Primitives,
  random: (bytes: number) => Uint8Array,
  text: Uint8Array,
): Promise<SealedBytes> {
  const seed = random(32)
  const fileKey = random(16)
  const recipient = encodeRecipient(p.xwingPublicKey(seed))
  const header = await sealHeader(p, fileKey, await wrapFileKey(p, random, fileKey, [recipient]))
  const payload = await sealPayload(p, fileKey, random(payloadNonceBytes), padBytes(text))
  const bytes = concatBytes(header, payload)
  return { bytes, sha256: await p.sha256(bytes), identity: encodeIdentity(seed), recipient }
}

async function sealFile<K extends ContentKind>(
  p: Primitives,
  kind: K,
  content: Content<K>,
  recipients: readonly string[],
): Promise<Sealed> {
  return sealTogether(p, seal => seal.content(kind, content, recipients))
}

async function sealUntested<K extends ContentKind>(
  p: Primitives,
  random: (bytes: number) => Uint8Array,
  kind: K,
  content: Content<K>,
  recipients: readonly string[],
): Promise<Sealed> {
  const distinct = [...new Set(recipients)]
  if (distinct.length < 1 || distinct.length > maxReaders)
    throw new RangeError(`"recipients" expected 1 to ${maxReaders}, got ${distinct.length}`)
  const text = printContent(kind, content)
  const fileKey = random(16)
  const wrapped = await wrapFileKey(p, random, fileKey, shuffle(p, distinct))
  const header = await sealHeader(p, fileKey, [...wrapped, contextStanza(content.context)])
  const payload = await sealPayload(p, fileKey, random(payloadNonceBytes), text)
  const bytes = concatBytes(header, payload)
  if (bytes.length > maxSealedBytes) throw new KhancapError('request_too_large')
  return { bytes, sha256: await p.sha256(bytes) }
}

/**
 * Seals a case for those who may read it.
 * @param recipients 1 to 64, without order
 * @throws KhancapError `primitives_faulty`, `request_too_large`, `recipient_unusable`; RangeError and ZodError are a
 *   caller's bug
 */
export function sealEnvelope(
  p: Primitives,
  content: EnvelopeContent,
  recipients: readonly string[],
): Promise<Sealed> {
  return sealFile(p, 'envelope', content, recipients)
}

/** Seals what the router must know, to the router alone. @throws as {@link sealEnvelope} */
export function sealSlip(p: Primitives, content: SlipContent, recipient: string): Promise<Sealed> {
  return sealFile(p, 'slip', content, [recipient])
}

/** Seals what an applicant adds later. @throws as {@link sealEnvelope} */
export function sealAddition(
  p: Primitives,
  content: AdditionContent,
  recipients: readonly string[],
): Promise<Sealed> {
  return sealFile(p, 'addition', content, recipients)
}

/**
 * Seals a note for the team, signed inside by who writes it: neither the server nor another reader can put words into
 * their mouth.
 * @param seed of the writer's signing key
 * @param context of kind `note`
 * @throws as {@link sealEnvelope}
 */
export async function sealNote(
  p: Primitives,
  message: NoteMessage,
  seed: Uint8Array,
  context: Context,
  recipients: readonly string[],
): Promise<Sealed> {
  const text = printStrictJson(NoteMessage.parse(message))
  const content = {
    v: 1,
    kind: 'note',
    message: text,
    key: encodeBase64url(p.ed25519PublicKey(seed)),
    signature: encodeBase64url(p.ed25519Sign(seed, await noteBytes(p, text))),
    context,
  } as const
  return sealFile(p, 'note', content, recipients)
}

/**
 * Seals what is to leave by mail, for the router alone, signed inside by who writes it: whoever can write to the store
 * cannot have a mail of their own sent.
 * @param seed of the writer's signing key
 * @param context of kind `letter`
 * @param router the recipient of the router
 * @throws as {@link sealEnvelope}
 */
export async function sealLetter(
  p: Primitives,
  message: LetterMessage,
  seed: Uint8Array,
  context: Context,
  router: string,
): Promise<Sealed> {
  const text = printStrictJson(LetterMessage.parse(message))
  const content = {
    v: 1,
    kind: 'letter',
    message: text,
    key: encodeBase64url(p.ed25519PublicKey(seed)),
    signature: encodeBase64url(p.ed25519Sign(seed, await letterBytes(p, text))),
    context,
  } as const
  return sealFile(p, 'letter', content, [router])
}

/**
 * Seals a reply to the applicant, with the proof that its writer had opened the case (step 10).
 * @param reply the part of the envelope that says where replies go
 * @param context of kind `reply`
 * @throws as {@link sealEnvelope}
 */
export async function sealReply(
  p: Primitives,
  message: ReplyMessage,
  reply: EnvelopeContent['reply'],
  context: Context,
): Promise<Sealed> {
  const text = printStrictJson(ReplyMessage.parse(message))
  const key = decodeBase64url(reply.key)
  const mac = await p.hmacSha256(key, concatBytes(replyLabel, utf8(text)))
  const content = {
    v: 1,
    kind: 'reply',
    message: text,
    mac: encodeBase64url(mac),
    context,
  } as const
  return sealFile(p, 'reply', content, [reply.recipient])
}

/**
 * Seals bytes to keys of the same handler: an age file without context, for what stays on their own machines and sticks.
 * Spaces are added up to a bucket: they change neither JSON nor what a person wrote.
 * @throws as {@link sealEnvelope}
 */
export async function sealToSelf(
  p: Primitives,
  text: string,
  recipients: readonly string[],
): Promise<Uint8Array> {
  await testedBefore(p)
  const bytes = utf8(text)
  const padded = new Uint8Array(Math.max(4096, padme(bytes.length))).fill(0x20)
  padded.set(bytes)
  const random = watchedRandom(p)
  const fileKey = random(16)
  const header = await sealHeader(p, fileKey, await wrapFileKey(p, random, fileKey, recipients))
  const payload = await sealPayload(p, fileKey, random(payloadNonceBytes), padded)
  await selfTest(p)
  return concatBytes(header, payload)
}
