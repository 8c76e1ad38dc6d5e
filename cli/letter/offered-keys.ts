// Keys that a mail brings for the answer: an OpenPGP key that is attached or is a part by itself, an Autocrypt header, an age
// recipient. Of mails within the mail nothing is taken: they are other people's. Nothing proves whose a key is; the handler is
// told where each comes from.
import { decodeBech32 } from '../../src/core/encoding/bech32.js'
import { decodeRecipient } from '../../src/core/envelope/age-keys.js'
import { autocryptKey, maxKeyBytes } from '../../src/core/mail/autocrypt.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import { type MailPart, type MailParts, partBytes } from '../../src/core/mail/parts.js'

export type KeySource = 'autocrypt' | 'attached' | 'in_text'

interface Place {
  readonly source: KeySource
  /** In what the sender sealed: whoever carried the mail could not change it, and could only put another in its place. */
  readonly isInside: boolean
  /** Among words, or in a file of no kind: perhaps somebody else's. It is used only where a handler names it. */
  readonly mustBeNamed: boolean
}

export type OfferedKey = Place &
  (
    | { readonly kind: 'openpgp'; readonly bytes: Uint8Array }
    | { readonly kind: 'age'; readonly recipient: string }
  )

/** Keys of one mail, and bytes of a part in which they are looked for. */
const maxKeys = 8
const maxPartBytes = 262_144

const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----'
const end = '-----END PGP PUBLIC KEY BLOCK-----'

/**
 * Those of the sealed part first, then those that a signature covers (it is not verified: who changes the mail makes another),
 * then the header's, then others; those that must be named last.
 * @param inside what was opened of the mail; null where nothing of it is sealed, or it stayed shut
 */
export function offeredKeys(
  outer: MailParts,
  inside: MailParts | null,
  from: string,
): OfferedKey[] {
  const isSigned = /^\s*multipart\/signed\b/i.test(outer.header.first('content-type') ?? '')
  const header = headerKeys(outer, from, false)
  const parts = partKeys(outer, false)
  const all = [
    ...(inside === null ? [] : [...headerKeys(inside, from, true), ...partKeys(inside, true)]),
    ...(isSigned ? [...parts, ...header] : [...header, ...parts]),
  ]
  return all
    .toSorted((one, other) => Number(one.mustBeNamed) - Number(other.mustBeNamed))
    .slice(0, maxKeys)
}

function headerKeys({ header }: MailParts, from: string, isInside: boolean): OfferedKey[] {
  const bytes = autocryptKey(header, from)
  const place = { source: 'autocrypt', isInside, mustBeNamed: false } as const
  return bytes === null ? [] : [{ ...place, kind: 'openpgp', bytes }]
}

function partKeys({ parts }: MailParts, isInside: boolean): OfferedKey[] {
  const attachedFirst = parts.toSorted((one, other) => rank(one) - rank(other))
  return attachedFirst.flatMap(part => keysIn(part, isInside)).slice(0, maxKeys)
}

const isAttached = (part: MailPart) => part.isAttached || !part.type.startsWith('text/')
const rank = (part: MailPart) => (isAttached(part) ? 0 : 1)

function keysIn(part: MailPart, isInside: boolean): OfferedKey[] {
  const { type } = part
  const isKeyFile = type === 'application/pgp-keys'
  const isText = type.startsWith('text/')
  if (!isKeyFile && !isText && type !== 'application/octet-stream') return []
  const bytes = partBytes({ ...part, body: part.body.subarray(0, 2 * maxPartBytes) })
  const text = latin1(bytes.subarray(0, maxPartBytes))
  const source = isAttached(part) ? 'attached' : 'in_text'
  // A key as it is, without armor.
  if (isKeyFile && !text.includes(begin))
    return bytes.length > maxKeyBytes
      ? []
      : [{ kind: 'openpgp', source, isInside, mustBeNamed: false, bytes: bytes.slice() }]
  const blocks = type === 'text/html' ? [] : blocksIn(text)
  const isWhole = blocks.length === 1 && blocks[0] === text.replace(/^\xef\xbb\xbf/, '').trim()
  const mustBeNamed = !isKeyFile && !(isText && isWhole)
  const found = blocks.map(
    block =>
      ({ kind: 'openpgp', source, isInside, mustBeNamed, bytes: ascii(`${block}\n`) }) as const,
  )
  if (found.length > 0 || !isText) return found
  return ageRecipients(text).map(
    recipient => ({ kind: 'age', source, isInside, mustBeNamed: false, recipient }) as const,
  )
}

function blocksIn(text: string): string[] {
  const found: string[] = []
  for (let at = 0; found.length < maxKeys; ) {
    const from = text.indexOf(begin, at)
    const to = from < 0 ? -1 : text.indexOf(end, from)
    if (to < 0) break
    at = to + end.length
    if (at - from <= 2 * maxKeyBytes) found.push(text.slice(from, at))
  }
  return found
}

const ascii = (text: string) => Uint8Array.from(text, letter => letter.charCodeAt(0))

function ageRecipients(text: string): string[] {
  // What is quoted, others wrote. Mail programs break a hybrid recipient of 1959 letters over lines.
  const own = text.replaceAll(/^>.*$/gm, '')
  const joined = own.replaceAll(/=?\r?\n ?(?=[ac-hj-np-z02-9]{20})/g, '')
  const found = joined.match(/(?<![a-z0-9])age1[ac-hj-np-z02-9p1]{58,1960}(?![a-z0-9])/g) ?? []
  return [...new Set(found)].filter(isRecipient).slice(0, maxKeys)
}

function isRecipient(text: string): boolean {
  try {
    if (text.startsWith('age1pq1')) return decodeRecipient(text).length > 0
    return decodeBech32('age', text).length === 32
  } catch {
    return false
  }
}
