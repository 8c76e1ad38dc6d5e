// The published vectors of age (npm cctv-age): header, STREAM, armor, hybrid recipients. Those about X25519 and
// passphrases are used as far as they are about header and STREAM.
import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import * as vectors from 'cctv-age'
import t from 'tap'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { openWithPassphrase } from '../../src/core/crypto/passphrase.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { fromHex } from '../../src/core/encoding/bytes.js'
import { decodeArmor } from '../../src/core/envelope/armor.js'
import { parseHeader, verifyHeader } from '../../src/core/envelope/header.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { openPayload } from '../../src/core/envelope/stream.js'

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
  armor_scrypt: 'passphrases open identity files (core/crypto/passphrase), never a sealed file',
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
  const identities = all
    .flatMap(vector => vector.fields.get('identity') ?? [])
    .filter(text => text.startsWith('AGE-SECRET-KEY-PQ-'))
  const differs: string[] = []
  for (const vector of all.filter(({ expect }) => expect === 'success')) {
    const opened = await openAgeFile(p, identities, vector.file).catch(() => null)
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
    const opening = openWithPassphrase(vector.file, passphrase)
    if (vector.expect === 'success')
      t.equal(sha256(Buffer.from(await opening)), one(vector, 'payload'), vector.name)
    else await t.rejects(opening, { code: /^identity_(locked|malformed)$/ }, vector.name)
  }
})
