// Signing a handler's request (docs/protocol.md, "HTTP signature").
import type { Instant } from '../../../schemas/encoding.js'
import { decodeBase64url, encodeBase64 } from '../encoding/base64url.js'
import { utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import {
  contentDigest,
  keyIdOf,
  printParams,
  signatureBase,
  signatureLabel,
  signedContentType,
} from './profile.js'

export interface RequestToSign {
  readonly method: string
  /** Absolute, as it is sent: an address of the directory, path, query; no fragment. */
  readonly url: string
  /** The raw bytes; none for a GET. */
  readonly body: Uint8Array
  /** Ed25519 seed. */
  readonly seed: Uint8Array
  readonly created: Instant
  /** 16 random bytes, base64url, never used before. */
  readonly nonce: string
}

/**
 * The header fields to send, names in lower case.
 * @throws RangeError where the nonce is not 16 bytes
 */
export async function signRequest(
  p: Primitives,
  request: RequestToSign,
): Promise<Record<string, string>> {
  if (decodeBase64url(request.nonce).length !== 16)
    throw new RangeError('"nonce" expected 16 bytes')
  const digest = await contentDigest(p, request.body)
  const params = printParams({
    created: Math.floor(request.created / 1000),
    nonce: request.nonce,
    keyId: keyIdOf(p.ed25519PublicKey(request.seed)),
  })
  const base = signatureBase({ method: request.method, url: request.url, digest }, params)
  const signature = encodeBase64(p.ed25519Sign(request.seed, utf8(base)))
  return {
    'content-type': signedContentType,
    'content-digest': digest,
    'signature-input': `${signatureLabel}=${params}`,
    signature: `${signatureLabel}=:${signature}:`,
  }
}
