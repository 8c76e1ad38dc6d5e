// Seeded mutations of a corpus. They know what the formats are made of (lines, words, JSON values, base64, lengths), so
// that most of what they make gets past the first check.

export type Draw = () => number

/** Bytes that mean something to one of the formats. */
const bytesThatTell = Uint8Array.from(
  '00 01 09 0a 0d 20 22 2d 2e 3d 3e 5c 7b 7d 7e 7f 80 bf c0 e2 ed ef f4 ff'.split(' '),
  byte => Number.parseInt(byte, 16),
)

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39

/** Where a text may be cut so that the parts are parts of its format. */
const borders = new Set(Array.from('\n ",:;=()[]{}-', letter => letter.charCodeAt(0)))

export interface Mutator {
  /** A whole number from 0 to below `limit`. */
  readonly below: (limit: number) => number
  readonly pick: <T>(list: ArrayLike<T>) => T
  readonly mutate: (seed: Uint8Array, other: Uint8Array) => Uint8Array
}

function splice(bytes: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array {
  const made = new Uint8Array(from + between.length + Math.max(0, bytes.length - to))
  made.set(bytes.subarray(0, from))
  made.set(between, from)
  made.set(bytes.subarray(to), from + between.length)
  return made
}

/**
 * @param words of the format: put in whole
 * @param maxBytes nothing larger is made
 */
export function mutator(draw: Draw, words: readonly Uint8Array[], maxBytes: number): Mutator {
  const below = (limit: number) => Math.floor(draw() * limit)
  function pick<T>(list: ArrayLike<T>): T {
    const one = list[below(list.length)]
    if (one === undefined) throw new RangeError('"list" expected something')
    return one
  }
  const place = (bytes: Uint8Array) => below(bytes.length + 1)

  /** A part between two borders, or anywhere. */
  function part(bytes: Uint8Array): [number, number] {
    let from = place(bytes)
    if (draw() < 0.3) return [from, Math.min(bytes.length, from + below(40))]
    while (from > 0 && !borders.has(bytes[from - 1] ?? 0)) from--
    let to = from
    for (let count = 1 + below(4); count > 0 && to < bytes.length; count--) {
      to++
      while (to < bytes.length && !borders.has(bytes[to] ?? 0)) to++
    }
    return [from, to]
  }

  const step: ((bytes: Uint8Array, other: Uint8Array) => Uint8Array)[] = [
    bytes => {
      const changed = bytes.slice()
      const at = below(bytes.length)
      changed[at] = (changed[at] ?? 0) ^ (1 << below(8))
      return changed
    },
    bytes => {
      const changed = bytes.slice()
      if (changed.length > 0) changed[below(bytes.length)] = pick(bytesThatTell)
      return changed
    },
    bytes => {
      const changed = bytes.slice()
      if (changed.length > 0) changed[below(bytes.length)] = below(256)
      return changed
    },
    bytes => {
      const at = place(bytes)
      return splice(bytes, at, at, Uint8Array.of(pick(bytesThatTell)))
    },
    bytes => {
      const at = place(bytes)
      return words.length === 0 ? bytes : splice(bytes, at, at, pick(words))
    },
    bytes => {
      const [from, to] = part(bytes)
      return words.length === 0 ? bytes : splice(bytes, from, to, pick(words))
    },
    bytes => {
      const [from, to] = part(bytes)
      return splice(bytes, from, to, new Uint8Array(0))
    },
    bytes => {
      const [from, to] = part(bytes)
      return splice(bytes, to, to, bytes.slice(from, to))
    },
    bytes => {
      const [from, to] = part(bytes)
      const at = place(bytes)
      return splice(bytes, at, at, bytes.slice(from, to))
    },
    (bytes, other) => {
      const [from, to] = part(bytes)
      const [start, end] = part(other)
      return splice(bytes, from, to, other.slice(start, end))
    },
    (bytes, other) => {
      const at = place(bytes)
      return splice(bytes, at, bytes.length, other.slice(below(other.length + 1)))
    },
    // A length or a number, a little or far off.
    bytes => {
      let at = place(bytes)
      while (at < bytes.length && !isDigit(bytes[at] ?? 0)) at++
      if (at === bytes.length) return bytes
      const number = pick([
        '0',
        '00',
        '1',
        '9',
        '-1',
        '1e9',
        '1e400',
        '9007199254740993',
        '0x1',
        '.5',
      ])
      return splice(bytes, at, at + 1, new TextEncoder().encode(number))
    },
    bytes => bytes.slice(0, place(bytes)),
  ]

  /** The same part again and again: what is read in more than linear time shows here. */
  function grow(bytes: Uint8Array): Uint8Array {
    const [from, to] = part(bytes)
    const unit = bytes.slice(from, to)
    const times = Math.min(
      1 + below(20_000),
      Math.floor((maxBytes - bytes.length) / (unit.length || 1)),
    )
    if (times < 1 || unit.length === 0) return bytes
    const run = new Uint8Array(unit.length * times)
    for (let at = 0; at < run.length; at += unit.length) run.set(unit, at)
    return splice(bytes, to, to, run)
  }

  return {
    below,
    pick,
    mutate(seed, other) {
      if (below(2048) === 0) return grow(seed)
      let made = seed
      for (let count = 1 + below(below(4) === 0 ? 8 : 2); count > 0; count--)
        made = pick(step)(made, other)
      return made.length > maxBytes ? made.slice(0, maxBytes) : made
    },
  }
}
