// Reads the header of an age file (C2SP age, "Header"), as strictly as the ABNF; what a stanza may be is decided elsewhere.
import { decodeBase64Bare, decodeBase64BareLetters } from '../encoding/base64url.js'
import { concatBytes, equalBytes, fromPrintableLines, utf8 } from '../encoding/bytes.js'
import { type Header, lineLetters, macIntro, type Stanza, versionLine } from './header.js'

/** Bytes of a header at most. */
export const maxHeaderBytes = 131_072

const arrow = '-> '
const lineFeed = 10
const dash = 45

const firstLine = utf8(`${versionLine}\n`)

/** Behind the first line that begins with two dashes: of a header only that of the MAC does. */
function endOfHeader(head: Uint8Array): number {
  for (let at = firstLine.length; ; ) {
    const end = head.indexOf(lineFeed, at)
    if (end < 0) throw new SyntaxError('header without end')
    if (head[at] === dash && head[at + 1] === dash) return end + 1
    at = end + 1
  }
}

/** All of it becomes text in one call, of which lines are slices. It is ASCII: letters are where their bytes are. */
function textOf(bytes: Uint8Array): string {
  const text = fromPrintableLines(bytes)
  if (text === null) throw new SyntaxError('header with another character')
  return text
}

/**
 * Reads the header at the start of a file.
 * @throws SyntaxError, RangeError
 */
export function parseHeader(file: Uint8Array): Header {
  const head = file.subarray(0, maxHeaderBytes)
  if (!equalBytes(head.subarray(0, firstLine.length), firstLine))
    throw new SyntaxError('not an age v1 file')
  const bytes = head.subarray(0, endOfHeader(head))
  const text = textOf(bytes)
  let at = firstLine.length

  /** Goes on to the next line. There is one: the last has two dashes, which no body takes and behind which nothing is read. */
  function line(): number {
    const end = text.indexOf('\n', at)
    at = end + 1
    return end
  }

  function body(): Uint8Array {
    const parts: Uint8Array[] = []
    for (;;) {
      const letters = bytes.subarray(at, line())
      if (letters.length > lineLetters) throw new SyntaxError('stanza with a long line')
      parts.push(decodeBase64BareLetters(letters))
      if (letters.length < lineLetters) return concatBytes(...parts)
    }
  }

  const stanzas: Stanza[] = []
  const intros: Uint8Array[] = []
  for (;;) {
    const start = at
    const intro = text.slice(start, line())
    if (intro.startsWith(arrow)) {
      const args = intro.slice(arrow.length).split(' ')
      if (args.includes('')) throw new SyntaxError('stanza with an empty argument')
      intros.push(bytes.subarray(start + arrow.length, start + intro.length))
      stanzas.push({ args, body: body() })
      continue
    }
    if (!intro.startsWith(`${macIntro} `)) throw new SyntaxError('header with another line')
    const mac = decodeBase64Bare(intro.slice(macIntro.length + 1))
    if (mac.length !== 32 || stanzas.length === 0) throw new SyntaxError('header with a bad end')
    return { stanzas, intros, mac, covered: file.subarray(0, start + macIntro.length), length: at }
  }
}
