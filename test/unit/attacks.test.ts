// Attacks on sealed files and directories: whatever was done to one, an opener answers with one and the same problem,
// which says nothing of the fault. docs/protocol.md, "Sealed file" and "Directory".
import t from 'tap'
import { signDirectory, verifyDirectory } from '../../keys/directory.js'
import { rootFingerprint } from '../../keys/root.js'
import { KhancapError } from '../../schemas/problem.js'
import type { EnvelopeContent } from '../../schemas/sealed.js'
import { encodeBase64Bare, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { concatBytes, utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { contextStanza } from '../../src/core/envelope/context.js'
import { printContent } from '../../src/core/envelope/content.js'
import { recipientTag, sealHeader, type Stanza } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openEnvelope, openSlip } from '../../src/core/envelope/open.js'
import { sealEnvelope, sealSlip, wrapFileKey } from '../../src/core/envelope/seal.js'
import { sealPayload } from '../../src/core/envelope/stream.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import {
  newPerson,
  sampleEnvelope,
  sampleOrganisation,
  sampleOrigin,
  sampleSlip,
} from '../helper/sample-content.js'

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
t.setTimeout(300_000)

const p = await nodePrimitives()
const [me, colleague, stranger] = [newPerson(p), newPerson(p), newPerson(p)]
const content = sampleEnvelope(p, newPerson(p).recipient)
const asEnvelope = { origin: sampleOrigin, kind: 'envelope' } as const
const asSlip = { origin: sampleOrigin, kind: 'slip' } as const

/** Everything that an error shows: its name, code, words, faults and own members; its cause stays inside. */
function seen(error: unknown): string {
  if (!(error instanceof KhancapError)) return `another error: ${String(error)}`
  return JSON.stringify([
    String(error),
    Object.keys(error),
    error.code,
    error.message,
    error.faults,
  ])
}
const refusal = (opening: Promise<unknown>) =>
  opening.then(result => (result === null ? 'not addressed' : 'opened'), seen)
const unreadable = seen(new KhancapError('sealed_unreadable'))
const malformed = seen(new KhancapError('envelope_malformed'))
const invalid = seen(new KhancapError('directory_invalid'))

const open = (bytes: Uint8Array) => openEnvelope(p, [me.identity], bytes, asEnvelope)
function inspect(bytes: Uint8Array): string {
  try {
    inspectSealed(bytes)
    return 'taken'
  } catch (error) {
    return seen(error)
  }
}

t.match(unreadable, /sealed_unreadable/)

await t.test('every bit of a whole small file, flipped: one problem', async t => {
  const { bytes } = await sealSlip(p, sampleSlip(), me.recipient)
  const first = utf8(`age-encryption.org/v1\n-> ${recipientTag} `).length
  const wrapped = { from: first, to: first + 1494 + 1 + 43 }
  const answers = new Map<string, number>()
  for (let at = 0; at < bytes.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      // Of the long share one bit in a byte does for every day; the full count is for the long run.
      if (!isLong && at >= wrapped.from && at < wrapped.to && bit !== at % 8) continue
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      const answer = await refusal(openSlip(p, [me.identity], changed, asSlip))
      // A file whose wrapped key was changed cannot be told from one for somebody else.
      const isWrapped = at >= wrapped.from && at < wrapped.to
      if (answer !== unreadable && !(answer === 'not addressed' && isWrapped))
        t.fail(`byte ${at}, bit ${bit}: ${answer}`)
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
      if (!['taken', malformed].includes(inspect(changed)))
        t.fail(`inspect: byte ${at}, bit ${bit}`)
    }
  t.same([...answers.keys()].toSorted(), ['not addressed', unreadable].toSorted())
  const flips = [...answers.values()].reduce((sum, count) => sum + count)
  t.comment(`${flips} flips`)
  t.ok(flips >= (isLong ? bytes.length * 8 : 7000))
})

await t.test(
  'a small file cut anywhere, at either end, or with more behind: one problem',
  async t => {
    const { bytes } = await sealSlip(p, sampleSlip(), me.recipient)
    for (let at = 0; at < bytes.length; at++) {
      const cut = bytes.subarray(0, at)
      if (inspect(cut) !== malformed) t.fail(`inspect: cut at ${at}`)
      if ((await refusal(openSlip(p, [me.identity], cut, asSlip))) !== unreadable)
        t.fail(`cut at ${at}`)
      const rest = bytes.subarray(at + 1)
      if ((await refusal(openSlip(p, [me.identity], rest, asSlip))) !== unreadable)
        t.fail(`without the first ${at + 1}`)
    }
    for (const more of [1, 15, 16, 17, 512, 65_552])
      for (const fill of [0x00, 0x0a, 0x20]) {
        const longer = concatBytes(bytes, new Uint8Array(more).fill(fill))
        t.equal(await refusal(openSlip(p, [me.identity], longer, asSlip)), unreadable)
        t.equal(inspect(longer), malformed, `${more} bytes more`)
      }
  },
)

await t.test('a small file with any one byte taken out or put in: one problem', async t => {
  const { bytes } = await sealSlip(p, sampleSlip(), me.recipient)
  for (let at = 0; at < bytes.length; at++) {
    const without = concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1))
    const doubled = concatBytes(bytes.subarray(0, at + 1), bytes.subarray(at))
    for (const changed of [without, doubled])
      if ((await refusal(openSlip(p, [me.identity], changed, asSlip))) !== unreadable)
        t.fail(`byte ${at}`)
  }
})

/** A file of three chunks in its parts. */
async function chunked(letter: string): Promise<{ front: Uint8Array; chunks: Uint8Array[] }> {
  const answers = Object.fromEntries(
    Array.from('abcdefghijklmnop', key => [`q_${key}`, letter.repeat(9_500)]),
  )
  const { bytes } = await sealEnvelope(p, { ...content, answers }, [me.recipient])
  const front = bytes.subarray(0, parseHeader(bytes).length + 16)
  const chunks: Uint8Array[] = []
  for (let at = front.length; at < bytes.length; at += 65_552)
    chunks.push(bytes.subarray(at, at + 65_552))
  return { front, chunks }
}

await t.test('chunks dropped, repeated, swapped, moved, added, cut: one problem', async t => {
  const { front, chunks } = await chunked('x')
  const other = await chunked('y')
  t.equal(chunks.length, 3)
  t.equal(await refusal(open(concatBytes(front, ...chunks))), 'opened')
  const attacks: [string, Uint8Array[]][] = []
  const count = chunks.length
  for (let at = 0; at < count; at++) {
    const one = chunks.slice(at, at + 1)
    const without = chunks.filter((_, index) => index !== at)
    attacks.push([`${at} dropped`, without])
    attacks.push([`all before ${at} dropped`, chunks.slice(at + 1)])
    attacks.push([`all from ${at} dropped`, chunks.slice(0, at)])
    for (let to = 0; to <= count; to++) {
      attacks.push([
        `${at} repeated before ${to}`,
        [...chunks.slice(0, to), ...one, ...chunks.slice(to)],
      ])
      const moved = [...without.slice(0, to), ...one, ...without.slice(to)]
      if (to < count && to !== at) attacks.push([`${at} moved to ${to}`, moved])
    }
    const cut = chunks.map((chunk, index) => (index === at ? chunk.subarray(0, -1) : chunk))
    attacks.push([`${at} cut by a byte`, cut])
    const foreign = chunks.map((chunk, index) =>
      index === at ? (other.chunks[at] ?? chunk) : chunk,
    )
    attacks.push([`${at} of another envelope`, foreign])
  }
  for (const size of [0, 1, 16, 17, 65_536])
    attacks.push([`a chunk of ${size} zeros added`, [...chunks, new Uint8Array(size + 16)]])
  for (const [name, moved] of attacks)
    t.equal(await refusal(open(concatBytes(front, ...moved))), unreadable, name)
  t.equal(
    await refusal(open(concatBytes(other.front, ...chunks))),
    unreadable,
    'the whole payload behind the header of another envelope',
  )
})

await t.test('chunks sealed anew with the right key, and marked wrongly: one problem', async t => {
  const fileKey = p.random(16)
  const nonce = p.random(16)
  const stanzas = await wrapFileKey(p, n => p.random(n), fileKey, [me.recipient])
  const header = await sealHeader(p, fileKey, [...stanzas, contextStanza(content.context)])
  const text = printContent('envelope', content)
  const key = await p.hkdfSha256(fileKey, nonce, utf8('payload'), 32)
  const chunk = (index: number, isLast: boolean, bytes: Uint8Array) => {
    const counter = new Uint8Array(12)
    counter[10] = index
    counter[11] = isLast ? 1 : 0
    return p.aeadSeal(key, counter, bytes)
  }
  const file = (...chunks: Uint8Array[]) => concatBytes(header, nonce, ...chunks)
  t.equal(await refusal(open(file(chunk(0, true, text)))), 'opened')
  t.equal(
    await refusal(open(concatBytes(header, await sealPayload(p, fileKey, nonce, text)))),
    'opened',
  )
  for (const [name, bytes] of Object.entries({
    'not marked as the last': file(chunk(0, false, text)),
    'counted from one': file(chunk(1, true, text)),
    'an empty last chunk behind': file(chunk(0, false, text), chunk(1, true, new Uint8Array(0))),
    'a short chunk in the middle': file(
      chunk(0, false, text.subarray(0, 100)),
      chunk(1, true, text.subarray(100)),
    ),
    'two that are marked': file(chunk(0, true, text), chunk(1, true, text)),
  }))
    t.equal(await refusal(open(bytes)), unreadable, name)
})

/** A file with these stanzas and a true MAC: what one of its readers could make. */
async function forged(
  fileKey: Uint8Array,
  stanzas: readonly Stanza[],
  body: EnvelopeContent = content,
): Promise<Uint8Array> {
  const header = await sealHeader(p, fileKey, [...stanzas, contextStanza(body.context)])
  const text = printContent('envelope', body)
  return concatBytes(header, await sealPayload(p, fileKey, p.random(16), text))
}

await t.test('a stanza moved from another envelope: one problem, with its MAC or ours', async t => {
  const mine = await sealEnvelope(p, content, [me.recipient])
  const theirs = await sealEnvelope(p, content, [colleague.recipient])
  const lines = (bytes: Uint8Array) => {
    const { length } = parseHeader(bytes)
    return { text: Buffer.from(bytes.subarray(0, length)).toString(), rest: bytes.subarray(length) }
  }
  const stanza = (bytes: Uint8Array) =>
    /-> mlkem768x25519 .*\n.*\n/.exec(lines(bytes).text)?.[0] ?? ''
  const { text, rest } = lines(theirs.bytes)
  for (const moved of [
    text.replace(stanza(theirs.bytes), stanza(mine.bytes)),
    text.replace(stanza(theirs.bytes), stanza(mine.bytes) + stanza(theirs.bytes)),
    text.replace(stanza(theirs.bytes), stanza(theirs.bytes) + stanza(mine.bytes)),
  ]) {
    const bytes = concatBytes(utf8(moved), rest)
    t.equal(inspect(bytes), 'taken', 'its shape is right')
    t.equal(await refusal(open(bytes)), unreadable)
  }
  // A reader of one file who puts a stanza of another into it, under a MAC that is true.
  const fileKey = p.random(16)
  const own = await wrapFileKey(p, n => p.random(n), fileKey, [colleague.recipient])
  const [foreign] = parseHeader(mine.bytes).stanzas
  if (foreign === undefined) throw new Error('stanza expected')
  for (const stanzas of [
    [...own, foreign],
    [foreign, ...own],
  ]) {
    const bytes = await forged(fileKey, stanzas)
    t.equal(await refusal(open(bytes)), unreadable)
    t.ok(
      await openEnvelope(p, [colleague.identity], bytes, asEnvelope),
      'the other reader opens it',
    )
  }
})

await t.test(
  'one header does not wrap two file keys: each reader sees the same, or nothing',
  async t => {
    const [one, two] = [p.random(16), p.random(16)]
    const stanzas = [
      ...(await wrapFileKey(p, n => p.random(n), one, [me.recipient])),
      ...(await wrapFileKey(p, n => p.random(n), two, [colleague.recipient])),
    ]
    const bytes = await forged(one, stanzas)
    t.equal(await refusal(open(bytes)), 'opened')
    t.equal(
      await refusal(openEnvelope(p, [colleague.identity], bytes, asEnvelope)),
      unreadable,
      'the MAC commits to the key',
    )
  },
)

await t.test(
  'a recipient given garbage opens nothing; the others are not kept from opening',
  async t => {
    const fileKey = p.random(16)
    const own = await wrapFileKey(p, n => p.random(n), fileKey, [colleague.recipient])
    const [honest] = await wrapFileKey(p, n => p.random(n), fileKey, [me.recipient])
    if (honest === undefined) throw new Error('stanza expected')
    const share = (bytes: Uint8Array) => [recipientTag, encodeBase64Bare(bytes)]
    const stanzas: Record<string, Stanza> = {
      'random bytes': { args: share(p.random(1120)), body: p.random(32) },
      'its own share, another body': { args: honest.args, body: p.random(32) },
      'another share, its own body': { args: share(p.random(1120)), body: honest.body },
      'a body of zeros': { args: honest.args, body: new Uint8Array(32) },
    }
    for (const [name, stanza] of Object.entries(stanzas))
      for (const order of [
        [stanza, ...own],
        [...own, stanza],
      ]) {
        const bytes = await forged(fileKey, order)
        t.equal(await refusal(open(bytes)), 'not addressed', name)
        t.equal(
          await refusal(openEnvelope(p, [colleague.identity], bytes, asEnvelope)),
          'opened',
          `${name}: the other reader`,
        )
      }
    // A share that no honest sealer can make is a malformed file, for everybody.
    const lowOrder = p.random(1120)
    lowOrder.fill(0, 1088)
    const bytes = await forged(fileKey, [{ args: share(lowOrder), body: p.random(32) }])
    t.equal(await refusal(open(bytes)), unreadable, 'an X25519 share of small order')
  },
)

await t.test('a file for another deployment, directory or purpose: one problem', async t => {
  const sealedWith = async (context: Partial<EnvelopeContent['context']>) =>
    (
      await sealEnvelope(p, { ...content, context: { ...content.context, ...context } }, [
        me.recipient,
      ])
    ).bytes
  const other = await sealedWith({ origin: 'https://other.example.org' })
  t.equal(await refusal(open(other)), unreadable, 'another deployment')
  const hash = new Uint8Array(32).fill(8)
  const fork = await sealedWith({ directory_sha256: encodeBase64url(hash) })
  const known = { ...asEnvelope, directories: new Map([[3, new Uint8Array(32).fill(7)]]) }
  t.equal(await refusal(openEnvelope(p, [me.identity], fork, known)), unreadable, 'a fork')
  const slip = await sealSlip(p, sampleSlip(), me.recipient)
  t.equal(await refusal(open(slip.bytes)), unreadable, 'a slip as an envelope')
  const envelope = await sealEnvelope(p, content, [me.recipient])
  t.equal(
    await refusal(openSlip(p, [me.identity], envelope.bytes, asSlip)),
    unreadable,
    'an envelope as a slip',
  )
})

await t.test('a slip that belongs to another envelope names it: the hash does not fit', async t => {
  const one = await sealEnvelope(p, content, [me.recipient])
  const two = await sealEnvelope(p, content, [me.recipient])
  const slip = { ...sampleSlip(), envelope: encodeBase64url(one.sha256) }
  const { bytes } = await sealSlip(p, slip, stranger.recipient)
  const opened = await openSlip(p, [stranger.identity], bytes, asSlip)
  t.equal(opened?.envelope, encodeBase64url(await p.sha256(one.bytes)))
  t.not(opened?.envelope, encodeBase64url(two.sha256), 'two seals of one content differ')
})

await t.test("another deployment's directory, or a changed one: one problem", async t => {
  const ours = sampleOrganisation(p)
  const theirs = sampleOrganisation(p)
  const now = parseTimestamp('2026-03-10T00:00:00Z')
  const pin = { root: await rootFingerprint(p, ours.directory.root), now }
  const sign = (from: typeof ours, by: typeof ours) =>
    signDirectory(p, from.directory, by.roots.slice(0, 2))
  t.equal(await refusal(verifyDirectory(p, await sign(ours, ours), pin)), 'opened')
  const rooted = { ...theirs, directory: { ...theirs.directory, root: ours.directory.root } }
  const text = Buffer.from(await sign(ours, ours)).toString()
  const signatures = text.slice(text.lastIndexOf('\n\n'))
  const theirText = Buffer.from(await sign(theirs, theirs)).toString()
  for (const [name, note] of Object.entries({
    'of another deployment': await sign(theirs, theirs),
    'signed by another deployment': await sign(ours, theirs),
    'another one that names our root': await sign(rooted, theirs),
    'another one with our signatures': utf8(
      theirText.slice(0, theirText.lastIndexOf('\n\n')) + signatures,
    ),
    'a receipt instead': utf8(text.replace('khancap/v1/directory', 'khancap/v1/receipt')),
    'without signatures': utf8(text.slice(0, text.lastIndexOf('\n\n') + 1)),
    nothing: new Uint8Array(0),
    rubbish: p.random(3000),
    'a sealed file': (await sealSlip(p, sampleSlip(), me.recipient)).bytes,
  }))
    t.equal(await refusal(verifyDirectory(p, note, pin)), invalid, name)
  const note = await sign(ours, ours)
  for (let at = 0; at < note.length; at += at % 7 === 0 ? 1 : 31) {
    const changed = note.slice()
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
    const answer = await refusal(verifyDirectory(p, changed, pin))
    if (answer !== invalid) t.fail(`byte ${at}: ${answer}`)
  }
})
