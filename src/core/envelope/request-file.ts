// A sealed request as a file (docs/protocol.md, "Request file"): what `POST /v1/intakes` takes, carried by mail, messenger
// or stick, and as an armored text for ways that carry text only. Everything in it is sealed, public or a hash.
import type { ClientId } from '../../../schemas/encoding.js'
import { maxSealedBytes, maxSlipBytes } from '../../../schemas/sealed.js'
import type { Primitives } from '../crypto/primitives.js'
import {
  decodeBase64Bare,
  decodeBase64url,
  encodeBase64,
  encodeBase64url,
} from '../encoding/base64url.js'
import { bigEndian, concatBytes, equalBytes, fromBigEndian, utf8 } from '../encoding/bytes.js'

/** The body of an intake, as bytes. */
export interface CarriedRequest {
  readonly id: ClientId
  readonly directorySequence: number
  /** SHA-256 of the mailbox token. */
  readonly mailbox: Uint8Array
  readonly slip: Uint8Array | null
  readonly envelope: Uint8Array
}

const magic = utf8('sealed-request/1')
/** Magic, id, directory, mailbox, two lengths, checksum. */
const fixedBytes = 16 + 16 + 4 + 32 + 4 + 4 + 32
/** Bytes of a request file at most. */
export const maxRequestFileBytes = fixedBytes + maxSlipBytes + maxSealedBytes
const maxSequence = 1_000_000_000

/** Prints a request file. @throws RangeError where a part is too long or has another length than it must */
export async function printRequestFile(
  p: Pick<Primitives, 'sha256'>,
  request: CarriedRequest,
): Promise<Uint8Array> {
  const { directorySequence, envelope, mailbox } = request
  const id = decodeBase64url(request.id)
  const slip = request.slip ?? new Uint8Array()
  if (
    id.length !== 16 ||
    mailbox.length !== 32 ||
    directorySequence > maxSequence ||
    slip.length > maxSlipBytes ||
    envelope.length > maxSealedBytes
  )
    throw new RangeError('"request" expected the body of an intake')
  const counted = concatBytes(
    magic,
    id,
    bigEndian(directorySequence, 4),
    mailbox,
    bigEndian(slip.length, 4),
    slip,
    bigEndian(envelope.length, 4),
    envelope,
  )
  return concatBytes(counted, await p.sha256(counted))
}

/** Whether bytes begin like a request file. */
export function isRequestFile(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, magic.length), magic)
}

/**
 * Reads a request file.
 * @returns null where it is another file, was damaged or cut on its way, or has something after its end
 */
export async function readRequestFile(
  p: Pick<Primitives, 'sha256'>,
  bytes: Uint8Array,
): Promise<CarriedRequest | null> {
  if (!isRequestFile(bytes) || bytes.length < fixedBytes || bytes.length > maxRequestFileBytes)
    return null
  const body = bytes.subarray(0, -32)
  if (!equalBytes(await p.sha256(body), bytes.subarray(-32))) return null
  const slipEnd = 72 + fromBigEndian(body.subarray(68, 72))
  if (slipEnd + 4 > body.length) return null
  const envelopeAt = slipEnd + 4
  const envelope = body.slice(envelopeAt)
  const slip = body.slice(72, slipEnd)
  const directorySequence = fromBigEndian(body.subarray(32, 36))
  const fits =
    fromBigEndian(body.subarray(slipEnd, envelopeAt)) === envelope.length &&
    envelope.length > 0 &&
    envelope.length <= maxSealedBytes &&
    slip.length <= maxSlipBytes &&
    directorySequence > 0 &&
    directorySequence <= maxSequence
  if (!fits) return null
  return {
    id: encodeBase64url(body.subarray(16, 32)),
    directorySequence,
    mailbox: body.slice(36, 68),
    slip: slip.length === 0 ? null : slip,
    envelope,
  }
}

const begin = 'BEGIN SEALED REQUEST'
const end = 'END SEALED REQUEST'
const columns = 64

/** A request file as text, for ways that carry text only. Ends with a newline. */
export function armorRequest(file: Uint8Array): string {
  const lines = encodeBase64(file).match(/.{1,64}/g) ?? []
  return [`-----${begin}-----`, ...lines, `-----${end}-----`, ''].join('\n')
}

/** Letters of a text that are looked at for armor, and armored files in it that are read. */
const maxTextLetters = 4_194_304
const maxArmored = 4
/** An armor at most, with a quoting mark and any line end on each of its lines. */
const maxArmorLetters = Math.ceil(((maxRequestFileBytes * 4) / 3) * (1 + 16 / columns)) + 1000

/** What mail programs and messengers put into a text: white space, quoting marks, what nobody sees. */
const addedOnTheWay = /[\s>|\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]+/g

export interface FoundArmor {
  readonly files: readonly Uint8Array[]
  /** The text without the armored files. */
  readonly rest: string
}

/**
 * Finds armored request files anywhere in a text, also where lines were quoted, broken anew or ended otherwise, and the
 * dashes became others. What is damaged stays in `rest`. Linear in the text.
 */
export function findArmoredRequests(text: string): FoundArmor {
  const looked = text.slice(0, maxTextLetters)
  const files: Uint8Array[] = []
  let rest = ''
  let at = 0
  while (files.length < maxArmored) {
    const to = looked.indexOf(end, at)
    if (to < 0) break
    // The last beginning before an end: an earlier one was cut.
    const from = at + looked.slice(at, to).lastIndexOf(begin)
    const isBounded = from >= at && to - from <= maxArmorLetters
    const file = isBounded ? unarmored(looked.slice(from + begin.length, to)) : null
    const next = to + end.length
    if (file === null) rest += looked.slice(at, next)
    else {
      files.push(file)
      rest += withoutDashes(looked.slice(at, from), 'end')
    }
    const after = file === null ? '' : looked.slice(next, next + 20)
    at = next + after.length - withoutDashes(after, 'start').length
  }
  return { files, rest: rest + text.slice(at) }
}

function withoutDashes(text: string, side: 'start' | 'end'): string {
  return side === 'start'
    ? text.replace(/^[-\u2010-\u2015]{1,20}/, '')
    : text.slice(0, -20) + text.slice(-20).replace(/[-\u2010-\u2015]{1,20}$/, '')
}

function unarmored(body: string): Uint8Array | null {
  const letters = body
    .replace(/^[-\u2010-\u2015]{1,20}/, '')
    .replace(/[-\u2010-\u2015]{1,20}\s{0,4}$/, '')
    .replaceAll(addedOnTheWay, '')
    .replace(/={1,2}$/, '')
  try {
    return decodeBase64Bare(letters)
  } catch {
    return null
  }
}
