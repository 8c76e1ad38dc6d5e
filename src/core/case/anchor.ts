// What an act says of the case that it is done to: which envelope, how far its history had come, which directory was
// the newest. It stands in the address of the request, which is signed and kept, so that nobody can move an act to
// another case, or put one into the past with a key that has left (docs/protocol.md, "Acts").
import { ActAnchor } from '../../../schemas/case.js'
import { encodeBase64url } from '../encoding/base64url.js'

/** `after` of an act on a case without a history. */
export const beforeHistory = encodeBase64url(new Uint8Array(32))

/** As the query of an act's address, in its one order. */
export function printAnchor(anchor: ActAnchor): string {
  const { after, directory, envelope, parts } = anchor
  const query = `after=${after}&directory=${directory}&envelope=${envelope}`
  return parts.length === 0 ? query : `${query}&part=${parts.join('.')}`
}

const form =
  /^\?after=([\w-]{43})&directory=([1-9]\d{0,9})&envelope=([\w-]{43})(?:&part=([\w-]{43}(?:\.[\w-]{43})*))?$/

/**
 * The anchor in the query of an act's address.
 * @returns null where there is none, or none in this one form
 */
export function readAnchor(query: string): ActAnchor | null {
  const [, after, directory, envelope, part] = form.exec(query) ?? []
  const parts = part === undefined ? [] : part.split('.')
  const { data } = ActAnchor.safeParse({ after, directory: Number(directory), envelope, parts })
  return data ?? null
}
