// A sealed file of bytes of any kind, such as a mail: opened with the identity that travelled in the plaintext.
import type { CarriedFile } from '../../../schemas/sealed.js'
import { KhancapError } from '../../../schemas/problem.js'
import { decodeBase64url } from '../encoding/base64url.js'
import { equalBytes } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'

/**
 * Takes the padding off and compares with what the plaintext says.
 * @throws KhancapError `sealed_unreadable` where it is another file
 */
export async function unpadded(
  p: Pick<Primitives, 'sha256'>,
  file: CarriedFile,
  padded: Uint8Array,
): Promise<Uint8Array> {
  const bytes = padded.subarray(0, file.bytes)
  const isSame = equalBytes(await p.sha256(bytes), decodeBase64url(file.sha256))
  if (bytes.length !== file.bytes || !isSame) throw new KhancapError('sealed_unreadable')
  return bytes
}
