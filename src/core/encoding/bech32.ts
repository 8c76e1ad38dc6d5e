// Bech32 (BIP 173) without its length limit, as age writes recipients and identities.

const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** What each value of the five bits that are shifted out adds to the checksum. */
const reductions = Array.from({ length: 32 }, (_, top) =>
  generator.reduce((sum, term, bit) => (top & (1 << bit) ? sum ^ term : sum), 0),
)

function polymod(values: readonly number[]): number {
  let check = 1
  for (const value of values)
    check = ((check & 0x1ffffff) << 5) ^ value ^ (reductions[check >>> 25] ?? 0)
  return check >>> 0
}

/** Value of each letter by its code; what is not listed is no letter. */
const letterValues = new Map(Array.from(charset, (letter, value) => [letter.charCodeAt(0), value]))

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, letter => letter.charCodeAt(0))
  return [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)]
}

/** Regroups bits. `null` where unused bits are set or a whole group is left over. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean) {
  const groups: number[] = []
  let bits = 0
  let count = 0
  for (const value of values) {
    bits = ((bits << from) | value) & 0xfff
    count += from
    while (count >= to) {
      count -= to
      groups.push((bits >> count) & ((1 << to) - 1))
    }
  }
  const rest = bits & ((1 << count) - 1)
  if (pad) return count > 0 ? [...groups, rest << (to - count)] : groups
  return count >= from || rest !== 0 ? null : groups
}

/** Bech32 in lower case. `prefix` is lower case too. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5, true) ?? []
  const check = polymod([...expandPrefix(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const tail = [25, 20, 15, 10, 5, 0].map(shift => (check >>> shift) & 31)
  return `${prefix}1${[...words, ...tail].map(word => charset.charAt(word)).join('')}`
}

/**
 * Reads Bech32 with this prefix, all lower case or all upper case.
 * @throws RangeError on a wrong prefix, letter, case or checksum
 */
export function decodeBech32(prefix: string, text: string): Uint8Array {
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase())
    throw new RangeError('"text" expected one case of letters')
  if (!lower.startsWith(`${prefix}1`)) throw new RangeError('"text" expected another prefix')
  const values: number[] = []
  for (let at = prefix.length + 1; at < lower.length; at++) {
    const value = letterValues.get(lower.charCodeAt(at))
    if (value === undefined) throw new RangeError('"text" expected letters of Bech32')
    values.push(value)
  }
  if (values.length < 6 || polymod([...expandPrefix(prefix), ...values]) !== 1)
    throw new RangeError('"text" expected a valid checksum')
  const bytes = regroup(values.slice(0, -6), 5, 8, false)
  if (bytes === null) throw new RangeError('"text" expected whole bytes')
  return Uint8Array.from(bytes)
}
