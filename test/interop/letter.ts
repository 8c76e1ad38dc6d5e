// A router that reads letters, written from docs/protocol.md ("Letter") and docs/openapi.json. It shares no line with the project.
import { createHmac, hkdfSync } from 'node:crypto'
import * as z from 'zod'
import { type Known, open, sha256, verifies } from './client.js'
import { documented, strictJson } from './documented.js'

const utf8 = (text: string) => Buffer.from(text, 'utf8')
const Content = z.object({ message: z.string(), key: z.string(), signature: z.string() })
const Letter = z.object({ by: z.string(), case: z.string(), reply: z.string(), to: z.string() })

/**
 * What is to leave by mail, read only after its signature has verified.
 * @param known where the writer has to be in it: a handler whose key is valid
 * @returns null where it is for somebody else
 * @throws Error where it must not be sent
 */
export async function readLetter(
  sealed: Buffer,
  identity: string,
  expected: { readonly origin: string; readonly known?: Known },
): Promise<z.infer<typeof Letter> | null> {
  const opened = await open(sealed, identity, { ...expected, kind: 'letter' })
  if (opened === null) return null
  const { key, message, signature } = Content.parse(opened)
  const signed = Buffer.concat([utf8('khancap/v1/letter\0'), sha256(utf8(message))])
  if (!verifies(Buffer.from(key, 'base64url'), signed, Buffer.from(signature, 'base64url')))
    throw new Error('a letter with another signature')
  const read = documented('LetterMessage', strictJson(utf8(message), 6))
  const { by } = Letter.parse(read)
  const writer = expected.known?.directory.handlers.find(one => one.id === by)
  if (expected.known !== undefined && writer?.signing_keys.some(one => one.key === key) !== true)
    throw new Error('a letter of nobody in the directory')
  return Letter.loose().parse(read)
}

/** What stands before the @ of its Message-ID. @param id a UUID */
export function nameOfLetter(identity: string, id: string): string {
  const key = Buffer.from(hkdfSync('sha256', identity, '', 'khancap/v1/letter-key', 32))
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  const mac = createHmac('sha256', key).update('khancap/v1/letter-name\0').update(bytes).digest()
  return Buffer.concat([bytes, mac.subarray(0, 16)]).toString('hex')
}
