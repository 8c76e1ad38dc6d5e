// One exact profile of HTTP message signatures (RFC 9421) and content digests (RFC 9530): four components, four
// parameters, one order, one label. Anything else is refused, so there is nothing to negotiate.
import { encodeBase64, encodeBase64url } from '../encoding/base64url.js'
import type { Primitives } from '../crypto/primitives.js'

/** The only media type that is signed for, bodies or not. */
export const signedContentType = 'application/json'

export const signatureLabel = 'khancap'
const components = '("@method" "@target-uri" "content-digest" "content-type")'

export interface SignatureParams {
  /** Seconds since 1970. */
  readonly created: number
  /** 16 bytes, base64url. */
  readonly nonce: string
  /** Ed25519 public key, base64url. */
  readonly keyId: string
}

/** RFC 9421 §2.3. */
export function printParams({ created, nonce, keyId }: SignatureParams): string {
  return `${components};created=${created};nonce="${nonce}";keyid="${keyId}";alg="ed25519"`
}

/** RFC 9421 §2.5. */
export function signatureBase(
  request: { readonly method: string; readonly url: string; readonly digest: string },
  params: string,
): string {
  return [
    `"@method": ${request.method}`,
    `"@target-uri": ${request.url}`,
    `"content-digest": ${request.digest}`,
    `"content-type": ${signedContentType}`,
    `"@signature-params": ${params}`,
  ].join('\n')
}

/** RFC 9530 §2, over the raw bytes. */
export async function contentDigest(
  p: Pick<Primitives, 'sha256'>,
  body: Uint8Array,
): Promise<string> {
  return `sha-256=:${encodeBase64(await p.sha256(body))}:`
}

/** What `keyid` says for a public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return encodeBase64url(publicKey)
}
