// Sealed requests that a mail carries (docs/protocol.md, "Request file"): attached as a file, or armored in its text, also
// in a mail that was forwarded as a whole. Everything else in the mail is looked at only to see whether it is more than that.
import type { Primitives } from '../crypto/primitives.js'
import {
  type CarriedRequest,
  findArmoredRequests,
  isRequestFile,
  maxRequestFileBytes,
  readRequestFile,
} from '../envelope/request-file.js'
import { type MailBudget, mailBudget, type MailPart, partBytes, readParts } from './parts.js'
import { lettersOf } from './text.js'

/** Requests that one mail may carry, and mails inside each other that are looked into. */
const maxRequests = 4
const maxForwarded = 3
/** Of a part in its transfer encoding: an armor with the marks of HTML around each line. */
const maxPartBytes = 4 * maxRequestFileBytes
/** Letters of parts that are read as text, together. */
const maxTextBytes = 8 * maxRequestFileBytes

export interface FoundRequests {
  readonly requests: readonly CarriedRequest[]
  /** The mail has words or attachments of its own: they are not lost beside the request. */
  readonly hasMore: boolean
}

/** Total: a mail that carries none gives none. */
export async function findRequests(
  p: Pick<Primitives, 'sha256'>,
  mail: Uint8Array,
): Promise<FoundRequests> {
  const files: Uint8Array[] = []
  const look = { files, textBytes: 0, left: mailBudget() }
  const hasMore = lookInto(look, mail, 0)
  const requests: CarriedRequest[] = []
  let damaged = files.length > maxRequests
  for (const file of files.slice(0, maxRequests)) {
    // One after the other: there is one, as a rule.
    // oxlint-disable-next-line no-await-in-loop
    const request = await readRequestFile(p, file)
    if (request === null) damaged = true
    else if (!requests.some(({ id }) => id === request.id)) requests.push(request)
  }
  return { requests, hasMore: hasMore || damaged }
}

interface Look {
  readonly files: Uint8Array[]
  textBytes: number
  /** Of the whole mail, with all mails in it. */
  readonly left: MailBudget
}

/** @returns whether something is in it that is no request */
function lookInto(look: Look, mail: Uint8Array, depth: number): boolean {
  const { parts, whole } = readParts(mail, look.left)
  // Of two forms of one text the plain one counts: the other says the same.
  const hasPlain = parts.some(part => part.type === 'text/plain' && !part.isAttached)
  let hasMore = !whole
  for (const part of parts) {
    if (hasPlain && part.type === 'text/html' && !part.isAttached) continue
    if (lookIntoPart(look, part, depth)) hasMore = true
  }
  return hasMore
}

function lookIntoPart(look: Look, part: MailPart, depth: number): boolean {
  const { body } = part
  if (part.type === 'message/rfc822' && depth < maxForwarded)
    return lookInto(look, partBytes(part), depth + 1)
  if (body.length > maxPartBytes) return true
  if (isRequestFile(partBytes({ ...part, body: body.subarray(0, 512) }))) {
    look.files.push(partBytes(part))
    return false
  }
  look.textBytes += body.length
  if (look.textBytes > maxTextBytes) return true
  const { files, rest } = findArmoredRequests(lettersOf(part))
  look.files.push(...files)
  if (files.length === 0 && !part.type.startsWith('text/')) return true
  // A line such as "-- " and quoting marks are no words.
  return /[\p{L}\p{N}]/u.test(rest)
}
