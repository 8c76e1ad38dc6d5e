// Passphrase-protected texts: age files with one scrypt stanza (C2SP age, "The scrypt recipient type"), which stock age reads
// and writes too. Where there is no scrypt of the platform, nothing is sealed so: everybody waits for it.
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64Bare, encodeBase64Bare } from '../encoding/base64url.js'
import { concatBytes, fromUtf8, utf8 } from '../encoding/bytes.js'
import { sealHeader, verifyHeader } from './header.js'
import { parseHeader } from './parse-header.js'
import { openPayload, payloadNonceBytes, sealPayload } from './stream.js'
import type { PassphrasePrimitives } from '../crypto/primitives.js'

/** Files that are larger are not ours. */
const maxFileBytes = 1_048_576
const scryptHeader = utf8('age-encryption.org/v1\n-> scrypt ')
const saltLabel = utf8('age-encryption.org/v1/scrypt')
const saltBytes = 16
const fileKeyBytes = 16
const sealedKeyBytes = 32
/** Base-2 logarithm of scrypt's N at most: a gigabyte of memory, four seconds. */
const maxWorkFactor = 20
const zeroNonce = new Uint8Array(12)

/**
 * Seals a text with a passphrase. The passphrase counts in NFC, so that it is the same on every keyboard.
 * @param workFactor base-2 logarithm of scrypt's N; 18 takes about a second
 */
export async function sealWithPassphrase(
  p: PassphrasePrimitives,
  text: string,
  passphrase: string,
  workFactor = 18,
): Promise<Uint8Array> {
  const [salt, fileKey] = [p.random(saltBytes), p.random(fileKeyBytes)]
  const key = await p.scrypt(passphrase.normalize('NFC'), concatBytes(saltLabel, salt), workFactor)
  const stanza = {
    args: ['scrypt', encodeBase64Bare(salt), String(workFactor)],
    body: p.aeadSeal(key, zeroNonce, fileKey),
  }
  return concatBytes(
    await sealHeader(p, fileKey, [stanza]),
    await sealPayload(p, fileKey, p.random(payloadNonceBytes), utf8(text)),
  )
}

/**
 * Opens a text that was sealed with a passphrase, by us or by `age -p`.
 * @throws KhancapError `identity_locked` (not this passphrase, or the file is damaged), `identity_malformed` (not
 *   such a file at all)
 */
export async function openWithPassphrase(
  p: PassphrasePrimitives,
  file: Uint8Array,
  passphrase: string,
): Promise<string> {
  if (file.length > maxFileBytes || scryptHeader.some((byte, at) => file[at] !== byte))
    throw new KhancapError('identity_malformed')
  let bytes: Uint8Array | null = null
  let cause: unknown
  for (const spelling of new Set([passphrase.normalize('NFC'), passphrase])) {
    try {
      // A second spelling is rare, and tried where the first one fails.
      // oxlint-disable-next-line no-await-in-loop
      bytes ??= await opened(p, file, spelling)
    } catch (error) {
      cause = error
    }
  }
  if (bytes === null) throw new KhancapError('identity_locked', { cause })
  try {
    return fromUtf8(bytes)
  } catch (malformed) {
    throw new KhancapError('identity_malformed', { cause: malformed })
  }
}

/** @returns null where it does not open @throws SyntaxError, RangeError */
async function opened(
  p: PassphrasePrimitives,
  file: Uint8Array,
  passphrase: string,
): Promise<Uint8Array | null> {
  const header = parseHeader(file)
  const [stanza, other] = header.stanzas
  const [kind, saltText = '', factor = '', more] = stanza?.args ?? []
  if (stanza === undefined || other !== undefined || kind !== 'scrypt' || more !== undefined)
    throw new RangeError('a passphrase stands alone')
  const salt = decodeBase64Bare(saltText)
  if (salt.length !== saltBytes || stanza.body.length !== sealedKeyBytes)
    throw new RangeError('scrypt stanza of another size')
  if (!/^[1-9]\d?$/.test(factor) || Number(factor) > maxWorkFactor)
    throw new RangeError('scrypt with more work than is done here')
  const key = await p.scrypt(passphrase, concatBytes(saltLabel, salt), Number(factor))
  const fileKey = p.aeadOpen(key, zeroNonce, stanza.body)
  if (fileKey === null || !(await verifyHeader(p, fileKey, header))) return null
  return openPayload(p, fileKey, file.subarray(header.length))
}
