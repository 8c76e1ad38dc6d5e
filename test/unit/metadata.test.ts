// Hidden data leaves a picture and the picture stays, bit by bit. What is damaged is named, and never half cleaned.
import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import t from 'tap'
import { type ByteSource, sourceOf } from '../../src/core/attachment/byte-source.js'
import { orientationBlock, orientationIn } from '../../src/core/attachment/orientation.js'
import { stripMetadata } from '../../src/core/attachment/strip.js'
import {
  exifBlock,
  jpegSegment,
  plainJpeg,
  plainPng,
  plainWebp,
  pngChunk,
  secret,
  tellingJpeg,
  tellingPng,
  tellingWebp,
  webpChunk,
  webpData,
  webpFrame,
  webpOf,
} from '../helper/pictures.js'

async function stripped(bytes: Uint8Array): Promise<Buffer> {
  const found = await stripMetadata(sourceOf(bytes))
  if (found.outcome !== 'stripped') throw new Error(found.outcome)
  return Buffer.from(await found.source.read(0, found.source.bytes))
}
const outcomeOf = async (bytes: Uint8Array) => (await stripMetadata(sourceOf(bytes))).outcome

const pictures = [
  { name: 'JPEG', plain: plainJpeg, telling: tellingJpeg },
  { name: 'PNG', plain: plainPng, telling: tellingPng },
  { name: 'WebP', plain: plainWebp, telling: tellingWebp },
] as const

for (const { name, plain, telling } of pictures) {
  await t.test(`${name}: nothing of what it told is left`, async t => {
    for (const orientation of [null, 1, 6]) {
      const bytes = telling(orientation)
      t.ok(bytes.includes(secret), 'it is there before')
      const clean = await stripped(bytes)
      for (const word of [secret, 'preview', 'Photoshop', 'ICC', 'iCCP', 'tIME', 'XMP', 'prVt'])
        t.notOk(clean.includes(word), word)
      t.same(await stripped(clean), clean, 'and nothing more goes the second time')
    }
  })

  await t.test(`${name}: one without hidden data stays as it is`, async t => {
    t.same(await stripped(plain), plain)
  })

  await t.test(`${name}: which way up it is shown is kept, and nothing beside it`, async t => {
    for (let orientation = 2; orientation <= 8; orientation++) {
      const clean = await stripped(telling(orientation))
      t.ok(clean.includes(Buffer.from(orientationBlock(orientation))), String(orientation))
    }
    for (const none of [null, 0, 1, 9])
      t.notOk((await stripped(telling(none))).includes('\x01\x12\x00\x03'), String(none))
  })

  await t.test(`${name}: one that ends early is damaged, wherever it ends`, async t => {
    const end = plain.length
    for (let length = 12; length < end; length++)
      t.equal(await outcomeOf(plain.subarray(0, length)), 'damaged', `${length} bytes`)
  })
}

await t.test('JPEG: of the segments only what decoders need stays, in order', async t => {
  const clean = await stripped(tellingJpeg(6))
  const markers: number[] = []
  for (let at = 2; clean[at + 1] !== 0xda; at += 2 + clean.readUInt16BE(at + 2))
    markers.push(clean[at + 1] ?? 0)
  t.same(markers, [0xe0, 0xe1, 0xee, 0xdb, 0xc0, 0xc4, 0xc4])
  t.same(clean.subarray(-3), plainJpeg.subarray(-3), 'the coded picture and its end')
  t.same(clean.subarray(2, 20), jpegSegment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0'), 'no preview')
})

await t.test('JPEG: coded data is never taken for a marker, however long', async t => {
  const data = Buffer.concat([
    Buffer.from([0xff, 0x00, 0xff, 0xd0, 0xff, 0xd7]),
    Buffer.alloc(65_530, 7),
    Buffer.from([0xff, 0x00]),
    Buffer.alloc(65_535, 8),
    Buffer.from([0xff, 0x00, 0x12]),
  ])
  for (let shift = 0; shift < 6; shift++) {
    const bytes = Buffer.concat([Buffer.alloc(shift, 1), data])
    t.ok((await stripped(tellingJpeg(null, bytes))).includes(bytes), `shifted by ${shift}`)
  }
})

await t.test('JPEG: comments between the scans of a progressive picture go too', async t => {
  const second = Buffer.concat([
    Buffer.from([0x11]),
    jpegSegment(0xfe, secret),
    jpegSegment(0xe1, secret),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x22]),
  ])
  const clean = await stripped(tellingJpeg(null, second))
  t.notOk(clean.includes(secret))
  t.ok(clean.includes(jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]))))
})

await t.test('JPEG: markers that belong to no picture are damage', async t => {
  for (const marker of [0x01, 0x02, 0xbf, 0xc8, 0xf0, 0xfd])
    t.equal(
      await outcomeOf(
        Buffer.concat([plainJpeg.subarray(0, 2), jpegSegment(marker, 'x'), plainJpeg.subarray(2)]),
      ),
      'damaged',
      marker.toString(16),
    )
  t.equal(await outcomeOf(Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0])), 'damaged')
})

await t.test('PNG: a chunk that nobody can do without is damage, if it is unknown', async t => {
  const head = plainPng.subarray(0, 33)
  const withChunk = (chunk: Buffer) => Buffer.concat([head, chunk, plainPng.subarray(33)])
  t.equal(await outcomeOf(withChunk(pngChunk('UNKN', ''))), 'damaged')
  t.equal(await outcomeOf(withChunk(pngChunk('IHDR', ''))), 'damaged')
  t.same(await stripped(withChunk(pngChunk('unKn', 'x'))), plainPng)
  t.equal(
    await outcomeOf(Buffer.concat([plainPng.subarray(0, 8), plainPng.subarray(33)])),
    'damaged',
  )
})

await t.test('WebP: flags say what is there, and frames hold pictures only', async t => {
  t.equal((await stripped(tellingWebp(null)))[20], 0)
  t.equal((await stripped(tellingWebp(6)))[20], 0x08)
  t.equal(
    (await stripped(tellingWebp(6))).readUInt32LE(4),
    (await stripped(tellingWebp(6))).length - 8,
  )
  t.same(await stripped(webpFrame(webpData)), webpFrame(webpData))
  t.equal(
    await outcomeOf(webpFrame(Buffer.concat([webpData, webpChunk('EXIF', secret)]))),
    'damaged',
  )
  t.equal(await outcomeOf(webpOf(webpChunk('XMP ', secret))), 'damaged')
})

await t.test('orientation is read in both orders of bytes, from sound blocks only', t => {
  for (const little of [true, false]) {
    t.equal(orientationIn(exifBlock(3, little)), 3)
    for (let length = 0; length < 34; length++)
      t.equal(orientationIn(exifBlock(3, little).subarray(0, length)), null)
  }
  t.equal(orientationIn(orientationBlock(8)), 8)
  t.end()
})

await t.test('other kinds are not looked into', async t => {
  for (const bytes of [
    Buffer.from('%PDF-1.7 and so on'),
    Buffer.alloc(0),
    randomBytes(3),
    Buffer.from('RIFFxxxxWAVEfmt '),
  ])
    t.equal(await outcomeOf(bytes), 'other')
})

await t.test('a large picture is never held as a whole', async t => {
  const bytes = tellingJpeg(6, Buffer.alloc(20_000_000, 9))
  let longest = 0
  const source: ByteSource = {
    bytes: bytes.length,
    async read(from, to) {
      longest = Math.max(longest, to - from)
      return bytes.subarray(from, to)
    },
  }
  const found = await stripMetadata(source)
  t.equal(found.outcome, 'stripped')
  t.ok(longest <= 65_536, `${longest} bytes at once`)
})

const runs = process.env['KHANCAP_TEST_LONG'] === '1' ? 20_000 : 600

for (const { name, telling } of pictures)
  await t.test(
    `${name}: whatever is changed in it, it is refused, or clean, and stays so`,
    async t => {
      const bytes = telling(6)
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
          fc.nat(bytes.length),
          async (changes, cut) => {
            const changed = Buffer.from(bytes)
            for (const [at, byte] of changes) changed[at] = byte
            const file = changed.subarray(0, cut % 3 === 0 ? cut : bytes.length)
            const found = await stripMetadata(sourceOf(file))
            if (found.outcome !== 'stripped') return
            const clean = Buffer.from(await found.source.read(0, found.source.bytes))
            const again = await stripMetadata(sourceOf(clean))
            if (again.outcome !== 'stripped') throw new Error(`cleaned, then ${again.outcome}`)
            if (!Buffer.from(await again.source.read(0, again.source.bytes)).equals(clean))
              throw new Error('cleaned twice is not cleaned once')
          },
        ),
        { numRuns: runs },
      )
      t.pass(`${runs} runs`)
    },
  )
