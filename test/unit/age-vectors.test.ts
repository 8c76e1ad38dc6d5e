// The published vectors of age (npm cctv-age): header, STREAM, armor, hybrid recipients. Those about X25519 and
// passphrases are used as far as they are about header and STREAM.
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import * as vectors from 'cctv-age'
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import { fileSource, openStream } from '../../cli/station/opened-stream.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { openWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { concatBytes, fromHex } from '../../src/core/encoding/bytes.js'
import { decodeArmor } from '../../src/core/envelope/armor.js'
import { sealHeader, verifyHeader } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { wrapFileKey } from '../../src/core/envelope/seal.js'
import { openPayload } from '../../src/core/envelope/stream.js'
import { people } from '../helper/sample-content.js'

t.setTimeout(180_000)

interface Vector {
  readonly name: string
  readonly expect: string
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly file: Uint8Array
}

function readVector(name: string, bytes: Uint8Array): Vector {
  const end = Buffer.from(bytes).indexOf('\n\n')
  const fields = new Map<string, string[]>()
  for (const line of Buffer.from(bytes.subarray(0, end)).toString().split('\n')) {
    const [key = '', ...value] = line.split(': ')
    fields.set(key, [...(fields.get(key) ?? []), value.join(': ')])
  }
  const rest = bytes.subarray(end + 2)
  const file = fields.has('compressed') ? inflateSync(rest) : rest
  return { name, expect: fields.get('expect')?.[0] ?? '', fields, file: new Uint8Array(file) }
}

const all = Object.entries(vectors).map(([name, bytes]) => readVector(name, bytes))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const one = (vector: Vector, field: string) => vector.fields.get(field)?.[0]

/** Vectors that age itself accepts, or finds nobody's, and that we judge otherwise. */
const stricter: Readonly<Record<string, string>> = {
  armor_scrypt: 'passphrases open identity files (core/envelope/passphrase), never a sealed file',
  armor_x25519: 'no identity of ours is of the kind X25519',
  armor_crlf: 'as armor_x25519',
  armor_full_last_line: 'as armor_x25519',
  armor_no_eol: 'as armor_x25519',
  armor_whitespace_outside: 'as armor_x25519',
}

/** Faults inside an X25519 or scrypt stanza, or of its kind: nothing there is for us, so the file is nobody's. */
const notOurStanza =
  /^(x25519|scrypt)_(and_x25519|double|extra_argument|identity|long_file_key|long_share|low_order|not_canonical_salt|not_canonical_share|salt_long|salt_missing|salt_short|short_share|work_factor_.*)$/

t.ok(all.length >= 140, 'the package has its vectors')

for (const p of [await nodePrimitives(), await libsodiumPrimitives(), purePrimitives()]) {
  await t.test(`${p.name}: hybrid vectors open, or do not, as they say`, async t => {
    const hybrid = all.filter(vector =>
      vector.fields.get('identity')?.some(text => text.startsWith('AGE-SECRET-KEY-PQ-')),
    )
    t.equal(hybrid.length, 19)
    for (const vector of hybrid) {
      const identities =
        vector.fields.get('identity')?.filter(text => text.startsWith('AGE-SECRET-KEY-PQ-')) ?? []
      const opening = openAgeFile(p, identities, vector.file)
      if (vector.expect === 'success') {
        const opened = await opening
        t.equal(
          opened === null ? null : sha256(opened.plaintext),
          one(vector, 'payload'),
          vector.name,
        )
        t.equal(opened?.context, null, `${vector.name}: no context`)
      } else if (vector.expect === 'no match') t.equal(await opening, null, vector.name)
      else if (vector.name === 'hybrid_x25519_arg')
        t.equal(await opening, null, 'an X25519 stanza is not for us, whatever is in it')
      else await t.rejects(opening, { code: 'sealed_unreadable' }, vector.name)
    }
  })

  await t.test(`${p.name}: STREAM and MAC vectors, by their file keys`, async t => {
    const keyed = all.filter(
      vector =>
        vector.fields.has('file key') &&
        /^(stream|hmac|header|hybrid|stanza|x25519)/.test(vector.name),
    )
    let seen = 0
    for (const vector of keyed) {
      const fileKey = fromHex(one(vector, 'file key') ?? '')
      if (!['success', 'payload failure', 'HMAC failure'].includes(vector.expect)) continue
      if (fileKey.length !== 16) continue
      seen++
      const header = parseHeader(vector.file)
      const isTrue = await verifyHeader(p, fileKey, header)
      t.equal(isTrue, vector.expect !== 'HMAC failure', `${vector.name}: MAC`)
      if (!isTrue) continue
      const text = await openPayload(p, fileKey, vector.file.subarray(header.length))
      if (vector.expect === 'success')
        t.equal(text === null ? null : sha256(text), one(vector, 'payload'), vector.name)
      // A payload opens whole or not at all: nothing of a broken one is released.
      else t.equal(text, null, vector.name)
    }
    t.equal(seen, 37)
  })
}

const scratch = await mkdtemp(join(tmpdir(), 'khancap-test-'))
t.teardown(() => rm(scratch, { recursive: true, force: true }))

/** What came of opening a file: the hash of its text, nobody's, or the code by which it was refused. */
async function outcome(opening: Promise<string | null>): Promise<string> {
  try {
    return (await opening) ?? 'no match'
  } catch (error) {
    if (error instanceof KhancapError) return error.code
    throw error
  }
}

const whole = (q: Primitives, identities: readonly string[], file: Uint8Array) =>
  outcome(openAgeFile(q, identities, file).then(opened => opened && sha256(opened.plaintext)))

/** As the handlers' tool opens large files: chunk by chunk, from the disk. Armor comes off before. */
async function streamed(
  q: Primitives,
  identities: readonly string[],
  file: Uint8Array,
): Promise<string> {
  const path = join(scratch, 'file.age')
  await writeFile(path, file)
  const hash = createHash('sha256')
  const opening = openStream(q, identities, await fileSource(path), {
    target: null,
    expect(context) {
      if (context !== null) throw new Error('no vector has a context')
    },
    chunk: text => void hash.update(text),
    progress() {},
  })
  return outcome(opening.then(opened => opened && hash.digest('hex')))
}

const hybridIdentities = all
  .flatMap(vector => vector.fields.get('identity') ?? [])
  .filter(text => text.startsWith('AGE-SECRET-KEY-PQ-'))

for (const q of [await nodePrimitives(), await libsodiumPrimitives(), purePrimitives()]) {
  await t.test(`${q.name}: every vector opens streamed as it opens whole`, async t => {
    const seen = new Map<string, number>()
    for (const vector of all) {
      const identities = vector.fields
        .get('identity')
        ?.some(text => hybridIdentities.includes(text))
        ? (vector.fields.get('identity') ?? []).filter(text => hybridIdentities.includes(text))
        : hybridIdentities.slice(0, 1)
      let file = vector.file
      if (vector.fields.has('armored')) {
        try {
          file = decodeArmor(vector.file) ?? vector.file
        } catch {
          t.equal(await whole(q, identities, vector.file), 'sealed_unreadable', vector.name)
          continue
        }
      }
      const expected = await whole(q, identities, vector.file)
      t.equal(await streamed(q, identities, file), expected, vector.name)
      const kind = /^[0-9a-f]{64}$/.test(expected) ? 'opened' : expected
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
    }
    t.same(Object.fromEntries(seen), { opened: 5, 'no match': 83, sealed_unreadable: 36 })
  })

  await t.test(
    `${q.name}: STREAM vectors open streamed, or do not, under a header that is ours`,
    async t => {
      const [reader] = people(q, 1)
      let count = 0
      for (const vector of all.filter(({ name }) => name.startsWith('stream_'))) {
        const fileKey = fromHex(one(vector, 'file key') ?? '')
        const theirs = parseHeader(vector.file)
        const stanzas = await wrapFileKey(q, n => q.random(n), fileKey, [reader?.recipient ?? ''])
        const header = await sealHeader(q, fileKey, stanzas)
        const file = concatBytes(header, vector.file.subarray(theirs.length))
        const expected =
          vector.expect === 'success' ? (one(vector, 'payload') ?? '') : 'sealed_unreadable'
        t.equal(await streamed(q, [reader?.identity ?? ''], file), expected, vector.name)
        count++
      }
      t.equal(count, 28)
    },
  )
}

const p = await nodePrimitives()

await t.test('header vectors: parsed or refused as they say', t => {
  const binary = all.filter(vector => !vector.fields.has('armored'))
  for (const vector of binary) {
    const mayParse = vector.expect !== 'header failure' || notOurStanza.test(vector.name)
    const ofHybrid = /^hybrid_(?!not_canonical_body)/.test(vector.name)
    const ofNonce = /^stream_(no_nonce|short_nonce)$/.test(vector.name)
    if (vector.expect === 'header failure' && (ofHybrid || ofNonce)) continue
    if (mayParse) t.ok(parseHeader(vector.file).stanzas.length > 0, vector.name)
    else t.throws(() => parseHeader(vector.file), vector.name)
  }
  t.end()
})

await t.test('a nonce that is missing or short is no payload', async t => {
  for (const name of ['stream_no_nonce', 'stream_short_nonce']) {
    const vector = all.find(one => one.name === name)
    if (vector === undefined) throw new Error(name)
    const header = parseHeader(vector.file)
    const key = fromHex(one(vector, 'file key') ?? '')
    t.equal(await openPayload(p, key, vector.file.subarray(header.length)), null, name)
  }
})

await t.test('armor vectors: decoded or refused as they say', t => {
  for (const vector of all.filter(({ fields }) => fields.has('armored'))) {
    const decode = () => decodeArmor(vector.file)
    // "header failure" and "payload failure" are about what is inside a good armor; an empty one is none.
    if (vector.expect === 'armor failure') {
      let decoded: Uint8Array | null = null
      try {
        decoded = decode()
      } catch {}
      t.equal(decoded, null, vector.name)
    } else if (vector.name === 'armor_empty') t.throws(decode, vector.name)
    else t.ok(decode(), vector.name)
  }
  t.end()
})

await t.test('where we differ from age is listed, and nothing else differs', async t => {
  const differs: string[] = []
  for (const vector of all.filter(({ expect }) => expect === 'success')) {
    const opened = await openAgeFile(p, hybridIdentities, vector.file).catch(() => null)
    const isOfAnotherKind = /^(x25519|scrypt|stanza|stream)/.test(vector.name)
    if (opened === null && !isOfAnotherKind) differs.push(vector.name)
  }
  t.same(differs.toSorted(), Object.keys(stricter).toSorted())
})

await t.test('the strict profile takes none of them: they have no context', t => {
  for (const vector of all)
    t.throws(() => inspectSealed(vector.file), { code: 'envelope_malformed' }, vector.name)
  t.end()
})

await t.test('passphrase vectors open, or do not, as they say', async t => {
  for (const vector of all.filter(({ name }) => name.startsWith('scrypt'))) {
    const passphrase = one(vector, 'passphrase') ?? ''
    const opening = openWithPassphrase(p, vector.file, passphrase)
    if (vector.expect === 'success')
      t.equal(sha256(Buffer.from(await opening)), one(vector, 'payload'), vector.name)
    else await t.rejects(opening, { code: /^identity_(locked|malformed)$/ }, vector.name)
  }
})
