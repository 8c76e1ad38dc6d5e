// Encodings have one spelling for each value and refuse every other.
import fc from 'fast-check'
import t from 'tap'
import {
  decodeBase64,
  decodeBase64Bare,
  decodeBase64url,
  encodeBase64,
  encodeBase64Bare,
  encodeBase64url,
  decodeBase64BareLetters,
  isBase64Bare,
} from '../../src/core/encoding/base64url.js'
import { decodeBech32, encodeBech32 } from '../../src/core/encoding/bech32.js'
import {
  bigEndian,
  concatBytes,
  equalBytes,
  fromBigEndian,
  fromHex,
  fromPrintableLines,
  fromUtf8,
  hex,
  utf8,
} from '../../src/core/encoding/bytes.js'
import { newCaseId, newClientId, newOutboxId } from '../../src/core/encoding/case-id.js'
import { floorToHour, formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { CaseId, ClientId, Timestamp } from '../../schemas/encoding.js'
import { OutboxId } from '../../schemas/job.js'

const bytes = fc.uint8Array({ maxLength: 200 })

await t.test('base64 in all spellings equals that of Node', t => {
  fc.assert(
    fc.property(bytes, raw => {
      const buffer = Buffer.from(raw)
      return (
        encodeBase64url(raw) === buffer.toString('base64url') &&
        encodeBase64(raw) === buffer.toString('base64') &&
        encodeBase64Bare(raw) === buffer.toString('base64').replace(/=+$/, '') &&
        equalBytes(decodeBase64url(encodeBase64url(raw)), raw) &&
        equalBytes(decodeBase64(encodeBase64(raw)), raw) &&
        equalBytes(decodeBase64Bare(encodeBase64Bare(raw)), raw)
      )
    }),
  )
  t.equal(encodeBase64url(Uint8Array.of(251, 255)), '-_8')
  t.equal(encodeBase64Bare(Uint8Array.of(251, 255)), '+/8')
  t.equal(encodeBase64(Uint8Array.of(251, 255)), '+/8=')
  t.end()
})

await t.test('base64 that is not canonical is refused', t => {
  for (const text of ['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA=', 'A+', '+w', 'AA\n', ' AA', 'é'])
    t.throws(() => decodeBase64url(text), RangeError, JSON.stringify(text))
  for (const text of ['-w', 'AB', 'AA==']) t.throws(() => decodeBase64Bare(text), RangeError, text)
  for (const text of ['AA', 'AA=', 'AA===', 'AB==', 'AAB=', 'AAA', 'AAAA=', '====', '='])
    t.throws(() => decodeBase64(text), RangeError, text)
  t.end()
})

await t.test('letters are looked at as strictly as they are decoded', t => {
  const isDecoded = (letters: Uint8Array) => {
    try {
      decodeBase64BareLetters(letters)
      return true
    } catch {
      return false
    }
  }
  const text = fc.string({
    unit: fc.constantFrom(...Array.from('AQgwBEI048+/-_= \n\u00e9')),
    maxLength: 9,
  })
  fc.assert(
    fc.property(fc.oneof(text, bytes.map(encodeBase64Bare)), letters => {
      const read = utf8(letters)
      return isBase64Bare(read) === isDecoded(read)
    }),
  )
  t.ok(isBase64Bare(utf8(encodeBase64Bare(new Uint8Array(1120).fill(255)))))
  t.notOk(isBase64Bare(utf8(`${'A'.repeat(1493)}B`)), 'bits beyond the last byte')
  t.end()
})

await t.test('lines are printable ASCII and line feeds, byte by byte', t => {
  for (let byte = 0; byte < 256; byte++) {
    const isPrintable = byte === 10 || (byte >= 32 && byte <= 126)
    const text = fromPrintableLines(Uint8Array.of(65, byte, 66))
    t.equal(text, isPrintable ? `A${String.fromCharCode(byte)}B` : null, `${byte}`)
  }
  t.equal(fromPrintableLines(new Uint8Array(0)), '')
  t.end()
})

await t.test('Bech32 reads what it writes, in both cases', t => {
  fc.assert(
    fc.property(bytes, raw => {
      const text = encodeBech32('age1pq', raw)
      return (
        equalBytes(decodeBech32('age1pq', text), raw) &&
        equalBytes(decodeBech32('age1pq', text.toUpperCase()), raw)
      )
    }),
  )
  // BIP 173, "Test vectors".
  t.equal(hex(decodeBech32('a', 'A12UEL5L')), '')
  t.equal(
    hex(decodeBech32('abcdef', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw')),
    '00443214c74254b635cf84653a56d7c675be77df',
  )
  t.end()
})

await t.test('Bech32 refuses every single wrong letter, mixed case and leftovers', t => {
  const text = encodeBech32('khancap-seed-', new Uint8Array(32).fill(5))
  for (let at = 0; at < text.length; at++) {
    const wrong = text[at] === 'q' ? 'p' : 'q'
    const changed = text.slice(0, at) + wrong + text.slice(at + 1)
    t.throws(() => decodeBech32('khancap-seed-', changed), RangeError, `letter ${at}`)
  }
  t.throws(() => decodeBech32('khancap-seed-', `K${text.slice(1)}`), RangeError)
  t.throws(() => decodeBech32('khancap-seed', text), RangeError)
  // KELVIN SIGN, whose lower case is a k: among the letters, and in the prefix.
  const kelvin = encodeBech32('a', new Uint8Array(32).fill(0xb5)).toUpperCase()
  t.match(kelvin, /K/)
  t.throws(() => decodeBech32('a', kelvin.replace('K', '\u212a')), RangeError)
  t.throws(() => decodeBech32('khancap-seed-', text.toUpperCase().replace('K', '\u212a')))
  t.throws(() => decodeBech32('khancap-seed-', text.slice(0, -1)), RangeError)
  t.throws(() => decodeBech32('a', 'a1'), RangeError)
  // One word of five bits, and eight bits with a set padding bit: valid checksums, no whole bytes.
  t.throws(() => decodeBech32('a', 'a1q3g6mn3'), RangeError)
  t.throws(() => decodeBech32('a', 'a1llttal5m'), RangeError)
  t.same(decodeBech32('a', 'a1lu9cgf6y'), [255])
  t.end()
})

await t.test('bytes: join, compare, integers, hexadecimal, UTF-8', t => {
  t.same(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), [1, 2, 3])
  t.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
  t.notOk(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
  t.notOk(equalBytes(Uint8Array.of(3, 2), Uint8Array.of(1, 2)))
  t.notOk(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)))
  t.notOk(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)))
  t.same(bigEndian(0x0102, 8), [0, 0, 0, 0, 0, 0, 1, 2])
  t.same(bigEndian(65_535, 2), [255, 255])
  t.throws(() => bigEndian(65_536, 2), RangeError)
  t.same(bigEndian(0, 2), [0, 0])
  t.throws(() => bigEndian(-1, 2), RangeError)
  t.throws(() => bigEndian(0.5, 2), RangeError)
  t.equal(fromBigEndian(bigEndian(Number.MAX_SAFE_INTEGER, 8)), Number.MAX_SAFE_INTEGER)
  t.throws(() => fromBigEndian(Uint8Array.of(0, 32, 0, 0, 0, 0, 0, 0)), RangeError)
  t.equal(hex(Uint8Array.of(0, 15, 255)), '000fff')
  t.same(fromHex('000fff'), [0, 15, 255])
  t.same(fromHex('0123456789abcdef'), [1, 35, 69, 103, 137, 171, 205, 239])
  for (const text of ['0', '0F', 'zz', '0x']) t.throws(() => fromHex(text), RangeError, text)
  t.equal(fromUtf8(utf8('ế 中 🆘')), 'ế 中 🆘')
  t.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), '\ufeffA')
  t.throws(() => fromUtf8(Uint8Array.of(0xc0, 0x80)), TypeError)
  t.throws(() => fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), TypeError)
  t.end()
})

await t.test('timestamps agree with the platform and come back', t => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), seconds => {
      const text = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
      return (
        formatTimestamp(seconds * 1000) === text &&
        formatTimestamp(seconds * 1000 + 999) === text &&
        parseTimestamp(text) === seconds * 1000 &&
        Timestamp.safeParse(text).success
      )
    }),
    { numRuns: 2000 },
  )
  t.end()
})

await t.test('timestamps at the edges, and dates that do not exist', t => {
  t.equal(formatTimestamp(0), '1970-01-01T00:00:00Z')
  t.equal(formatTimestamp(253_402_300_799_999), '9999-12-31T23:59:59Z')
  t.throws(() => formatTimestamp(253_402_300_800_000), RangeError)
  t.throws(() => formatTimestamp(-1), RangeError)
  t.throws(() => formatTimestamp(Number.NaN), RangeError)
  t.equal(parseTimestamp('2024-02-29T12:34:56Z'), Date.UTC(2024, 1, 29, 12, 34, 56))
  for (const text of [
    '2023-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T23:59:60Z',
    '1969-12-31T23:59:59Z',
    '2024-01-01T00:00:00.000Z',
    '2024-01-01T00:00:00+00:00',
    '2024-01-01 00:00:00Z',
    ' 2024-01-01T00:00:00Z',
    '',
  ])
    t.throws(() => parseTimestamp(text), RangeError, text)
  t.equal(floorToHour(3_600_000), 3_600_000)
  t.equal(floorToHour(7_199_999), 3_600_000)
  t.end()
})

await t.test('ids carry all their random bits', t => {
  const ones = { random: (count: number) => new Uint8Array(count).fill(255) }
  const zeros = { random: (count: number) => new Uint8Array(count) }
  t.equal(newCaseId(ones), `7${'z'.repeat(25)}`)
  t.equal(newCaseId(zeros), '0'.repeat(26))
  t.equal(newClientId(zeros), 'A'.repeat(22))
  t.equal(newOutboxId(zeros), '00000000-0000-4000-8000-000000000000')
  t.equal(newOutboxId(ones), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), drawn => {
      const random = () => drawn.slice()
      const value = BigInt(`0x${hex(drawn)}`)
      const digits = '0123456789abcdefghjkmnpqrstvwxyz'
      let read = 0n
      for (const digit of newCaseId({ random })) read = read * 32n + BigInt(digits.indexOf(digit))
      return (
        read === value &&
        CaseId.safeParse(newCaseId({ random })).success &&
        ClientId.safeParse(newClientId({ random })).success &&
        OutboxId.safeParse(newOutboxId({ random })).success
      )
    }),
  )
  t.end()
})
