// Keys that a mail brings for the answer: an Autocrypt header, an OpenPGP key that is attached or stands in the text, an age
// recipient. Nothing proves whose they are; the handler is told where each comes from.
import { decodeBech32 } from '../../src/core/encoding/bech32.js'
import { decodeRecipient } from '../../src/core/envelope/age-keys.js'
import { autocryptKey, maxKeyBytes } from '../../src/core/mail/autocrypt.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import { type MailPart, partBytes } from '../../src/core/mail/parts.js'
import type { OpenedMail } from '../case/carried-mail.js'

export type KeySource = 'autocrypt' | 'attached' | 'in_text'

export type OfferedKey =
  | { readonly kind: 'openpgp'; readonly source: KeySource; readonly bytes: Uint8Array }
  | { readonly kind: 'age'; readonly source: KeySource; readonly recipient: string }

/** Keys of one mail, and bytes of a part in which they are looked for. */
const maxKeys = 8
const maxPartBytes = 262_144

const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----'
const end = '-----END PGP PUBLIC KEY BLOCK-----'

/** The ones that Autocrypt, an attachment and the text bring, in this order. */
export function offeredKeys({ parts: mail }: OpenedMail, from: string): OfferedKey[] {
  const header = autocryptKey(mail.header, from)
  const found: OfferedKey[] =
    header === null ? [] : [{ kind: 'openpgp', source: 'autocrypt', bytes: header }]
  const attachedFirst = mail.parts.toSorted((one, other) => rank(one) - rank(other))
  for (const part of attachedFirst) {
    if (found.length >= maxKeys) break
    found.push(...keysIn(part))
  }
  return found.slice(0, maxKeys)
}

const rank = (part: MailPart) => (sourceOf(part) === 'attached' ? 0 : 1)

function sourceOf({ isAttached, type }: MailPart): KeySource {
  return isAttached || !type.startsWith('text/') ? 'attached' : 'in_text'
}

function keysIn(part: MailPart): OfferedKey[] {
  const source = sourceOf(part)
  const bytes = partBytes({ ...part, body: part.body.subarray(0, 2 * maxPartBytes) })
  const text = latin1(bytes.subarray(0, maxPartBytes))
  const from = text.indexOf(begin)
  const to = from < 0 ? -1 : text.indexOf(end, from)
  const block = to < 0 ? null : text.slice(from, to + end.length)
  if (block !== null && block.length <= 2 * maxKeyBytes)
    return [{ kind: 'openpgp', source, bytes: ascii(`${block}\n`) }]
  // A key as it is, without armor.
  if (part.type === 'application/pgp-keys' && from < 0 && bytes.length <= maxKeyBytes)
    return [{ kind: 'openpgp', source, bytes }]
  return ageRecipients(text).map(recipient => ({ kind: 'age', source, recipient }))
}

const ascii = (text: string) => Uint8Array.from(text, letter => letter.charCodeAt(0))

function ageRecipients(text: string): string[] {
  // Mail programs break a hybrid recipient of 1959 letters over lines.
  const joined = text.replaceAll(/=?\r?\n>? ?(?=[ac-hj-np-z02-9]{20})/g, '')
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
