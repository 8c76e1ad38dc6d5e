// The root: the keys that sign the directory. Clients pin its fingerprint, which covers threshold, names and keys.
import type { Root } from '../schemas/directory.js'
import { decodeBase64url } from '../src/core/encoding/base64url.js'
import { concatBytes, hex, utf8 } from '../src/core/encoding/bytes.js'
import type { Primitives } from '../src/core/crypto/primitives.js'

const label = utf8('khancap/v1/root\0')

/** SHA-256 in hexadecimal over the threshold and the keys in the order of their names. */
export async function rootFingerprint(p: Primitives, root: Root): Promise<string> {
  const sorted = root.keys.slice()
  sorted.sort((a, b) => (a.name < b.name ? -1 : 1))
  const keys = sorted.flatMap(({ name, key }) => [
    Uint8Array.of(name.length),
    utf8(name),
    decodeBase64url(key),
  ])
  const sizes = Uint8Array.of(root.threshold, root.keys.length)
  return hex(await p.sha256(concatBytes(label, sizes, ...keys)))
}
