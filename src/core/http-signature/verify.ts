// Verifying a handler's request in two steps: the signature from the headers alone, so that a stranger's body is
// never read, then the digest that it covers over the raw bytes of the body. Whether the key is in the keyring, the
// nonce new and the time near is for the caller to ask; `expectFresh` says what near means.
import type { Instant } from '../../../schemas/encoding.js'
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64, decodeBase64url } from '../encoding/base64url.js'
import { utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'
import { contentDigest, printParams, signatureBase, signedContentType } from './profile.js'

/** How far `created` may be from the server's clock. */
export const maxSignatureAgeMs = 60_000

const inputField =
  /^khancap=\("@method" "@target-uri" "content-digest" "content-type"\);created=([1-9]\d{0,11});nonce="([A-Za-z0-9_-]{22})";keyid="([A-Za-z0-9_-]{43})";alg="ed25519"$/
const digestField = /^sha-256=:[A-Za-z0-9+/]{43}=:$/
const signatureField = /^khancap=:([A-Za-z0-9+/]{86}==):$/

export interface SignatureFields {
  readonly signature?: string | undefined
  readonly signatureInput?: string | undefined
  readonly contentDigest?: string | undefined
  readonly contentType?: string | undefined
}

export interface SignedTarget {
  readonly method: string
  /** What `@target-uri` may be: each address of the directory with the path and query of this request. */
  readonly targetUris: readonly string[]
}

/** What a verified signature says. Kept, it proves later who did what. */
export interface SignatureClaim {
  readonly key: Uint8Array
  readonly created: Instant
  readonly nonce: string
  /** `content-digest` as it was signed; `expectBody` says whether it is that of the body. */
  readonly digest: string
  readonly signatureBase: string
  readonly signature: Uint8Array
}

/**
 * Verifies the signature of a request from its headers. Of the body it says nothing yet.
 * @throws KhancapError `signature_missing`, `signature_invalid`
 */
export function readSignature(
  fields: SignatureFields,
  target: SignedTarget,
  p: Pick<Primitives, 'ed25519Verify'>,
): SignatureClaim {
  if (fields.signature === undefined || fields.signatureInput === undefined)
    throw new KhancapError('signature_missing')
  try {
    const [, created, nonce, keyId] = inputField.exec(fields.signatureInput) ?? []
    const [, encoded] = signatureField.exec(fields.signature) ?? []
    if (created === undefined || nonce === undefined || keyId === undefined)
      throw new SyntaxError('signature-input of another profile')
    if (encoded === undefined) throw new SyntaxError('signature of another profile')
    if (fields.contentType !== signedContentType) throw new SyntaxError('another content-type')
    const digest = fields.contentDigest
    if (digest === undefined || !digestField.test(digest))
      throw new SyntaxError('content-digest of another profile')

    decodeBase64url(nonce)
    const key = decodeBase64url(keyId)
    const signature = decodeBase64(encoded)
    const params = printParams({ created: Number(created), nonce, keyId })
    const base = target.targetUris
      .map(url => signatureBase({ method: target.method, url, digest }, params))
      .find(candidate => p.ed25519Verify(key, utf8(candidate), signature))
    if (base === undefined) throw new RangeError('does not verify')
    return { key, created: Number(created) * 1000, nonce, digest, signatureBase: base, signature }
  } catch (cause) {
    throw new KhancapError('signature_invalid', { cause })
  }
}

/**
 * Whether the body is the one that was signed.
 * @param body raw, before any parser
 * @throws KhancapError `signature_invalid`
 */
export async function expectBody(
  claim: Pick<SignatureClaim, 'digest'>,
  body: Uint8Array,
  p: Pick<Primitives, 'sha256'>,
): Promise<void> {
  if ((await contentDigest(p, body)) !== claim.digest)
    throw new KhancapError('signature_invalid', { cause: new RangeError('another body') })
}

/**
 * Whether a signature was made within a minute of now, before or after.
 * @throws KhancapError `signature_stale`
 */
export function expectFresh(claim: Pick<SignatureClaim, 'created'>, now: Instant): void {
  if (Math.abs(now - claim.created) > maxSignatureAgeMs) throw new KhancapError('signature_stale')
}
