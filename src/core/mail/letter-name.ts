// The names of letters: what stands before the @ of a Message-ID. A name says which letter it is, and carries a MAC under a
// key that the store does not have: a mail that tells of a failure and does not know the name says nothing.
import type { Primitives } from '../crypto/primitives.js'
import { concatBytes, equalBytes, fromHex, hex, utf8 } from '../encoding/bytes.js'

const label = utf8('khancap/v1/letter-name\0')
const macBytes = 16

type Mac = Pick<Primitives, 'hmacSha256' | 'hkdfSha256'>

/** One key for each generation of the routing identity. @param identities `AGE-SECRET-KEY-PQ-1…`, newest first */
export function letterKeys(p: Mac, identities: readonly string[]): Promise<Uint8Array[]> {
  const info = utf8('khancap/v1/letter-key')
  return Promise.all(identities.map(line => p.hkdfSha256(utf8(line), new Uint8Array(), info, 32)))
}

/** @param id a UUID @returns 64 hexadecimal digits: the UUID, then 128 bits that only who has the key can make */
export async function letterName(p: Mac, key: Uint8Array, id: string): Promise<string> {
  const digits = id.replaceAll('-', '').toLowerCase()
  const mac = await p.hmacSha256(key, concatBytes(label, fromHex(digits)))
  return `${digits}${hex(mac.subarray(0, macBytes))}`
}

/** @returns the UUID of the letter whose name this is, under one of the keys; null where it is no name */
export async function letterNamed(
  p: Mac,
  keys: readonly Uint8Array[],
  name: string,
): Promise<string | null> {
  const id = name.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  for (const key of keys) {
    // oxlint-disable-next-line no-await-in-loop
    if (equalBytes(utf8(await letterName(p, key, id)), utf8(name))) return id
  }
  return null
}
