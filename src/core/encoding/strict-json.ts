// JSON without its ambiguities: no duplicate keys, no byte order mark, no lone surrogates, bounded depth
// (docs/protocol.md, "Plaintext"). Two readers of the same bytes must never see different things.

const loneSurrogate = /[\uD800-\uDFFF]/u
/** Halves of pairs as well: found much sooner, and long texts that seal bytes have none. */
const surrogate = /[\uD800-\uDFFF]/
const space = /[ \t\n\r]*/y
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const wordToken = /true|false|null/y

/** What the platform makes of one string or number: its own errors would tell a part of the text. */
function parseScalar(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError('malformed string')
  }
}

/**
 * Reads strict JSON. Errors never hold a part of the text.
 * @param maxDepth arrays and objects inside each other at most; the outermost counts as one
 * @param maxValues values at most, those of members and elements included: reading a flood of them costs more than
 *   its bytes
 * @throws SyntaxError
 */
export function parseStrictJson(
  text: string,
  maxDepth: number,
  maxValues = Number.POSITIVE_INFINITY,
): unknown {
  let at = 0
  let values = 0

  function token(pattern: RegExp): string | null {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) return null
    at += match[0].length
    return match[0]
  }

  function next(sign: string): boolean {
    token(space)
    if (text.charAt(at) !== sign) return false
    at++
    return true
  }

  function expect(sign: string): void {
    if (!next(sign)) throw new SyntaxError(`expected ${sign}`)
  }

  /** The place of the quote that ends the string which begins here. */
  function endOfString(): number {
    for (let end = text.indexOf('"', at + 1); end > 0; end = text.indexOf('"', end + 1)) {
      let backslashes = 0
      while (text.charAt(end - 1 - backslashes) === '\\') backslashes++
      if (backslashes % 2 === 0) return end
    }
    throw new SyntaxError('string without end')
  }

  function string(): string | null {
    if (text.charAt(at) !== '"') return null
    const end = endOfString() + 1
    const read = parseScalar(text.slice(at, end))
    if (typeof read !== 'string' || (surrogate.test(read) && loneSurrogate.test(read)))
      throw new SyntaxError('lone surrogate')
    at = end
    return read
  }

  function object(depth: number): Record<string, unknown> {
    const members = new Map<string, unknown>()
    if (next('}')) return {}
    do {
      token(space)
      const key = string()
      if (key === null) throw new SyntaxError('expected key')
      if (members.has(key)) throw new SyntaxError('duplicate key')
      if (key === '__proto__') throw new SyntaxError('forbidden key')
      expect(':')
      members.set(key, value(depth))
    } while (next(','))
    expect('}')
    return Object.fromEntries(members)
  }

  function array(depth: number): unknown[] {
    const elements: unknown[] = []
    if (next(']')) return elements
    do elements.push(value(depth))
    while (next(','))
    expect(']')
    return elements
  }

  function value(depth: number): unknown {
    if (++values > maxValues) throw new SyntaxError('too many values')
    token(space)
    const opening = text.charAt(at)
    if (opening === '{' || opening === '[') {
      if (depth === 0) throw new SyntaxError('too deep')
      at++
      return opening === '{' ? object(depth - 1) : array(depth - 1)
    }
    const quoted = string()
    if (quoted !== null) return quoted
    const scalar = token(wordToken) ?? token(numberToken)
    if (scalar === null) throw new SyntaxError('expected value')
    const parsed = parseScalar(scalar)
    if (typeof parsed === 'number' && !Number.isFinite(parsed))
      throw new SyntaxError('number out of range')
    return parsed
  }

  const whole = value(maxDepth)
  token(space)
  if (at !== text.length) throw new SyntaxError('expected end')
  return whole
}

/** JSON text in which every lone surrogate has become U+FFFD, so that a strict reader takes it. */
export function printStrictJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? member.replace(/[\uD800-\uDFFF]/gu, '\uFFFD') : member,
  )
}
