// An attachment is an age file of its own: sealed from any place on with the same bytes, opened by stock age, pinned by a
// digest over its pieces.
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { Decrypter } from 'age-encryption'
import t from 'tap'
import { maxAttachmentBytes } from '../../schemas/sealed.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { joinedSource, sourceOf } from '../../src/core/attachment/byte-source.js'
import { FileUnreadable } from '../../src/core/attachment/file-unreadable.js'
import {
  attachmentHeaderBytes,
  attachmentIdentity,
  attachmentSealer,
  isAttachmentHead,
  isSealedAttachmentSize,
  pieceBytes,
  pieceDigest,
  sealedAttachmentBytes,
} from '../../src/core/attachment/sealed-attachment.js'
import { concatBytes, equalBytes } from '../../src/core/encoding/bytes.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import { sealAddition } from '../../src/core/envelope/seal.js'
import { people, sampleAddition } from '../helper/sample-content.js'

t.setTimeout(120_000)
const node = await nodePrimitives()
const libsodium = await libsodiumPrimitives()
/** As a browser with a cipher of its own: it takes the text at once, and ends in an order of its own. */
const withBulk: Primitives = {
  ...libsodium,
  bulkSealer: async key => async (nonce, plain, into) => {
    const sealed = node.aeadSeal(key, nonce, plain)
    await new Promise(resolve => setTimeout(resolve, randomInt(3)))
    into.set(sealed)
  },
  aeadSeal(key, nonce, plain, ad, into) {
    if (into !== undefined) throw new Error('chunks are for the bulk cipher')
    return libsodium.aeadSeal(key, nonce, plain, ad)
  },
}
const all: readonly (Primitives & { readonly title?: string })[] = [
  node,
  libsodium,
  purePrimitives(),
  { ...withBulk, title: 'a cipher of the platform' },
]

/** The definition, in other words. */
function digestOf(text: Uint8Array): Buffer {
  const over = createHash('sha256')
  for (let at = 0; at < text.length; at += 1024 * 1024)
    over.update(
      createHash('sha256')
        .update(text.subarray(at, at + 1024 * 1024))
        .digest(),
    )
  return over.digest()
}

for (const p of all)
  await t.test(
    `${p.title ?? p.name}: what is sealed in parts is one file that stock age opens`,
    async t => {
      for (const size of [0, 1, 4096, 65_536, 65_537, 200_000]) {
        const text = new Uint8Array(randomBytes(size))
        const sealer = await attachmentSealer(p, sourceOf(text))
        t.equal(sealer.bytes, sealedAttachmentBytes(size))
        const parts: Uint8Array[] = []
        let at = 0
        while (at < sealer.bytes) {
          const part = await sealer.part(at, at + 70_000)
          parts.push(part)
          at += part.length
        }
        const whole = concatBytes(...parts)
        t.equal(whole.length, sealer.bytes, `${size} bytes`)
        t.ok(isSealedAttachmentSize(whole.length))
        t.ok(isAttachmentHead(whole.subarray(0, 2000)))
        for (const from of [0, 1, 1000, attachmentHeaderBytes, 1643, 1644, 60_000, 68_000, 90_000])
          if (from < whole.length)
            t.ok(
              equalBytes(
                await sealer.part(from, from + 1),
                whole.subarray(from, from + (await sealer.part(from, from + 1)).length),
              ),
              `again from ${from}`,
            )
        t.same(Buffer.from(await sealer.digest()), digestOf(text))
        const decrypter = new Decrypter()
        decrypter.addIdentity(sealer.identity)
        const opened = await decrypter.decrypt(whole)
        t.ok(equalBytes(opened.subarray(0, size), text))
        t.ok(
          opened.subarray(size).every(byte => byte === 0),
          'zeros behind it',
        )
      }
    },
  )

await t.test('the digest is taken once and in order, however parts come again', async t => {
  const text = new Uint8Array(randomBytes(3 * pieceBytes + 5))
  const sealer = await attachmentSealer(node, sourceOf(text))
  for (const [from, to] of [
    [0, 500_000],
    [100_000, 1_200_000],
    [65_536, 70_000],
    [1_150_000, 2_500_000],
    [2_000_000, sealer.bytes],
    [sealer.bytes - 1, sealer.bytes],
  ] as const)
    await sealer.part(from, to)
  t.same(Buffer.from(await sealer.digest()), digestOf(text))
  const digest = pieceDigest(node)
  for (let at = 0; at < text.length; at += 99_991) await digest.take(text.subarray(at, at + 99_991))
  t.same(Buffer.from(await digest.end()), digestOf(text))
})

for (const p of all)
  await t.test(`${p.title ?? p.name}: what was taken into a digest may change at once`, async t => {
    const text = new Uint8Array(randomBytes(3 * pieceBytes + 5))
    // One that holds no whole piece, one that is a piece, one that holds several.
    for (const size of [99_991, pieceBytes, 2 * pieceBytes + 7]) {
      const digest = pieceDigest(p)
      const reused = new Uint8Array(size)
      for (let at = 0; at < text.length; at += size) {
        const part = text.subarray(at, at + size)
        reused.set(part)
        await digest.take(reused.subarray(0, part.length))
        reused.fill(0)
      }
      t.same(Buffer.from(await digest.end()), digestOf(text), `${size} at once`)
    }
  })

for (const p of all)
  await t.test(
    `${p.title ?? p.name}: parts in the memory of those before are the same bytes`,
    async t => {
      const text = new Uint8Array(randomBytes(300_000))
      const read = new Uint8Array(150_000)
      // What was read is good until the next is read, too.
      const reused = {
        bytes: text.length,
        read: async (from: number, to: number) => {
          read.fill(0xee)
          read.set(text.subarray(from, to))
          return read.subarray(0, to - from)
        },
      }
      const sealer = await attachmentSealer(p, reused)
      const whole = concatBytes(
        (await sealer.part(0, 100_000)).slice(),
        (await sealer.part(132_747, 200_000)).slice(),
        (await sealer.part(263_851, sealer.bytes)).slice(),
      )
      t.equal(whole.length, sealer.bytes)
      const large = new ArrayBuffer(200_000)
      // One that is exactly as large as needed, and one that lacks a byte.
      for (const [from, to, spare, isTaken] of [
        [0, 100_000, large, true],
        [132_747, 200_000, large, true],
        [0, 2000, new ArrayBuffer(67_195), true],
        [0, 2000, new ArrayBuffer(67_194), false],
        [131_072, 131_073, new ArrayBuffer(0), false],
        [262_200, sealer.bytes, large, true],
      ] as const) {
        new Uint8Array(spare).fill(0xdd)
        const part = await sealer.part(from, to, spare)
        t.equal(part.buffer === spare, isTaken, `from ${from}`)
        t.ok(equalBytes(part, whole.subarray(from, from + part.length)), `the same from ${from}`)
        t.ok(from + part.length >= Math.min(to, sealer.bytes))
      }
      t.same(Buffer.from(await sealer.digest()), digestOf(text))
    },
  )

await t.test('a cipher of the platform that fails in the middle gives no part', async t => {
  const sealed: number[] = []
  const failing: Primitives = {
    ...withBulk,
    bulkSealer: async () => async (nonce, _plain, into) => {
      const index = nonce[10] ?? 0
      if (index === 2) throw new Error('no memory')
      sealed.push(index)
      into.fill(1)
    },
  }
  const sealer = await attachmentSealer(failing, sourceOf(new Uint8Array(1_000_000)))
  await t.rejects(sealer.part(0, 1_000_000), { message: 'no memory' })
  t.ok(sealed.length > 0)
})

await t.test('a file that has changed under the sealing ends it', async t => {
  const text = randomBytes(100_000)
  const sealer = await attachmentSealer(node, {
    bytes: text.length,
    read: async (from, to) => text.subarray(from, to - 1),
  })
  const error: unknown = await sealer.part(0, 100_000).catch((thrown: unknown) => thrown)
  t.ok(error instanceof FileUnreadable)
})

for (const p of all)
  await t.test(`${p.title ?? p.name}: no place is ever sealed with a second text`, async t => {
    const text = new Uint8Array(randomBytes(200_000))
    const sealer = await attachmentSealer(p, sourceOf(text))
    const begin = await sealer.part(0, 150_000)
    // The last chunk before the one in front of it: a server may ask for any place.
    const end = await sealer.part(198_299, sealer.bytes)
    const again = await sealer.part(70_000, 150_000)
    t.ok(equalBytes(again, begin.subarray(70_000)), 'the same text')
    text.fill(7, 100_000, 100_016)
    text.fill(7, 199_984)
    const changed = { message: 'the file has changed' }
    for (const [from, to] of [
      [0, 150_000],
      [70_000, 70_001],
      [198_299, sealer.bytes],
      [199_000, sealer.bytes],
    ] as const)
      await t.rejects(sealer.part(from, to), changed, `from ${from}`)
    const unchanged = await sealer.part(0, 60_000)
    t.ok(equalBytes(unchanged, begin.subarray(0, 67_195)), 'where nothing changed')
    text.fill(0, 199_984)
    await t.rejects(sealer.part(198_299, sealer.bytes), changed, 'a third text')
    t.equal(end.length, sealer.bytes - 198_299)
  })

await t.test('sizes fill buckets, and nothing else is the size of an attachment', t => {
  t.equal(sealedAttachmentBytes(maxAttachmentBytes), 104_884_843)
  t.ok(isSealedAttachmentSize(sealedAttachmentBytes(maxAttachmentBytes)))
  t.equal(sealedAttachmentBytes(0), sealedAttachmentBytes(4096))
  for (const size of [0, 100, 1643, 5754, 5756, sealedAttachmentBytes(5000) + 1, 104_884_842])
    t.notOk(isSealedAttachmentSize(size), String(size))
  t.end()
})

await t.test('only the header of an attachment passes for one', async t => {
  const sealer = await attachmentSealer(node, sourceOf(new Uint8Array(10)))
  const whole = await sealer.part(0, sealer.bytes)
  for (const at of [0, 30, 100, 1590]) {
    const changed = whole.slice()
    changed[at] = 0x20
    t.notOk(isAttachmentHead(changed), `byte ${at}`)
  }
  t.notOk(isAttachmentHead(randomBytes(2000)))
  t.notOk(isAttachmentHead(whole.subarray(0, 1000)))
  const [one, two] = people(node, 2).map(({ recipient }) => recipient)
  const addition = await sealAddition(node, sampleAddition(), [one ?? '', two ?? ''])
  t.notOk(isAttachmentHead(addition.bytes), 'an addition')
})

await t.test('who has the reply key opens a manifest, and nobody else does', async t => {
  const replyKey = new Uint8Array(randomBytes(32))
  const identity = await attachmentIdentity(node, replyKey)
  for (const p of all) t.equal(await attachmentIdentity(p, replyKey), identity, p.name)
  const sealed = await sealAddition(node, sampleAddition(), [recipientOf(node, identity)])
  t.ok(await openAgeFile(node, [identity], sealed.bytes))
  const other = await attachmentIdentity(node, new Uint8Array(randomBytes(32)))
  t.equal(await openAgeFile(node, [other], sealed.bytes), null)
})

await t.test('pieces of a source read as one file, from anywhere', async t => {
  const text = new Uint8Array(randomBytes(1000))
  const own = Uint8Array.of(1, 2, 3)
  const joined = joinedSource(sourceOf(text), [{ from: 10, to: 20 }, own, { from: 500, to: 1000 }])
  const whole = concatBytes(text.subarray(10, 20), own, text.subarray(500))
  t.equal(joined.bytes, whole.length)
  for (const [from, to] of [
    [0, 513],
    [5, 12],
    [10, 13],
    [12, 14],
    [13, 513],
    [7, 7],
  ] as const)
    t.ok(equalBytes(await joined.read(from, to), whole.subarray(from, to)), `${from} to ${to}`)
})
