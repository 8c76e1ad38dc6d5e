// Padding: exact buckets, and nothing else comes off again. docs/protocol.md, "Padding".
import fc from 'fast-check'
import t from 'tap'
import { equalBytes, utf8 } from '../../src/core/encoding/bytes.js'
import { isPaddedSize, pad, padme, paddedBytes, unpad } from '../../src/core/envelope/padding.js'

t.setTimeout(180_000)

/** Padmé as its authors write it, with the bit mask. */
function padmeByMask(length: number): number {
  if (length < 2) return length
  const e = Math.floor(Math.log2(length))
  const s = Math.floor(Math.log2(e)) + 1
  const z = e - s
  if (z <= 0) return length
  const mask = 2 ** z - 1
  return ((length + mask) >>> z) * 2 ** z
}

const object = (bytes: number) => utf8(`{${'x'.repeat(bytes - 2)}}`)

await t.test('padmé equals the mask of its paper, for every size up to a file', t => {
  for (let size = 0; size <= 270_000; size++)
    if (padme(size) !== padmeByMask(size)) t.fail(`${size}`)
  t.equal(padme(9), 10)
  t.equal(padme(4097), 4352)
  t.equal(padme(4352), 4352)
  t.equal(padme(100_000), 100_352)
  t.end()
})

await t.test('property: a bucket is a bucket, at most 12 % larger, and grows with the text', t => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300_000 }), size => {
      const bucket = paddedBytes('envelope', size)
      return (
        bucket > size &&
        bucket >= 4096 &&
        padme(bucket) === bucket &&
        isPaddedSize('envelope', bucket) &&
        (bucket === 4096 || bucket <= (size + 1) * 1.12) &&
        paddedBytes('envelope', size + 1) >= bucket
      )
    }),
    { numRuns: 3000 },
  )
  t.end()
})

await t.test('the smallest bucket: full at 4095 bytes of JSON, the next at 4096', t => {
  t.equal(paddedBytes('envelope', 2), 4096)
  t.equal(paddedBytes('envelope', 4095), 4096)
  t.equal(paddedBytes('envelope', 4096), 4352)
  for (const kind of ['envelope', 'addition', 'reply', 'note'] as const)
    t.equal(paddedBytes(kind, 100), 4096, kind)
  t.end()
})

await t.test('a slip has one size: full at 511 bytes, too long at 512', t => {
  t.equal(pad('slip', object(2)).length, 512)
  t.equal(pad('slip', object(511)).length, 512)
  t.throws(() => pad('slip', object(512)), RangeError)
  t.ok(isPaddedSize('slip', 512))
  for (const size of [0, 511, 513, 4096]) t.notOk(isPaddedSize('slip', size), `${size}`)
  t.end()
})

await t.test('sizes that are no bucket', t => {
  for (const size of [0, 1, 512, 4095, 4097, 4351, 4353, 262_143])
    t.notOk(isPaddedSize('envelope', size), `${size}`)
  for (const size of [4096, 4352, 4608, 262_144]) t.ok(isPaddedSize('envelope', size), `${size}`)
  t.end()
})

await t.test('property: what is padded comes off again, and in no other bucket', t => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20_000 }), size => {
      const padded = pad('envelope', object(size))
      if (!equalBytes(unpad('envelope', padded), object(size))) return false
      for (const other of [padded.length - 1, padded.length + 1, padme(padded.length + 1)]) {
        if (other <= size) continue
        const wrong = new Uint8Array(other).fill(0x20)
        wrong.set(object(size))
        wrong[other - 1] = 0x0a
        try {
          unpad('envelope', wrong)
          return false
        } catch {}
      }
      return true
    }),
    { numRuns: 300 },
  )
  t.end()
})

await t.test('one mutation each: refused', t => {
  const padded = pad('envelope', object(100))
  const change = (at: number, to: number) => {
    const changed = padded.slice()
    changed[at] = to
    return changed
  }
  const refused: Record<string, Uint8Array> = {
    'no line feed': change(4095, 0x20),
    'carriage return': change(4095, 0x0d),
    'two line feeds': change(4094, 0x0a),
    'a letter among the spaces': change(2000, 0x78),
    'a tab among the spaces': change(2000, 0x09),
    'a space in front': change(0, 0x20),
    'an array': change(0, 0x5b),
    'a last byte that is no brace': change(99, 0x78),
    nothing: new Uint8Array(0),
    'only a line feed': Uint8Array.of(0x0a),
    'a slip in an envelope': pad('slip', object(100)),
  }
  t.same(unpad('envelope', padded), object(100))
  for (const [name, text] of Object.entries(refused))
    t.throws(() => unpad('envelope', text), RangeError, name)
  t.throws(() => unpad('slip', padded), RangeError, 'an envelope in a slip')
  t.end()
})
