// Both ways with npm age-encryption: what we seal, it opens; what it seals, we open. With one file that is ours down to
// the context stanza, as an independent client would make it from docs/protocol.md.
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  identityToRecipient,
  Stanza,
} from 'age-encryption'
import t from 'tap'
import type { SlipContent } from '../../schemas/sealed.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { contextStanza } from '../../src/core/envelope/context.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openAgeFile, openEnvelope, openSlip } from '../../src/core/envelope/open.js'
import { sealEnvelope, sealSlip } from '../../src/core/envelope/seal.js'
import {
  people,
  sampleContext,
  sampleEnvelope,
  sampleOrigin,
  sampleSlip,
} from '../helper/sample-content.js'

t.setTimeout(180_000)

const p = await nodePrimitives()
const sets = [p, await libsodiumPrimitives(), purePrimitives()]
const chunk = 65_536

await t.test('keys: its recipient of our identity is ours, and the other way round', async t => {
  for (const q of sets) {
    const ours = newAgeIdentity(q)
    t.equal(await identityToRecipient(ours), recipientOf(q, ours), q.name)
    const theirs = await generateHybridIdentity()
    t.equal(recipientOf(q, theirs), await identityToRecipient(theirs), q.name)
  }
})

for (const q of sets)
  await t.test(`${q.name}: it opens what we seal, for 1, 5 and 64 recipients`, async t => {
    for (const count of [1, 5, 64]) {
      const readers = people(q, count)
      const content = sampleEnvelope(q, readers[0]?.recipient ?? '')
      const { bytes } = await sealEnvelope(
        q,
        content,
        readers.map(reader => reader.recipient),
      )
      for (const reader of [readers[0], readers[count - 1]]) {
        const decrypter = new Decrypter()
        decrypter.addIdentity(reader?.identity ?? '')
        const text = await decrypter.decrypt(bytes, 'text')
        t.match(text, /^\{.*\} *\n$/)
        t.same(JSON.parse(text), content)
      }
      const decrypter = new Decrypter()
      decrypter.addIdentity(await generateHybridIdentity())
      await t.rejects(decrypter.decrypt(bytes), /no identity matched/)
    }
  })

for (const q of sets)
  await t.test(`${q.name}: we open what it seals, of every interesting length`, async t => {
    for (const count of [1, 5, 64])
      for (const length of count === 1 ? [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk] : [1]) {
        const readers = people(q, count)
        const encrypter = new Encrypter()
        for (const { recipient } of readers) encrypter.addRecipient(recipient)
        const file = await encrypter.encrypt(new Uint8Array(length).fill(0x61))
        const opened = await openAgeFile(q, [readers[count - 1]?.identity ?? ''], file)
        t.equal(opened?.plaintext.length, length, `${count} recipients, ${length} bytes`)
        t.ok(opened?.plaintext.every(byte => byte === 0x61))
        t.equal(opened?.context, null, 'context absent')
        t.equal(await openAgeFile(q, [newAgeIdentity(q)], file), null)
      }
  })

await t.test(
  'an independent client: its file with our stanza and padding is a slip of ours',
  async t => {
    const [router] = people(p, 1)
    const content: SlipContent = sampleSlip()
    const stanza = contextStanza(content.context)
    const make = async (text: string) => {
      const encrypter = new Encrypter()
      encrypter.addRecipient(router?.recipient ?? '')
      encrypter.addRecipient({ wrapFileKey: () => [new Stanza([...stanza.args], stanza.body)] })
      return encrypter.encrypt(text)
    }
    const file = await make(`${JSON.stringify(content).padEnd(511, ' ')}\n`)
    t.same(inspectSealed(file), { context: content.context, recipients: 1 })
    const expected = { origin: sampleOrigin, kind: 'slip' } as const
    t.same(await openSlip(p, [router?.identity ?? ''], file, expected), content)
    const spaced = await make(`${JSON.stringify(content, null, 1).padEnd(511, ' ')}\n`)
    t.same(
      await openSlip(p, [router?.identity ?? ''], spaced, expected),
      content,
      'JSON with spaces',
    )
  },
)

await t.test(
  'stock age opens a slip and an addition of ours too: unknown stanzas are ignored',
  async t => {
    const [router] = people(p, 1)
    const { bytes } = await sealSlip(p, sampleSlip(), router?.recipient ?? '')
    const opened = await openAgeFile(p, [router?.identity ?? ''], bytes)
    t.same(opened?.context, sampleContext('slip'))
    t.equal(fromUtf8(opened?.plaintext ?? utf8('')).length, 512)
  },
)

await t.test(
  'an X25519 recipient beside ours is no envelope, though age would take it',
  async t => {
    const [reader] = people(p, 1)
    const content = sampleEnvelope(p, reader?.recipient ?? '')
    const stanza = contextStanza(content.context)
    const encrypter = new Encrypter()
    encrypter.addRecipient(reader?.recipient ?? '')
    encrypter.addRecipient('age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj')
    encrypter.addRecipient({ wrapFileKey: () => [new Stanza([...stanza.args], stanza.body)] })
    const file = await encrypter.encrypt(`${JSON.stringify(content).padEnd(4095, ' ')}\n`)
    const expected = { origin: sampleOrigin, kind: 'envelope' } as const
    t.throws(() => inspectSealed(file), { code: 'envelope_malformed' })
    await t.rejects(openEnvelope(p, [reader?.identity ?? ''], file, expected), {
      code: 'sealed_unreadable',
    })
    t.ok(await openAgeFile(p, [reader?.identity ?? ''], file))
  },
)
