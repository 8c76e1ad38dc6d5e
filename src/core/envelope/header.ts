// The header of an age file (C2SP age, "Header"): version line, stanzas, MAC. Reading is as strict as the ABNF; what a
// stanza may be is decided elsewhere.
import { decodeBase64Bare, encodeBase64Bare } from '../encoding/base64url.js'
import { concatBytes, equalBytes, fromPrintable, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'

/** Bytes of a header at most. */
export const maxHeaderBytes = 131_072

const versionLine = 'age-encryption.org/v1'
const macIntro = '---'
const lineLetters = 64
const lineFeed = 10
const empty = new Uint8Array(0)

export interface Stanza {
  readonly args: readonly string[]
  readonly body: Uint8Array
}

export interface Header {
  readonly stanzas: readonly Stanza[]
  readonly mac: Uint8Array
  /** What the MAC covers: everything up to and including the three dashes. */
  readonly covered: Uint8Array
  /** Bytes of the header, its last line feed included. */
  readonly length: number
}

/**
 * Reads the header at the start of a file.
 * @throws SyntaxError, RangeError
 */
export function parseHeader(file: Uint8Array): Header {
  const head = file.subarray(0, maxHeaderBytes)
  let at = 0

  function line(): string {
    const end = head.indexOf(lineFeed, at)
    if (end < 0) throw new SyntaxError('header without end')
    const text = fromPrintable(head.subarray(at, end))
    if (text === null) throw new SyntaxError('header with another character')
    at = end + 1
    return text
  }

  function body(): Uint8Array {
    const parts: Uint8Array[] = []
    for (;;) {
      const text = line()
      if (text.length > lineLetters) throw new SyntaxError('stanza with a long line')
      parts.push(decodeBase64Bare(text))
      if (text.length < lineLetters) return concatBytes(...parts)
    }
  }

  if (line() !== versionLine) throw new SyntaxError('not an age v1 file')
  const stanzas: Stanza[] = []
  for (;;) {
    const start = at
    const intro = line()
    if (intro.startsWith('-> ')) {
      const args = intro.slice(3).split(' ')
      if (args.includes('')) throw new SyntaxError('stanza with an empty argument')
      stanzas.push({ args, body: body() })
      continue
    }
    if (!intro.startsWith(`${macIntro} `)) throw new SyntaxError('header with another line')
    const mac = decodeBase64Bare(intro.slice(macIntro.length + 1))
    if (mac.length !== 32 || stanzas.length === 0) throw new SyntaxError('header with a bad end')
    return { stanzas, mac, covered: file.subarray(0, start + macIntro.length), length: at }
  }
}

export function printStanza(stanza: Stanza): string {
  const body = encodeBase64Bare(stanza.body)
  const lines = [`-> ${stanza.args.join(' ')}`]
  for (let from = 0; from <= body.length; from += lineLetters)
    lines.push(body.slice(from, from + lineLetters))
  return `${lines.join('\n')}\n`
}

/** HMAC-SHA256 over the header with a key derived from the file key. */
function headerMac(p: Primitives, fileKey: Uint8Array, covered: Uint8Array): Promise<Uint8Array> {
  return p.hkdfSha256(fileKey, empty, utf8('header'), 32).then(key => p.hmacSha256(key, covered))
}

/** A whole header, MAC included. */
export async function sealHeader(
  p: Primitives,
  fileKey: Uint8Array,
  stanzas: readonly Stanza[],
): Promise<Uint8Array> {
  const covered = utf8(`${versionLine}\n${stanzas.map(printStanza).join('')}${macIntro}`)
  const mac = await headerMac(p, fileKey, covered)
  return concatBytes(covered, utf8(` ${encodeBase64Bare(mac)}\n`))
}

/** Whether this file key made the header. */
export async function verifyHeader(
  p: Primitives,
  fileKey: Uint8Array,
  header: Header,
): Promise<boolean> {
  return equalBytes(header.mac, await headerMac(p, fileKey, header.covered))
}
