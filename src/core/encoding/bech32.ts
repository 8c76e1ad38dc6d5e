// Bech32 (BIP 173) without its length limit, as age writes recipients and identities.

const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const checkLetters = 6

/** What each value of the five bits that are shifted out adds to the checksum. */
const reductions = Int32Array.from({ length: 32 }, (_, top) =>
  generator.reduce((sum, term, bit) => (top & (1 << bit) ? sum ^ term : sum), 0),
)

/** The checksum of what stood before, and of these values. It has 30 bits. */
function polymod(before: number, values: Uint8Array): number {
  let check = before
  for (let at = 0; at < values.length; at++)
    check = ((check & 0x1ffffff) << 5) ^ (values[at] ?? 0) ^ (reductions[check >>> 25] ?? 0)
  return check
}

const none = 255
/** Value of each letter by its code, in both cases; `none` where it is no letter. */
const letterValues = new Uint8Array(128).fill(none)
for (const [value, letter] of Array.from(charset).entries())
  for (const one of [letter, letter.toUpperCase()]) letterValues[one.charCodeAt(0)] = value

function checkOfPrefix(prefix: string): number {
  const codes = Array.from(prefix, letter => letter.charCodeAt(0))
  return polymod(
    1,
    Uint8Array.of(...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)),
  )
}

/** Bytes as groups of five bits, the last one filled with zeros. */
function groupsOf(bytes: Uint8Array): Uint8Array {
  const groups = new Uint8Array(Math.ceil((bytes.length * 8) / 5))
  let bits = 0
  let count = 0
  let to = 0
  for (let at = 0; at < bytes.length; at++) {
    bits = ((bits << 8) | (bytes[at] ?? 0)) & 0xfff
    count += 8
    while (count >= 5) {
      count -= 5
      groups[to++] = (bits >> count) & 31
    }
  }
  if (count > 0) groups[to] = (bits << (5 - count)) & 31
  return groups
}

/** `null` where unused bits are set or a whole group is left over. */
function bytesOf(groups: Uint8Array): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((groups.length * 5) / 8))
  let bits = 0
  let count = 0
  let to = 0
  for (let at = 0; at < groups.length; at++) {
    bits = ((bits << 5) | (groups[at] ?? 0)) & 0xfff
    count += 5
    if (count >= 8) {
      count -= 8
      bytes[to++] = bits >> count
    }
  }
  return count >= 5 || (bits & ((1 << count) - 1)) !== 0 ? null : bytes
}

/** Bech32 in lower case. `prefix` is lower case too. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const words = groupsOf(bytes)
  const check = polymod(polymod(checkOfPrefix(prefix), words), new Uint8Array(checkLetters)) ^ 1
  const tail = [25, 20, 15, 10, 5, 0].map(shift => (check >>> shift) & 31)
  return `${prefix}1${[...words, ...tail].map(word => charset.charAt(word)).join('')}`
}

/**
 * Reads Bech32 with this prefix, all lower case or all upper case.
 * @throws RangeError on a wrong prefix, letter, case or checksum
 */
export function decodeBech32(prefix: string, text: string): Uint8Array {
  const isLower = text === text.toLowerCase()
  if (!isLower && text !== text.toUpperCase())
    throw new RangeError('"text" expected one case of letters')
  // Compared as they stand: there are letters beyond ASCII whose lower case is within (U+212A is a k).
  const expected = isLower ? `${prefix}1` : `${prefix}1`.toUpperCase()
  if (!text.startsWith(expected)) throw new RangeError('"text" expected another prefix')
  const start = expected.length
  const values = new Uint8Array(text.length - start)
  let seen = 0
  for (let at = 0; at < values.length; at++) {
    const value = letterValues[text.charCodeAt(start + at)] ?? none
    values[at] = value
    seen |= value
  }
  if (seen > 31) throw new RangeError('"text" expected letters of Bech32')
  if (values.length < checkLetters || polymod(checkOfPrefix(prefix), values) !== 1)
    throw new RangeError('"text" expected a valid checksum')
  const bytes = bytesOf(values.subarray(0, -checkLetters))
  if (bytes === null) throw new RangeError('"text" expected whole bytes')
  return bytes
}
