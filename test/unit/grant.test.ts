// Grants: one more reader opens the stored envelope, by a new header that its granter signs. docs/protocol.md, "Grant".
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { concatBytes, utf8 } from '../../src/core/encoding/bytes.js'
import { contextStanza } from '../../src/core/envelope/context.js'
import { grantBytes, inspectGrant, verifyGrant } from '../../src/core/envelope/grant.js'
import { printContent } from '../../src/core/envelope/content.js'
import { sealPayload } from '../../src/core/envelope/stream.js'
import { sealHeader } from '../../src/core/envelope/header.js'
import { makeGrant, openEnvelope, openGranted } from '../../src/core/envelope/open.js'
import { sealEnvelope, wrapFileKey } from '../../src/core/envelope/seal.js'
import { newPerson, sampleContext, sampleEnvelope, sampleOrigin } from '../helper/sample-content.js'

const p = await nodePrimitives()
const [granter, reader, second, stranger] = [newPerson(p), newPerson(p), newPerson(p), newPerson(p)]
const seed = p.random(32)
const key = p.ed25519PublicKey(seed)
const content = sampleEnvelope(p, newPerson(p).recipient)
const sealed = await sealEnvelope(p, content, [granter.recipient])
const expected = { origin: sampleOrigin, kind: 'envelope' } as const
const order = {
  caseId: '0123456789abcdefghjkmnpqrs',
  reader: 'en-1',
  recipient: reader.recipient,
  seed,
}

async function grant(recipient = reader.recipient) {
  const made = await makeGrant(p, [granter.identity], sealed.bytes, { ...order, recipient })
  if (made === null) throw new Error('grant expected')
  return made
}

await t.test('the new reader opens the envelope with the grant, and not without it', async t => {
  const { header } = await grant()
  t.same(inspectGrant(header), { context: content.context })
  t.equal(await openEnvelope(p, [reader.identity], sealed.bytes, expected), null)
  t.same(await openEnvelope(p, [reader.identity], sealed.bytes, expected, [header]), content)
  t.equal(await openEnvelope(p, [stranger.identity], sealed.bytes, expected, [header]), null)
})

await t.test('who can open tells true headers from others, also those for others', async t => {
  const mine = await grant()
  const other = await sealEnvelope(p, content, [granter.recipient])
  const foreign = await makeGrant(p, [granter.identity], other.bytes, order)
  if (foreign === null) throw new Error('grant expected')
  const cut = mine.header.subarray(0, -1)
  const headers = [mine.header, foreign.header, cut, mine.header, new Uint8Array(0)]
  for (const { identity } of [granter, reader])
    t.strictSame(await openGranted(p, [identity], sealed.bytes, expected, headers), {
      content,
      text: printContent('envelope', content),
      fits: [true, false, false, true, false],
    })
  const moved = await sealEnvelope(
    p,
    { ...content, context: { ...content.context, directory_sequence: 4 } },
    [granter.recipient],
  )
  t.strictSame(
    (await openGranted(p, [granter.identity], moved.bytes, expected, [mine.header]))?.fits,
    [false],
    'another context',
  )
  t.equal(await openGranted(p, [stranger.identity], sealed.bytes, expected, headers), null)
  const slip = { ...expected, kind: 'slip' } as const
  t.ok(await openGranted(p, [granter.identity], sealed.bytes, slip, []), 'an envelope, whatever')
})

await t.test('who was let in can let in the next', async t => {
  const { header } = await grant()
  const next = await makeGrant(
    p,
    [reader.identity],
    sealed.bytes,
    { ...order, recipient: second.recipient },
    [header],
  )
  t.same(
    await openEnvelope(p, [second.identity], sealed.bytes, expected, [
      next?.header ?? new Uint8Array(0),
    ]),
    content,
  )
})

await t.test('who cannot open cannot let anybody in', async t => {
  t.equal(await makeGrant(p, [stranger.identity], sealed.bytes, order), null)
  await t.rejects(
    makeGrant(p, [granter.identity], sealed.bytes, { ...order, recipient: 'age1pq1' }),
    { code: 'recipient_unusable' },
  )
  const lying = { ...p, ed25519Sign: () => new Uint8Array(64) }
  await t.rejects(makeGrant(lying, [granter.identity], sealed.bytes, order), {
    code: 'primitives_faulty',
  })
  await t.rejects(makeGrant(p, [granter.identity], sealed.bytes.subarray(1), order), {
    code: 'sealed_unreadable',
  })
})

await t.test('rubbish among the grants does not hide the true one', async t => {
  const { header } = await grant()
  const changed = header.slice()
  changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1
  const grants = [new Uint8Array(0), utf8('x'), changed, sealed.bytes, header]
  t.same(await openEnvelope(p, [reader.identity], sealed.bytes, expected, grants), content)
  t.equal(
    await openEnvelope(p, [reader.identity], sealed.bytes, expected, grants.slice(0, -1)),
    null,
  )
})

await t.test('a grant for another file, or with another context, opens nothing', async t => {
  const other = await sealEnvelope(p, content, [granter.recipient])
  const forOther = await makeGrant(p, [granter.identity], other.bytes, order)
  const { header } = forOther ?? (await grant())
  t.equal(await openEnvelope(p, [reader.identity], sealed.bytes, expected, [header]), null)
  const fileKey = p.random(16)
  const stanzas = await wrapFileKey(p, n => p.random(n), fileKey, [reader.recipient])
  const foreign = await sealHeader(p, fileKey, [...stanzas, contextStanza(content.context)])
  t.equal(await openEnvelope(p, [reader.identity], sealed.bytes, expected, [foreign]), null)
})

await t.test('a grant with the true file key, but another context, opens nothing', async t => {
  const fileKey = p.random(16)
  const wrap = (recipient: string) => wrapFileKey(p, n => p.random(n), fileKey, [recipient])
  const context = contextStanza(content.context)
  const file = concatBytes(
    await sealHeader(p, fileKey, [...(await wrap(granter.recipient)), context]),
    await sealPayload(p, fileKey, p.random(16), printContent('envelope', content)),
  )
  const other = contextStanza({ ...content.context, channel: 'mail' })
  const [good, bad] = await Promise.all(
    [context, other].map(async stanza =>
      sealHeader(p, fileKey, [...(await wrap(reader.recipient)), stanza]),
    ),
  )
  if (good === undefined || bad === undefined) throw new Error('two headers expected')
  t.same(await openEnvelope(p, [reader.identity], file, expected, [good]), content)
  t.equal(await openEnvelope(p, [reader.identity], file, expected, [bad]), null)
})

await t.test('the shape of a grant: one recipient, one context, nothing after', async t => {
  const { header } = await grant()
  const malformed = { code: 'envelope_malformed' }
  t.throws(() => inspectGrant(concatBytes(header, utf8('\n'))), malformed)
  t.throws(() => inspectGrant(header.subarray(0, -1)), malformed)
  t.throws(() => inspectGrant(sealed.bytes), malformed, 'a whole envelope')
  const fileKey = p.random(16)
  const two = await wrapFileKey(p, n => p.random(n), fileKey, [reader.recipient, second.recipient])
  const context = contextStanza(sampleContext('envelope'))
  const twoReaders = await sealHeader(p, fileKey, [...two, context])
  t.throws(() => inspectGrant(twoReaders), malformed, 'two readers')
})

await t.test('the signature covers case, envelope, header and reader, each', async t => {
  const { header, signature } = await grant()
  const claim = {
    caseId: order.caseId,
    envelopeSha256: sealed.sha256,
    header,
    reader: order.reader,
  }
  t.ok(await verifyGrant(p, claim, key, signature))
  const flipped = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
  for (const [name, other] of Object.entries({
    case: { ...claim, caseId: '1123456789abcdefghjkmnpqrs' },
    envelope: { ...claim, envelopeSha256: flipped(sealed.sha256) },
    header: { ...claim, header: flipped(header) },
    reader: { ...claim, reader: 'en-2' },
  }))
    t.notOk(await verifyGrant(p, other, key, signature), name)
  t.notOk(await verifyGrant(p, claim, p.ed25519PublicKey(p.random(32)), signature))
  t.notOk(await verifyGrant(p, claim, key, flipped(signature)))
  t.equal(
    Buffer.from(await grantBytes(p, claim))
      .toString('latin1')
      .slice(0, 44),
    `khancap/v1/grant\0${order.caseId}\0`,
  )
  t.equal((await grantBytes(p, claim)).length, 44 + 32 + 32 + 4)
})

await t.test('a grant is small', async t => {
  t.ok((await grant()).header.length <= 8192)
})
