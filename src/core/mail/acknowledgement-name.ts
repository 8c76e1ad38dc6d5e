// The names of acknowledgements: what stands before the @ of a Message-ID. An answer to one names it (RFC 5322 §3.6.4), and
// whoever has the key reads there which case it belongs to; to everybody else it is 32 random bytes.
import type { CaseId } from '../../../schemas/encoding.js'
import type { Primitives } from '../crypto/primitives.js'
import { caseIdBytes, printCaseId } from '../encoding/case-id.js'
import { concatBytes, equalBytes, fromHex, hex, utf8 } from '../encoding/bytes.js'
import type { MailHeader } from './header.js'

const nonceLabel = utf8('khancap/v1/acknowledgement-nonce\0')
const macLabel = utf8('khancap/v1/acknowledgement-mac\0')
const maskLabel = utf8('khancap/v1/acknowledgement-mask\0')
const partBytes = 8
/** Message-IDs of a thread that are looked at, and letters of a field. */
const maxNames = 40
const maxValueLetters = 8000

type Mac = Pick<Primitives, 'hmacSha256'>

async function mac(p: Mac, key: Uint8Array, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return p.hmacSha256(key, concatBytes(...parts))
}

/** What hides a case id, and gives it back. */
async function masked(p: Mac, key: Uint8Array, head: Uint8Array, id: Uint8Array) {
  const mask = await mac(p, key, maskLabel, head)
  return id.map((byte, at) => byte ^ (mask[at] ?? 0))
}

/**
 * @param of what is acknowledged: two mails of one case have names of their own, and each try of one has the same
 * @returns 64 hexadecimal digits: a nonce of 64 bits, a MAC of 64 bits over it and the case, the case under a mask of both
 */
export async function acknowledgementName(
  p: Mac,
  key: Uint8Array,
  caseId: CaseId,
  of: Uint8Array,
): Promise<string> {
  const id = caseIdBytes(caseId)
  const nonce = (await mac(p, key, nonceLabel, id, of)).subarray(0, partBytes)
  const tag = (await mac(p, key, macLabel, nonce, id)).subarray(0, partBytes)
  const head = concatBytes(nonce, tag)
  return hex(concatBytes(head, await masked(p, key, head, id)))
}

/** @returns the case whose acknowledgement has this name, under one of the keys; null where it is none of ours */
async function caseNamed(
  p: Mac,
  keys: readonly Uint8Array[],
  name: string,
): Promise<CaseId | null> {
  const bytes = fromHex(name)
  const head = bytes.subarray(0, 2 * partBytes)
  for (const key of keys) {
    // oxlint-disable-next-line no-await-in-loop
    const id = await masked(p, key, head, bytes.subarray(2 * partBytes))
    // oxlint-disable-next-line no-await-in-loop
    const tag = await mac(p, key, macLabel, head.subarray(0, partBytes), id)
    if (equalBytes(tag.subarray(0, partBytes), head.subarray(partBytes))) return printCaseId(id)
  }
  return null
}

/** @returns the case whose acknowledgement a mail answers, as In-Reply-To and References say; null where it answers none */
export async function acknowledgedCase(
  p: Mac,
  keys: readonly Uint8Array[],
  header: MailHeader,
): Promise<CaseId | null> {
  const named = header.fields
    .filter(({ name }) => name === 'in-reply-to' || name === 'references')
    .flatMap(({ value }) => value.slice(0, maxValueLetters).match(/<[0-9a-f]{64}@/gi) ?? [])
  for (const name of new Set(named.slice(0, maxNames))) {
    // oxlint-disable-next-line no-await-in-loop
    const found = await caseNamed(p, keys, name.slice(1, -1).toLowerCase())
    if (found !== null) return found
  }
  return null
}
