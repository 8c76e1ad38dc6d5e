// The strict profile of a sealed file: round trips, and one mutation per test. docs/protocol.md, "Sealed file".
import fc from 'fast-check'
import t from 'tap'
import {
  type Context,
  type EnvelopeContent,
  maxSealedBytes,
  maxSlipBytes,
  type SlipContent,
} from '../../schemas/sealed.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { encodeRecipient } from '../../src/core/envelope/age-keys.js'
import { maxContentDepth, printContent } from '../../src/core/envelope/content.js'
import { contextStanza } from '../../src/core/envelope/context.js'
import { sealHeader, type Stanza } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import {
  openAddition,
  openEnvelope,
  openNote,
  openReply,
  openSlip,
} from '../../src/core/envelope/open.js'
import { pad } from '../../src/core/envelope/padding.js'
import {
  sealAddition,
  sealEnvelope,
  sealNote,
  sealReply,
  sealSlip,
  sealTogether,
  wrapFileKey,
} from '../../src/core/envelope/seal.js'
import { sealPayload } from '../../src/core/envelope/stream.js'
import {
  newPerson,
  people,
  sampleAddition,
  sampleContext,
  sampleDirectorySha256,
  sampleEnvelope,
  sampleNote,
  sampleOrigin,
  sampleSlip,
} from '../helper/sample-content.js'

const p = await nodePrimitives()
const me = newPerson(p)
const stranger = newPerson(p)
const content = sampleEnvelope(p, newPerson(p).recipient)
const expected = { origin: sampleOrigin, kind: 'envelope' } as const
const unreadable = { code: 'sealed_unreadable' }
const malformed = { code: 'envelope_malformed' }
const unusable = { code: 'recipient_unusable' }
const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const runs = isLong ? 2000 : 40
t.setTimeout(isLong ? 1_800_000 : 180_000)

/** What the parts of a file are, so that a test can change exactly one. */
interface Parts {
  stanzas: Stanza[]
  text: Uint8Array
  nonce: Uint8Array
  fileKey: Uint8Array
}

async function partsOf(body: EnvelopeContent = content): Promise<Parts> {
  const fileKey = p.random(16)
  const wrapped = await wrapFileKey(p, n => p.random(n), fileKey, [me.recipient])
  return {
    stanzas: [...wrapped, contextStanza(body.context)],
    text: printContent('envelope', body),
    nonce: p.random(16),
    fileKey,
  }
}

async function build(parts: Parts): Promise<Uint8Array> {
  const header = await sealHeader(p, parts.fileKey, parts.stanzas)
  return concatBytes(header, await sealPayload(p, parts.fileKey, parts.nonce, parts.text))
}

const open = (bytes: Uint8Array) => openEnvelope(p, [me.identity], bytes, expected)
const json = (text: string) => pad('envelope', utf8(text))

await t.test(
  'step 3 and 9: what is sealed opens to the same, for each recipient alone',
  async t => {
    for (const count of [1, 3, 64]) {
      const readers = [me, ...people(p, count - 1)]
      const sealed = await sealEnvelope(
        p,
        content,
        readers.map(reader => reader.recipient),
      )
      t.same(sealed.sha256, await p.sha256(sealed.bytes))
      t.same(inspectSealed(sealed.bytes), { context: content.context, recipients: count })
      for (const reader of [readers[0], readers[readers.length - 1]])
        t.same(await openEnvelope(p, [reader?.identity ?? ''], sealed.bytes, expected), content)
      t.equal(await openEnvelope(p, [stranger.identity], sealed.bytes, expected), null)
      t.equal(await openEnvelope(p, [], sealed.bytes, expected), null)
      t.same(
        await openEnvelope(p, [stranger.identity, me.identity], sealed.bytes, expected),
        content,
        'several generations of an identity',
      )
    }
  },
)

await t.test('every kind is sealed and opened, by every set of primitives', async t => {
  for (const q of [p, await libsodiumPrimitives(), purePrimitives()]) {
    const as = (kind: Context['kind']) => ({ origin: sampleOrigin, kind })
    const one = [me.identity]
    const envelope = await sealEnvelope(q, content, [me.recipient])
    t.same(await openEnvelope(p, one, envelope.bytes, as('envelope')), content)
    t.same(await openEnvelope(q, one, envelope.bytes, as('envelope')), content)
    const slip = await sealSlip(q, sampleSlip(), me.recipient)
    t.same(await openSlip(p, one, slip.bytes, as('slip')), sampleSlip())
    const addition = await sealAddition(q, sampleAddition(), [me.recipient])
    t.same(await openAddition(p, one, addition.bytes, as('addition')), sampleAddition())
    const seed = p.random(32)
    const note = await sealNote(q, sampleNote(), seed, sampleContext('note'), [me.recipient])
    t.same(await openNote(p, one, note.bytes, as('note')), {
      ...sampleNote(),
      key: encodeBase64url(p.ed25519PublicKey(seed)),
    })
    const message = { text: 'Chúng tôi đã nhận.', language: 'vi', hour: '2026-03-01T10:00:00Z' }
    const key = p.random(32)
    const reply = await sealReply(
      q,
      message,
      { ...content.reply, recipient: me.recipient, key: encodeBase64url(key) },
      sampleContext('reply'),
    )
    t.same(await openReply(p, one, reply.bytes, key, as('reply')), message)
    await t.rejects(openReply(p, one, reply.bytes, p.random(32), as('reply')), unreadable, 'MAC')
    t.equal(await openReply(p, [stranger.identity], reply.bytes, key, as('reply')), null)
  }
})

await t.test('sealing twice shares nothing, and hides the order of recipients', async t => {
  const recipients = people(p, 5).map(reader => reader.recipient)
  const first = await sealEnvelope(p, content, recipients)
  const second = await sealEnvelope(p, content, recipients)
  const lines = (bytes: Uint8Array) =>
    new Set(
      Buffer.from(bytes.subarray(0, parseHeader(bytes).length))
        .toString()
        .split('\n'),
    )
  const shared = [...lines(first.bytes)].filter(line => lines(second.bytes).has(line))
  const context = `-> khancap/ctx-v1`
  t.ok(
    shared.every(
      line => line === context || /^(age-encryption.*)?$/.test(line) || line.length <= 64,
    ),
    'only the version, the context and nothing of a recipient',
  )
  const places = new Set<number>()
  for (let round = 0; round < 60; round++) {
    const order: string[] = []
    const watched = {
      ...p,
      xwingEncapsulate: (key: Uint8Array, random: Uint8Array) => {
        order.push(encodeRecipient(key))
        return p.xwingEncapsulate(key, random)
      },
    }
    await sealEnvelope(watched, content, [me.recipient, ...recipients])
    const ours = order.filter(one => one === me.recipient || recipients.includes(one))
    places.add(ours.indexOf(me.recipient))
  }
  t.equal(places.size, 6, 'every place is taken at some time')
})

await t.test(
  'the order is drawn without favour: what would favour a place is drawn again',
  async t => {
    const readers = people(p, 3).map(({ recipient }) => recipient)
    const [a = '', b = '', c = ''] = readers
    const orderOf = async (bytes: readonly number[]) => {
      const left = [...bytes]
      const order: string[] = []
      const q = {
        ...p,
        random(length: number) {
          if (length === 1) return Uint8Array.of(left.shift() ?? 0)
          if (length === 16 || length === 32 || length === 64) return p.random(length)
          throw new RangeError(`${length} bytes`)
        },
        xwingEncapsulate(key: Uint8Array, random: Uint8Array) {
          order.push(encodeRecipient(key))
          return p.xwingEncapsulate(key, random)
        },
      }
      await sealEnvelope(q, content, readers)
      return { order: order.filter(one => readers.includes(one)), left: left.length }
    }
    // One of three, put last; then one of the first two places of what there is now, put last again.
    t.strictSame(await orderOf([0, 0, 9]), { order: [c, a, b], left: 1 })
    t.strictSame(await orderOf([1, 0, 9]), { order: [c, b, a], left: 1 })
    t.strictSame(await orderOf([2, 1, 9]), { order: [a, c, b], left: 1 })
    t.strictSame(await orderOf([254, 255, 9]), { order: [a, c, b], left: 1 }, 'the last that count')
    t.strictSame(
      await orderOf([255, 255, 0, 0]),
      { order: [c, a, b], left: 0 },
      '255 is one too many',
    )
  },
)

await t.test('the same recipient twice counts once', async t => {
  const sealed = await sealEnvelope(p, content, [me.recipient, me.recipient])
  t.equal(inspectSealed(sealed.bytes).recipients, 1)
})

await t.test('recipients: none, 64 and one over, and malformed ones', async t => {
  await t.rejects(sealEnvelope(p, content, []), RangeError)
  const many = people(p, 65).map(reader => reader.recipient)
  await t.resolves(sealEnvelope(p, content, many.slice(1)))
  await t.rejects(sealEnvelope(p, content, many), RangeError)
  for (const recipient of [
    '',
    'age1pq1',
    me.recipient.toUpperCase(),
    `${me.recipient}q`,
    me.identity,
  ])
    await t.rejects(sealEnvelope(p, content, [recipient]), unusable, recipient.slice(0, 20))
  // An X25519 key of small order decodes, and nothing can be sealed to it: an applicant may send such a one.
  const lowOrder = p.xwingPublicKey(p.random(32))
  lowOrder.fill(0, 1184)
  const reply = { ...content.reply, recipient: encodeRecipient(lowOrder) }
  const message = { text: 'x', language: 'vi', hour: '2026-03-01T10:00:00Z' }
  await t.rejects(sealReply(p, message, reply, sampleContext('reply')), unusable)
})

await t.test('content that does not fit its schema is not sealed', async t => {
  await t.rejects(sealEnvelope(p, { ...content, program: 'Not A Slug' }, [me.recipient]))
  const other = { ...content, context: sampleContext('slip') }
  await t.rejects(sealEnvelope(p, other, [me.recipient]), RangeError, 'a context of another kind')
})

await t.test('lone surrogates from a text field are sealed as U+FFFD', async t => {
  const typed = { ...content, answers: { situation: 'x\ud800y' } }
  const sealed = await sealEnvelope(p, typed, [me.recipient])
  t.same((await open(sealed.bytes))?.answers, { situation: 'x\ufffdy' })
})

await t.test('every bit of the payload in samples, flipped: refused', async () => {
  const { bytes } = await sealEnvelope(p, content, [me.recipient])
  const { length } = parseHeader(bytes)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: length, max: bytes.length - 1 }),
      fc.integer({ min: 0, max: 7 }),
      async (at, bit) => {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        return open(changed).then(
          () => false,
          (error: { code?: string }) => error.code === 'sealed_unreadable',
        )
      },
    ),
    { numRuns: runs * 5 },
  )
})

await t.test(
  'the payload of another file under the same key does not fit: the nonce differs',
  async t => {
    const parts = await partsOf()
    const one = await build(parts)
    const two = await build({ ...parts, nonce: p.random(16) })
    const { length } = parseHeader(one)
    const mixed = concatBytes(one.subarray(0, length + 16), two.subarray(length + 16))
    await t.rejects(open(mixed), unreadable)
  },
)

await t.test(
  'stanzas: one mutation each, with a true MAC: refused by server and opener',
  async t => {
    const other = await wrapFileKey(p, n => p.random(n), p.random(16), [stranger.recipient])
    const make = async (change: (stanzas: Stanza[]) => Stanza[]) => {
      const parts = await partsOf()
      return build({ ...parts, stanzas: change(parts.stanzas) })
    }
    const withArgs = (
      stanza: Stanza | undefined,
      change: (args: readonly string[]) => string[],
    ) => {
      if (stanza === undefined) throw new Error('stanza expected')
      return { ...stanza, args: change(stanza.args) }
    }
    const extra = (args: string[], body = new Uint8Array(32)) => ({ args, body })
    const mutations: Record<string, (stanzas: Stanza[]) => Stanza[]> = {
      'no context': ([mine]) => (mine === undefined ? [] : [mine]),
      'two contexts': all => [...all, ...all.slice(-1)],
      'context first': all => [...all.slice(-1), ...all.slice(0, -1)],
      'context between recipients': ([mine, context]) =>
        [mine, context, ...other].filter(stanza => stanza !== undefined),
      'context with an argument': ([mine, context]) => [
        ...(mine === undefined ? [] : [mine]),
        withArgs(context, args => [...args, 'x']),
      ],
      'context with another name': ([mine, context]) => [
        ...(mine === undefined ? [] : [mine]),
        withArgs(context, () => ['khancap/ctx-v2']),
      ],
      'context alone': all => all.slice(-1),
      'an X25519 recipient beside': all => [extra(['X25519', 'A'.repeat(43)]), ...all],
      'a passphrase beside': all => [extra(['scrypt', 'A'.repeat(22), '10']), ...all],
      'a grease stanza beside': all => [extra(['abc-grease', 'x'], new Uint8Array(3)), ...all],
      'recipient with a third argument': all => [
        withArgs(all[0], args => [...args, 'x']),
        ...all.slice(1),
      ],
      'recipient without a share': all => [
        withArgs(all[0], args => args.slice(0, 1)),
        ...all.slice(1),
      ],
      'recipient with a short share': all => [
        withArgs(all[0], ([tag = '', share = '']) => [tag, share.slice(0, -4)]),
        ...all.slice(1),
      ],
      'recipient with a longer body': all => [
        { args: all[0]?.args ?? [], body: new Uint8Array(33) },
        ...all.slice(1),
      ],
      'recipient with a shorter body': all => [
        { args: all[0]?.args ?? [], body: new Uint8Array(31) },
        ...all.slice(1),
      ],
      'recipient in capitals': all => [
        withArgs(all[0], ([, share = '']) => ['MLKEM768X25519', share]),
        ...all.slice(1),
      ],
    }
    t.ok(await open(await make(all => all)))
    for (const [name, change] of Object.entries(mutations)) {
      const bytes = await make(change)
      t.throws(() => inspectSealed(bytes), malformed, name)
      await t.rejects(open(bytes), unreadable, name)
    }
  },
)

await t.test('the MAC is checked before anything else is believed', async t => {
  const parts = await partsOf()
  const bytes = await build(parts)
  // Another file key's header over the same stanzas: shape and context are right, the MAC is not.
  const forged = concatBytes(
    await sealHeader(p, p.random(16), parts.stanzas),
    bytes.subarray(parseHeader(bytes).length),
  )
  t.ok(inspectSealed(forged), 'the server cannot know')
  let ciphers = 0
  const watched = {
    ...p,
    aeadOpen: (...args: Parameters<typeof p.aeadOpen>) => {
      ciphers++
      return p.aeadOpen(...args)
    },
  }
  await t.rejects(openEnvelope(watched, [me.identity], forged, expected), unreadable)
  t.equal(ciphers, 1, 'the stanza was unwrapped, no chunk was touched')
})

await t.test('a file key of another length is refused', async t => {
  for (const size of [15, 17]) {
    const parts = await partsOf()
    const fileKey = p.random(size)
    const stanzas = await wrapFileKey(p, n => p.random(n), fileKey, [me.recipient])
    const bytes = await build({
      ...parts,
      fileKey,
      stanzas: [...stanzas, ...parts.stanzas.slice(-1)],
    })
    await t.rejects(open(bytes), unreadable, `${size} bytes`)
  }
})

await t.test('the payload has the size of a bucket, or the server refuses it', async t => {
  const parts = await partsOf()
  for (const size of [0, 1, 4095, 4097, 65_537]) {
    const bytes = await build({ ...parts, text: new Uint8Array(size) })
    t.throws(() => inspectSealed(bytes), malformed, `${size} bytes`)
  }
  t.ok(inspectSealed(await build({ ...parts, text: new Uint8Array(4096) })))
})

await t.test('the text inside: one mutation each, sealed with the right key: refused', async t => {
  const parts = await partsOf()
  const good = fromUtf8(parts.text).trimEnd()
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}"x"${'}'.repeat(levels)}`
  const texts: Record<string, Uint8Array> = {
    'a duplicate key': json(good.replace('{"v":1,', '{"v":1,"v":1,')),
    'an unknown key': json(good.replace('{"v":1,', '{"v":1,"w":1,')),
    'a missing key': json(good.replace('"v":1,', '')),
    'another version': json(good.replace('"v":1,', '"v":2,')),
    'another kind': json(good.replace('"kind":"envelope"', '"kind":"addition"')),
    'a byte order mark': json(`\ufeff${good}`),
    'a lone surrogate': json(good.replace('shelter', 'shelter\\ud800')),
    'broken UTF-8': (() => {
      const text = json(good)
      text[fromUtf8(text).indexOf('shelter')] = 0xff
      return text
    })(),
    'too much depth': json(good.replace('"shelter"', deep(7))),
    'a text of 10001 letters': json(good.replace('"TH"', `"${'x'.repeat(10_001)}"`)),
    'spaces in front': json(` ${good}`),
    'two documents': json(`${good}{}`),
    'another origin inside': json(good.replaceAll('help.example.org', 'evil.example.org')),
    'another sequence inside': json(
      good.replace('"directory_sequence":3', '"directory_sequence":4'),
    ),
    'another channel inside': json(good.replace('"channel":"web"', '"channel":"mail"')),
    'another kind of context inside': json(
      good.replace('"context":{"kind":"envelope"', '"context":{"kind":"note"'),
    ),
    'no line feed at the end': new Uint8Array(parts.text).fill(0x20, parts.text.length - 1),
    'a tab among the spaces': (() => {
      const text = parts.text.slice()
      text[text.length - 5] = 0x09
      return text
    })(),
    'a bucket too large': (() => {
      const text = new Uint8Array(4352).fill(0x20)
      text.set(utf8(good))
      text[text.length - 1] = 0x0a
      return text
    })(),
    'a tab after the object': json(`${good}\t`),
    'nothing but spaces': (() => {
      const text = new Uint8Array(4096).fill(0x20)
      text[4095] = 0x0a
      return text
    })(),
  }
  t.same(await open(await build(parts)), content)
  for (const [name, text] of Object.entries(texts)) {
    t.notOk(equalBytes(text, parts.text), `${name} is a mutation`)
    await t.rejects(open(await build({ ...parts, text })), unreadable, name)
  }
})

await t.test('a context of something else: refused', async t => {
  const { bytes } = await sealEnvelope(p, content, [me.recipient])
  const directories = (sequence: number, sha256: Uint8Array) => new Map([[sequence, sha256]])
  const as = (change: Partial<Parameters<typeof openEnvelope>[3]>) =>
    openEnvelope(p, [me.identity], bytes, { ...expected, ...change })
  await t.rejects(as({ origin: 'https://other.example.org' }), unreadable, 'another deployment')
  await t.rejects(as({ origin: `${sampleOrigin}:443` }), unreadable)
  await t.rejects(as({ directories: directories(3, new Uint8Array(32)) }), unreadable, 'a fork')
  t.ok(await as({ directories: directories(3, sampleDirectorySha256) }))
  t.ok(await as({ directories: directories(2, new Uint8Array(32)) }), 'that one is not known')
})

await t.test('a slip never passes for an envelope, nor any kind for another', async t => {
  const one = [me.identity]
  const as = (kind: Context['kind']) => ({ origin: sampleOrigin, kind })
  const slip = await sealSlip(p, sampleSlip(), me.recipient)
  const envelope = await sealEnvelope(p, content, [me.recipient])
  const addition = await sealAddition(p, sampleAddition(), [me.recipient])
  const noteContext = sampleContext('note')
  const note = await sealNote(p, sampleNote(), p.random(32), noteContext, [me.recipient])
  const openers: Record<string, (...args: Parameters<typeof openSlip>) => Promise<unknown>> = {
    openEnvelope,
    openSlip,
    openAddition,
    openNote,
  }
  const files = { openEnvelope: envelope, openSlip: slip, openAddition: addition, openNote: note }
  const kinds = {
    openEnvelope: 'envelope',
    openSlip: 'slip',
    openAddition: 'addition',
    openNote: 'note',
  } as const
  for (const opener of ['openEnvelope', 'openSlip', 'openAddition', 'openNote'] as const)
    for (const file of ['openEnvelope', 'openSlip', 'openAddition', 'openNote'] as const) {
      const opening = openers[opener]?.(p, one, files[file].bytes, as(kinds[opener]))
      if (opener === file) t.ok(await opening)
      else await t.rejects(opening ?? Promise.resolve(), unreadable, `${opener} of ${kinds[file]}`)
    }
  t.equal(inspectSealed(slip.bytes).context.kind, 'slip')
})

await t.test('the largest file is sealed and opened, one over is refused', async t => {
  const of = (letters: number): EnvelopeContent => ({
    ...content,
    answers: Object.fromEntries(
      Array.from({ length: 26 }, (_, at) => [
        `q_${'abcdefghijklmnopqrstuvwxyz'.charAt(at)}`,
        'x'.repeat(Math.max(0, Math.min(10_000, letters - at * 10_000))),
      ]),
    ),
  })
  const sealed = await sealEnvelope(p, of(240_000), [me.recipient])
  t.ok(sealed.bytes.length <= maxSealedBytes)
  t.ok(await open(sealed.bytes))
  await t.rejects(sealEnvelope(p, of(260_000), [me.recipient]), { code: 'request_too_large' })
  const parts = await partsOf()
  const over = await build({ ...parts, text: new Uint8Array(262_144) })
  t.throws(() => inspectSealed(over), malformed)
  await t.rejects(open(over), unreadable)
})

await t.test('a file of exactly 262 144 bytes is sealed', async t => {
  const origin = `https://${'x'.repeat(51)}`
  const context = { ...content.context, origin }
  const texts = Array.from({ length: 21 }, (_, at) => [`q_${at}`, 'x'.repeat(9800)])
  const large = { ...content, answers: Object.fromEntries(texts), context }
  const readers = [me, ...people(p, 33)].map(({ recipient }) => recipient)
  const { bytes } = await sealEnvelope(p, large, readers)
  t.equal(bytes.length, maxSealedBytes)
  t.same(await openEnvelope(p, [me.identity], bytes, { origin, kind: 'envelope' }), large)
})

await t.test('a note that its writer has not signed, or that is for others', async t => {
  const context = sampleContext('note')
  const as = { origin: sampleOrigin, kind: 'note' } as const
  const { bytes } = await sealNote(p, sampleNote(), p.random(32), context, [me.recipient])
  t.equal(await openNote(p, [stranger.identity], bytes, as), null)
  const wrong = {
    v: 1,
    kind: 'note',
    message: JSON.stringify(sampleNote()),
    key: encodeBase64url(p.ed25519PublicKey(p.random(32))),
    signature: encodeBase64url(p.random(64)),
    context,
  } as const
  const sealed = await sealTogether(p, seal => seal.content('note', wrong, [me.recipient]))
  await t.rejects(openNote(p, [me.identity], sealed.bytes, as), unreadable)
})

await t.test('a content is at most six deep', t => {
  t.equal(maxContentDepth, 6)
  t.end()
})

await t.test('a file of 262 144 bytes is taken, one of a byte more is not', async t => {
  const fileKey = p.random(16)
  const readers = people(p, 5).map(reader => reader.recipient)
  const wrapped = await wrapFileKey(p, n => p.random(n), fileKey, readers)
  /** The length of the origin sets the size to the byte. */
  const of = async (letters: number) => {
    const context = { ...content.context, origin: `https://${'x'.repeat(letters - 8)}` }
    const header = await sealHeader(p, fileKey, [...wrapped, contextStanza(context)])
    const payload = await sealPayload(p, fileKey, p.random(16), new Uint8Array(253_952))
    return concatBytes(header, payload)
  }
  const largest = await of(131)
  t.equal(largest.length, maxSealedBytes)
  t.equal(inspectSealed(largest).recipients, 5)
  const over = await of(132)
  t.equal(over.length, maxSealedBytes + 1)
  t.throws(() => inspectSealed(over), malformed)
})

await t.test('property: open(seal(x)) = x', async t => {
  const answer = fc.oneof(
    fc.string({ maxLength: 300, unit: 'binary' }),
    fc.array(
      fc.string({ maxLength: 40, unit: 'grapheme' }).filter(s => s.length <= 40),
      { maxLength: 5 },
    ),
    fc.constant({ way_out: 'later' as const }),
  )
  const key = fc.stringMatching(/^[a-z][a-z_]{0,20}$/)
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, answer), async answers => {
      const written = { ...content, answers }
      const { bytes } = await sealEnvelope(p, written, [me.recipient])
      t.strictSame(await open(bytes), JSON.parse(JSON.stringify(written)))
    }),
    { numRuns: runs },
  )
})

await t.test('a source of random bytes that fails half-way stops the sealing', async t => {
  const recipients = people(p, 4).map(reader => reader.recipient)
  for (const after of [2, 4, 6, 8, 9]) {
    let draws = 0
    const last = p.random(64)
    const failing = {
      ...p,
      // The self-test draws twice; from some draw on, the same bytes come for ever.
      random: (bytes: number) => (draws++ < after ? p.random(bytes) : last.slice(0, bytes)),
    }
    await t.rejects(sealEnvelope(failing, content, recipients), { code: 'primitives_faulty' })
  }
})

await t.test(
  'draws of another length, of one byte again and again, or that come twice: not sealed',
  async t => {
    const faulty = { code: 'primitives_faulty' }
    const once = p.random(16)
    // The self-test draws 32 bytes at a time, a file key and a nonce have 16.
    const draws: Record<string, (bytes: number) => Uint8Array> = {
      'a byte more': bytes => p.random(bytes === 16 ? 17 : bytes),
      'a byte less': bytes => p.random(bytes === 16 ? 15 : bytes),
      'one byte sixteen times': bytes =>
        bytes === 16 ? new Uint8Array(16).fill(p.random(1)[0] ?? 0) : p.random(bytes),
      'the same sixteen twice': bytes => (bytes === 16 ? once.slice() : p.random(bytes)),
    }
    for (const [name, random] of Object.entries(draws))
      await t.rejects(sealEnvelope({ ...p, random }, content, [me.recipient]), faulty, name)
  },
)

await t.test('an engine that breaks after the last chunk is found out', async t => {
  let chunks = 0
  const breaking = {
    ...p,
    aeadSeal: (...args: Parameters<typeof p.aeadSeal>) =>
      ++chunks > 4 ? new Uint8Array(args[2].length + 16) : p.aeadSeal(...args),
  }
  await t.rejects(sealEnvelope(breaking, content, [me.recipient]), { code: 'primitives_faulty' })
})

await t.test('no error of an opener or of the server holds anything of the text', async t => {
  const { bytes } = await sealEnvelope(p, content, [me.recipient])
  const changed = bytes.slice()
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
  const error: unknown = await open(changed).catch((thrown: unknown) => thrown)
  t.equal(String(error), 'KhancapError: The sealed file could not be opened')
})

await t.test('the longest slip fits, for the longest origin that a directory may have', async t => {
  // keys/directory-rules refuses an origin of more than 110 letters.
  const origin = `https://${'x'.repeat(102)}`
  const slip: SlipContent = {
    v: 1,
    kind: 'slip',
    envelope: 'A'.repeat(43),
    program: 'x'.repeat(32),
    language: 'abc-Abcd-AB',
    country: 'unknown',
    region: 'AB-ABC',
    urgency: 'happening_now',
    deadline: '2026-03-01T10:00:00Z',
    context: {
      ...sampleContext('slip'),
      channel: 'offline',
      origin,
      directory_sequence: 1_000_000_000,
    },
  }
  const { bytes } = await sealSlip(p, slip, me.recipient)
  t.same(await openSlip(p, [me.identity], bytes, { origin, kind: 'slip' }), slip)
  t.ok(bytes.length <= maxSlipBytes, `${bytes.length} bytes`)
})
