// Our reading and writing of age files against npm age-encryption, an implementation of others: seeded random files both
// ways, changed ones too, and every size and number of recipients that matters.
import { armor, Decrypter, Encrypter, Stanza } from 'age-encryption'
import t, { type Test } from 'tap'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { concatBytes, equalBytes, utf8 } from '../../src/core/encoding/bytes.js'
import { contextStanza } from '../../src/core/envelope/context.js'
import { sealHeader } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { wrapFileKey } from '../../src/core/envelope/seal.js'
import { payloadNonceBytes, sealPayload } from '../../src/core/envelope/stream.js'
import { seededRandom } from '../helper/random.js'
import { people, sampleContext } from '../helper/sample-content.js'

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
/** Files of each direction. */
const cases = isLong ? 10_000 : 60
const seed = Number(process.env['KHANCAP_TEST_SEED'] ?? 20_260_302)
t.setTimeout(isLong ? 7_200_000 : 300_000)

const p = await nodePrimitives()
const sets = [p, await libsodiumPrimitives(), purePrimitives()]
const everybody = people(p, 64)
const chunk = 65_536
const stanza = contextStanza(sampleContext('envelope'))

interface Shape {
  readonly recipients: readonly string[]
  readonly text: Uint8Array
  readonly isArmored: boolean
  readonly hasContext: boolean
}

async function seal(q: Primitives, shape: Shape): Promise<Uint8Array> {
  const fileKey = q.random(16)
  const stanzas = await wrapFileKey(q, n => q.random(n), fileKey, shape.recipients)
  const header = await sealHeader(q, fileKey, shape.hasContext ? [...stanzas, stanza] : stanzas)
  const payload = await sealPayload(q, fileKey, q.random(payloadNonceBytes), shape.text)
  const file = concatBytes(header, payload)
  return shape.isArmored ? utf8(armor.encode(file)) : file
}

async function sealByAge(shape: Shape): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of shape.recipients) encrypter.addRecipient(recipient)
  if (shape.hasContext)
    encrypter.addRecipient({ wrapFileKey: () => [new Stanza([...stanza.args], stanza.body)] })
  const file = await encrypter.encrypt(shape.text)
  return shape.isArmored ? utf8(armor.encode(file)) : file
}

/** @returns null where it is refused, or for somebody else */
async function openByAge(identity: string, file: Uint8Array): Promise<Uint8Array | null> {
  try {
    const isArmored = Buffer.from(file.subarray(0, 64)).toString().trimStart().startsWith('-----')
    const bytes = isArmored ? armor.decode(Buffer.from(file).toString('latin1')) : file
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    return await decrypter.decrypt(bytes)
  } catch {
    return null
  }
}

const open = (q: Primitives, identity: string, file: Uint8Array) =>
  openAgeFile(q, [identity], file).catch(() => null)

type Bytes = Uint8Array | null | undefined
const same = (one: Bytes, other: Bytes) => (one && other ? equalBytes(one, other) : !one && !other)

await t.test(`${cases} random files each way: no difference`, async t => {
  t.comment(`KHANCAP_TEST_SEED=${seed}`)
  const draw = seededRandom(seed)
  const below = (limit: number) => Math.floor(draw() * limit)
  const sizes = [0, 1, chunk - 1, chunk, chunk + 1]
  let refused = 0
  let opened = 0
  for (let index = 0; index < cases; index++) {
    const from = below(60)
    const readers = everybody.slice(from, from + 1 + below(3))
    const size = below(8) === 0 ? (sizes[below(sizes.length)] ?? 0) : below(3000)
    const shape: Shape = {
      recipients: readers.map(({ recipient }) => recipient),
      text: Uint8Array.from({ length: size }, () => below(256)),
      isArmored: below(2) === 0,
      hasContext: below(2) === 0,
    }
    const q = sets[below(sets.length)] ?? p
    const identity = readers[below(readers.length)]?.identity ?? ''
    const where = `seed ${seed}, file ${index}, ${q.name}`
    for (const file of [await seal(q, shape), await sealByAge(shape)]) {
      const ours = await open(q, identity, file)
      if (!same(ours?.plaintext, shape.text)) t.fail(`${where}: ours`)
      if ((ours?.context === null) === shape.hasContext) t.fail(`${where}: context`)
      if (!same(await openByAge(identity, file), shape.text)) t.fail(`${where}: age`)
      // One byte changed, put in or taken out, or the end cut off: both open it to the same, or neither.
      const at = below(file.length)
      const changed = [
        () => file.map((byte, place) => (place === at ? byte ^ (1 << below(8)) : byte)),
        () => concatBytes(file.subarray(0, at), file.subarray(at + 1)),
        () => concatBytes(file.subarray(0, at), Uint8Array.of(below(256)), file.subarray(at)),
        () => concatBytes(file.subarray(0, at), utf8('\n'), file.subarray(at)),
        () => file.slice(0, at),
      ][below(5)]?.()
      if (changed === undefined) throw new Error('change expected')
      const mine = await open(q, identity, changed)
      if (!same(mine?.plaintext, await openByAge(identity, changed)))
        t.fail(
          `${where}: changed at ${at}: ${mine === null ? 'only age opens it' : 'only we open it'}`,
        )
      if (mine === null) refused++
      else opened++
    }
  }
  t.comment(`${2 * cases} files, ${refused} changed ones refused by both, ${opened} opened by both`)
  t.equal(refused + opened, 2 * cases)
})

async function bothWays(t: Test, q: Primitives, count: number, size: number): Promise<void> {
  const readers = everybody.slice(0, count)
  const text = new Uint8Array(size)
  for (let at = 0; at < size; at += 7) text[at] = at % 251
  for (const isArmored of [false, true])
    for (const hasContext of isLong ? [false, true] : [isArmored]) {
      const recipients = readers.map(({ recipient }) => recipient)
      const shape = { recipients, text, isArmored, hasContext }
      const name = `${q.name}: ${count} recipients, ${size} bytes, ${isArmored ? 'armored' : 'binary'}, ${hasContext ? 'context' : 'none'}`
      const identity = readers[count - 1]?.identity ?? ''
      t.ok(same(await openByAge(identity, await seal(q, shape)), text), `${name}: age opens ours`)
      const theirs = await sealByAge(shape)
      const opened = await openAgeFile(q, [identity], theirs)
      t.ok(same(opened?.plaintext, text), `${name}: we open age's`)
      t.same(opened?.context, hasContext ? sampleContext('envelope') : null)
    }
}

await t.test('1, 5 and 64 recipients; nothing, a byte, a chunk, one more', async t => {
  for (const size of [0, 1, chunk, chunk + 1])
    for (const q of isLong ? sets : [p]) {
      await bothWays(t, q, 1, size)
      if (isLong || size === chunk + 1)
        for (const count of [5, 64]) await bothWays(t, q, count, size)
    }
})

await t.test('files of many chunks and lines', async t => {
  // Armor of 8 MB has more lines than a call takes arguments.
  const sizes = isLong ? [100_000_000] : [8_000_000]
  for (const size of sizes)
    for (const count of isLong ? [1, 5, 64] : [1]) {
      const readers = everybody.slice(0, count)
      const recipients = readers.map(({ recipient }) => recipient)
      const identity = readers[0]?.identity ?? ''
      const text = new Uint8Array(size)
      for (let at = 0; at < size; at += 4099) text[at] = at % 251
      for (const isArmored of isLong ? [false, true] : [true])
        for (const hasContext of isLong ? [false, true] : [true]) {
          const shape = { recipients, text, isArmored, hasContext }
          const ours = await seal(p, shape)
          const opened = await openAgeFile(p, [identity], ours)
          t.ok(same(opened?.plaintext, text), `${count} recipients, ${size} bytes: ours`)
          t.ok(same(await openByAge(identity, ours), text), 'age opens ours')
          const theirs = await openAgeFile(p, [identity], await sealByAge(shape))
          t.ok(same(theirs?.plaintext, text), "we open age's")
        }
    }
})

await t.test('a difference would be seen', async t => {
  const [reader] = everybody
  const text = utf8('x')
  const shape = { recipients: [reader?.recipient ?? ''], text, isArmored: false, hasContext: false }
  const file = await seal(p, shape)
  t.ok(same(await openByAge(reader?.identity ?? '', file), text))
  t.notOk(same(text, utf8('y')))
  t.notOk(same(text, null))
  t.ok(same(null, undefined))
  t.equal(await openByAge(everybody[1]?.identity ?? '', file), null)
  t.equal(parseHeader(file).stanzas.length, 1)
})
