// The hashes that stand in for noble's in the sealing scripts: held against the platform's, at every length around a block.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { sha256, sha512 } from '../../src/core/crypto/sha2.js'
import { sha3_256, sha3_512, shake128, shake256 } from '../../src/core/crypto/sha3.js'
import { concatBytes, hex } from '../../src/core/encoding/bytes.js'

const fixed = [
  ['sha256', sha256],
  ['sha512', sha512],
  ['sha3-256', sha3_256],
  ['sha3-512', sha3_512],
] as const
const extendable = [
  ['shake128', shake128],
  ['shake256', shake256],
] as const

await t.test(
  'each hash gives the platform’s digest at every length up to three blocks and beyond',
  async t => {
    const lengths = [...Array.from({ length: 410 }, (_, length) => length), 1000, 55_800, 65_536]
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length * 13) & 255)
      for (const [name, hash] of fixed) {
        const expected = createHash(name).update(bytes).digest('hex')
        if (hex(hash(bytes)) !== expected) t.fail(`${name} of ${length} bytes`)
      }
      for (const [name, hash] of extendable) {
        const outputLength = length % 500
        const expected = createHash(name, { outputLength }).update(bytes).digest('hex')
        if (hex(hash(bytes, { dkLen: outputLength })) !== expected)
          t.fail(`${name} of ${length} bytes, ${outputLength} given out`)
      }
    }
    t.pass()
  },
)

await t.test('a sponge takes and gives in any pieces', async t => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
  const reads = fc.array(fc.nat(300), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(pieces, reads, (given, taken) => {
      for (const [name, { create }] of extendable) {
        const sponge = create()
        for (const piece of given) sponge.update(piece)
        const read = concatBytes(...taken.map(length => sponge.xofInto(new Uint8Array(length))))
        const whole = createHash(name, { outputLength: read.length })
        if (hex(read) !== whole.update(concatBytes(...given)).digest('hex')) return false
      }
      return true
    }),
    { seed: 20_261_122, numRuns: 200 },
  )
  const squeezed = shake128.create()
  squeezed.xofInto(new Uint8Array(1))
  t.throws(() => squeezed.update(new Uint8Array(1)), Error)
})
