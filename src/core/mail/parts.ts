// The parts of a mail (RFC 2045, 2046): a bounded walk over its bytes, lenient and total. Time grows with the size times
// the depth, which is bounded. Nothing here runs, renders or fetches what a mail holds.
import { charsetOf, decodeBytes } from '../subject-tags/charsets.js'
import { decodeSubject } from '../subject-tags/decode.js'
import { latin1 } from './latin1.js'
import { type MailHeader, readHeader } from './header.js'

/** Parts inside each other that are looked into. */
export const maxDepth = 12
/** Parts that are listed; what comes after them is left in the mail. */
export const maxParts = 500
/** Lines that are looked at for boundaries, at all depths together: what a second is enough for, whatever the mail. */
export const maxLines = 4_000_000

/** Of a boundary, compared in the time that a line takes otherwise. */
const bytesLikeOneLine = 16

/** What may still be looked at. Where a mail holds mails, one for all of them: each with its own would be minutes. */
export interface MailBudget {
  lines: number
  parts: number
}

/** What one mail may take, with the mails in it. */
export const mailBudget = (): MailBudget => ({ lines: maxLines, parts: maxParts })

export interface MailPart {
  /** type/subtype in lower case. */
  readonly type: string
  readonly charset: string | null
  /** As its sender named it, decoded; null where it has no name. Never a path that may be used. */
  readonly name: string | null
  readonly isAttached: boolean
  readonly encoding: string
  /** Still in its transfer encoding. */
  readonly body: Uint8Array
}

export interface MailParts {
  readonly header: MailHeader
  readonly parts: readonly MailPart[]
  /** False where a bound was reached or a part has no end. */
  readonly whole: boolean
}

/** @param left is used up by what is read */
export function readParts(mail: Uint8Array, left = mailBudget()): MailParts {
  const parts: MailPart[] = []
  const header = readHeader(mail)
  const whole = walk({ parts, left }, header, mail.subarray(header.bodyAt), 0)
  return { header, parts, whole: whole && header.whole }
}

interface Walk {
  readonly parts: MailPart[]
  readonly left: MailBudget
}

function walk(work: Walk, header: MailHeader, body: Uint8Array, depth: number): boolean {
  const { left, parts } = work
  const { type, parameters } = contentType(header.first('content-type'))
  const boundary = parameters.get('boundary') ?? ''
  if (!type.startsWith('multipart/') || boundary === '') {
    if (left.parts <= 0) return false
    left.parts--
    const disposition = contentType(header.first('content-disposition'))
    const name = disposition.parameters.get('filename') ?? parameters.get('name') ?? null
    parts.push({
      type,
      charset: parameters.get('charset') ?? null,
      name: name === null ? null : decodeSubject(name).text.slice(0, 255),
      isAttached: disposition.type === 'attachment' || (name !== null && !type.startsWith('text/')),
      encoding: (header.first('content-transfer-encoding') ?? '').trim().toLowerCase(),
      body,
    })
    return true
  }
  if (depth >= maxDepth) return false
  const found = split(work, body, boundary)
  let whole = found.ended
  for (const part of found.parts) {
    const inner = readHeader(part)
    if (!walk(work, inner, part.subarray(inner.bodyAt), depth + 1)) whole = false
    if (left.parts <= 0) return false
  }
  return whole
}

/** The stretches between the lines of a boundary (RFC 2046 §5.1.1); without a last line, up to the end. */
function split(
  work: Walk,
  body: Uint8Array,
  boundary: string,
): { parts: Uint8Array[]; ended: boolean } {
  const mark = Uint8Array.from(`--${boundary.slice(0, 200)}`, letter => letter.charCodeAt(0) & 0xff)
  const parts: Uint8Array[] = []
  let from = -1
  for (let at = 0; at <= body.length - mark.length; ) {
    if (work.left.lines-- <= 0) break
    const same = sameBytes(body, at, mark)
    // What is almost a boundary takes as long as one.
    work.left.lines -= Math.floor(same / bytesLikeOneLine)
    if (same === mark.length) {
      if (from >= 0) parts.push(body.subarray(from, withoutLineEnd(body, from, at)))
      if (parts.length > maxParts) return { parts, ended: false }
      const after = at + mark.length
      if (body[after] === 0x2d && body[after + 1] === 0x2d) return { parts, ended: true }
      from = nextLine(body, after)
      at = from
    } else at = nextLine(body, at)
  }
  if (from >= 0 && from < body.length) parts.push(body.subarray(from))
  return { parts, ended: false }
}

/** How many bytes at a place are those of a mark. */
function sameBytes(bytes: Uint8Array, at: number, mark: Uint8Array): number {
  let same = 0
  while (same < mark.length && bytes[at + same] === mark[same]) same++
  return same
}

function nextLine(bytes: Uint8Array, at: number): number {
  const found = bytes.indexOf(0x0a, at)
  return found < 0 ? bytes.length : found + 1
}

/** The line end before a boundary belongs to the boundary. */
function withoutLineEnd(bytes: Uint8Array, from: number, at: number): number {
  let end = at
  if (end > from && bytes[end - 1] === 0x0a) end--
  if (end > from && bytes[end - 1] === 0x0d) end--
  return end
}

/** A value with parameters (RFC 2045 §5.1, RFC 2231 in its simple form). */
function contentType(value: string | null): { type: string; parameters: Map<string, string> } {
  const text = (value ?? 'text/plain').replaceAll(/\r?\n/g, ' ').slice(0, 4000)
  const [type = ''] = text.split(';', 1)
  const parameters = new Map<string, string>()
  const pattern =
    /;\s{0,20}([\w!#$%&'+.^`|~-]{1,40})(\*\d{1,2}\*?|\*)?\s{0,20}=\s{0,20}(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;"]{0,1000}))/g
  for (const [, name = '', extended = '', quoted, bare = ''] of text.matchAll(pattern)) {
    const raw = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare
    const key = name.toLowerCase()
    const piece = extended.endsWith('*') ? percentDecoded(raw) : raw
    parameters.set(key, /^\*[1-9]/.test(extended) ? `${parameters.get(key) ?? ''}${piece}` : piece)
  }
  return { type: type.trim().toLowerCase().slice(0, 100), parameters }
}

/** charset'language'%XX… */
function percentDecoded(value: string): string {
  const [, charset = 'utf-8', text = value] = /^([\w-]{0,40})'[\w-]{0,20}'(.*)$/s.exec(value) ?? []
  const bytes = text
    .replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .split('')
    .map(letter => letter.charCodeAt(0) & 0xff)
  return decodeBytes(Uint8Array.from(bytes), charsetOf(charset)).text
}

/** The bytes of a part without its transfer encoding. */
export function partBytes({ body, encoding }: MailPart): Uint8Array {
  if (encoding === 'base64') return fromBase64(body)
  return encoding === 'quoted-printable' ? fromQuotedPrintable(body) : body
}

/** The text of a part in its charset; what cannot be read becomes U+FFFD. */
export function partText(part: MailPart): string {
  const charset = charsetOf(part.charset ?? 'utf-8')
  return decodeBytes(partBytes(part), charset).text
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Of = Int8Array.from({ length: 256 }, (_, code) =>
  base64Letters.indexOf(String.fromCharCode(code)),
)

function fromBase64(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4) + 3)
  let length = 0
  let bits = 0
  let count = 0
  for (const byte of body) {
    if (byte === 0x3d) count = 0
    const value = base64Of[byte] ?? -1
    if (value < 0) continue
    bits = ((bits << 6) | value) & 0xffff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[length++] = bits >> count
    }
  }
  return bytes.subarray(0, length)
}

function fromQuotedPrintable(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length)
  let length = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    if (byte !== 0x3d) {
      bytes[length++] = byte
      continue
    }
    const digits = latin1(body.subarray(at + 1, at + 3))
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      bytes[length++] = Number.parseInt(digits, 16)
      at += 2
    } else if (digits.startsWith('\n')) at += 1
    else if (digits === '\r\n') at += 2
    else bytes[length++] = byte
  }
  return bytes.subarray(0, length)
}
