// Bytes in JSON: base64url without padding, canonical. The platform's codec, for bodies of hundreds of kilobytes.
import { KhancapError } from '../../schemas/problem.js'

/** @throws KhancapError `request_invalid` with the pointer where the text is not canonical */
export function readBytes(text: string, pointer: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text)
    throw new KhancapError('request_invalid', { faults: [{ pointer, code: 'not_canonical' }] })
  return bytes
}

export function printBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
