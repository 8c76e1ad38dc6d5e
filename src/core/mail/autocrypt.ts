// The key of an Autocrypt header (Autocrypt 1.1 §2.1). It proves nothing: whoever writes a mail chooses its header.
import { decodeBase64 } from '../encoding/base64url.js'
import type { MailHeader } from './header.js'

/** Bytes of a key that is looked at: RSA with 4096 bits and a few signatures have a twentieth of it. */
export const maxKeyBytes = 131_072

/**
 * @param from the one sender of the mail
 * @returns null where no header, or more than one, is valid for that sender
 */
export function autocryptKey(
  header: Pick<MailHeader, 'fields' | 'first'>,
  from: string,
): Uint8Array | null {
  const type = (header.first('content-type') ?? '').trim().toLowerCase()
  if (type.startsWith('multipart/report')) return null
  const keys = header.fields
    .filter(({ name }) => name === 'autocrypt')
    .map(({ value }) => keyFor(value, from))
    .filter(key => key !== null)
  const [only = null, ...more] = keys
  return more.length === 0 ? only : null
}

function keyFor(value: string, from: string): Uint8Array | null {
  const attributes = new Map<string, string>()
  for (const attribute of value.replaceAll(/\r?\n/g, '').split(';')) {
    const at = attribute.indexOf('=')
    const name = attribute.slice(0, at).trim().toLowerCase()
    if (at > 0 && !attributes.has(name)) attributes.set(name, attribute.slice(at + 1).trim())
  }
  // What begins with an underscore may be passed over; anything else that is not known makes the header none.
  const known = ['addr', 'keydata', 'prefer-encrypt']
  if ([...attributes.keys()].some(name => !known.includes(name) && !name.startsWith('_')))
    return null
  if (attributes.get('addr')?.toLowerCase() !== from.toLowerCase()) return null
  const text = (attributes.get('keydata') ?? '').replaceAll(/[ \t]/g, '')
  if (text === '' || text.length > Math.ceil(maxKeyBytes / 3) * 4) return null
  try {
    const key = decodeBase64(text)
    return key.length <= maxKeyBytes ? key : null
  } catch {
    return null
  }
}
