// The parts of the age format apart: header, payload, armor, keys as text. One fault each, at its edge. C2SP age.
import t from 'tap'
import { concatBytes, hex, utf8 } from '../../src/core/encoding/bytes.js'
import { encodeBech32 } from '../../src/core/encoding/bech32.js'
import { encodeBase64, encodeBase64Bare } from '../../src/core/encoding/base64url.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import {
  decodeIdentity,
  decodeRecipient,
  encodeIdentity,
  encodeRecipient,
  identitiesIn,
  newAgeIdentity,
  recipientOf,
} from '../../src/core/envelope/age-keys.js'
import { decodeArmor } from '../../src/core/envelope/armor.js'
import { sealHeader, verifyHeader } from '../../src/core/envelope/header.js'
import { maxHeaderBytes, parseHeader } from '../../src/core/envelope/parse-header.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { sealSlip, wrapFileKey } from '../../src/core/envelope/seal.js'
import { openPayload, sealPayload, textBytes } from '../../src/core/envelope/stream.js'
import { newPerson, sampleContext, sampleSlip } from '../helper/sample-content.js'

const p = await nodePrimitives()
const fileKey = Uint8Array.from({ length: 16 }, (_, at) => at)
const mac = `--- ${'A'.repeat(43)}\n`
const head = 'age-encryption.org/v1\n'
const parse = (text: string) => parseHeader(utf8(text))

await t.test('recipients and identities: text of one length, one case, one prefix', t => {
  const identity = encodeIdentity(new Uint8Array(32).fill(7))
  t.match(identity, /^AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}$/)
  t.same(decodeIdentity(identity), new Uint8Array(32).fill(7))
  const recipient = recipientOf(p, identity)
  t.match(recipient, /^age1pq1/)
  t.equal(encodeRecipient(decodeRecipient(recipient)), recipient)
  t.not(newAgeIdentity(p), newAgeIdentity(p))
  t.same(
    decodeIdentity(newAgeIdentity({ random: n => new Uint8Array(n).fill(9) })),
    new Uint8Array(32).fill(9),
  )
  for (const size of [31, 33])
    t.throws(() => decodeIdentity(encodeIdentity(new Uint8Array(size))), RangeError, `${size}`)
  t.throws(() => decodeIdentity(identity.toLowerCase()), RangeError)
  t.throws(() => decodeIdentity(encodeBech32('age-secret-key-', new Uint8Array(32)).toUpperCase()))
  for (const size of [1215, 1217])
    t.throws(() => decodeRecipient(encodeRecipient(new Uint8Array(size))), RangeError, `${size}`)
  t.throws(() => decodeRecipient(recipient.toUpperCase()), RangeError)
  t.throws(() => decodeRecipient(encodeBech32('age', new Uint8Array(1216))), RangeError)
  t.end()
})

await t.test('the identities of a file are its lines, without comments and space', t => {
  const file =
    '# created: 2026-03-01\n\nAGE-SECRET-KEY-PQ-1A\r\n  # older#\n AGE-SECRET-KEY-PQ-1B# \n'
  t.same(identitiesIn(file), ['AGE-SECRET-KEY-PQ-1A', 'AGE-SECRET-KEY-PQ-1B#'])
  t.same(identitiesIn(''), [])
  t.end()
})

await t.test('recipients: every coefficient of ML-KEM is below 3329, at every place', t => {
  /** Coefficients of 12 bits, two in three bytes, little-endian (FIPS 203, ByteEncode). */
  const recipient = (coefficients: ReadonlyMap<number, number>) => {
    const key = new Uint8Array(1216)
    for (const [index, value] of coefficients) {
      const at = Math.floor(index / 2) * 3
      if (index % 2 === 0) {
        key[at] = value & 255
        key[at + 1] = (key[at + 1] ?? 0) | (value >> 8)
      } else {
        key[at + 1] = (key[at + 1] ?? 0) | ((value & 15) << 4)
        key[at + 2] = value >> 4
      }
    }
    return encodeRecipient(key)
  }
  const places = [0, 1, 2, 3, 384, 766, 767]
  for (const place of places) {
    for (const good of [0, 1, 255, 256, 3328])
      t.doesNotThrow(
        () => decodeRecipient(recipient(new Map([[place, good]]))),
        `${place}: ${good}`,
      )
    for (const bad of [3329, 3330, 3584, 4095])
      t.throws(
        () => decodeRecipient(recipient(new Map([[place, bad]]))),
        RangeError,
        `${place}: ${bad}`,
      )
    // A neighbour that is large and allowed does not count for it.
    t.doesNotThrow(() =>
      decodeRecipient(
        recipient(
          new Map([
            [place, 3328],
            [place ^ 1, 3328],
          ]),
        ),
      ),
    )
  }
  // Behind the coefficients stand a seed and an X25519 key: any bytes.
  const free = new Uint8Array(1216)
  free.fill(255, 1152)
  t.doesNotThrow(() => decodeRecipient(encodeRecipient(free)))
  t.end()
})

await t.test('header: what is read is what stands there', t => {
  const body = utf8('x'.repeat(48))
  const text = `${head}-> a b\n${encodeBase64Bare(body)}\n\n-> !~\nAAAA\n${mac}rest`
  const read = parse(text)
  t.same(
    read.stanzas.map(({ args }) => args),
    [['a', 'b'], ['!~']],
  )
  t.same(read.stanzas[0]?.body, body)
  t.same(read.stanzas[1]?.body, new Uint8Array(3))
  t.same(read.mac, new Uint8Array(32))
  t.equal(read.length, text.length - 4)
  t.same(read.covered, utf8(text.slice(0, text.indexOf('---') + 3)))
  t.end()
})

await t.test('header: one fault each', t => {
  const stanza = '-> a\n\n'
  t.ok(parse(`${head}${stanza}${mac}`))
  const faults: Record<string, string> = {
    nothing: '',
    'no line feed': 'age-encryption.org/v1',
    'another version': `age-encryption.org/v2\n${stanza}${mac}`,
    'a letter before the version': ` ${head}${stanza}${mac}`,
    'a carriage return': `age-encryption.org/v1\r\n${stanza}${mac}`,
    'no stanza': `${head}${mac}`,
    'no MAC': `${head}${stanza}`,
    'a MAC of another intro': `${head}${stanza}-- ${'A'.repeat(43)}\n`,
    'a MAC without a space': `${head}${stanza}---${'A'.repeat(43)}\n`,
    'other signs before the MAC': `${head}${stanza}+++ ${'A'.repeat(43)}\n`,
    'a letter for the space': `${head}${stanza}---A${'A'.repeat(43)}\n`,
    'a short MAC': `${head}${stanza}--- ${'A'.repeat(42)}\n`,
    'a MAC of 31 bytes': `${head}${stanza}--- ${encodeBase64Bare(new Uint8Array(31))}\n`,
    'a MAC of 33 bytes': `${head}${stanza}--- ${encodeBase64Bare(new Uint8Array(33))}\n`,
    'a MAC that is not canonical': `${head}${stanza}--- ${'A'.repeat(42)}B\n`,
    'a stanza without arguments': `${head}-> \n\n${mac}`,
    'a stanza without a space': `${head}->a\n\n${mac}`,
    'two spaces': `${head}-> a  b\n\n${mac}`,
    'a space at the end': `${head}-> a \n\n${mac}`,
    'a control character': `${head}-> a\u001fb\n\n${mac}`,
    'a letter outside ASCII': `${head}-> a\u007fb\n\n${mac}`,
    'a line of 65 letters': `${head}-> a\n${'A'.repeat(65)}\n\n${mac}`,
    'a line of 68 letters': `${head}-> a\n${'A'.repeat(68)}\n\n${mac}`,
    'a full line without the short one': `${head}-> a\n${'A'.repeat(64)}\n${mac}`,
    padding: `${head}-> a\nAA==\n${mac}`,
    'a body that is not canonical': `${head}-> a\nAB\n${mac}`,
    'a second line after a short one': `${head}-> a\nAAAA\nAAAA\n${mac}`,
  }
  for (const [name, text] of Object.entries(faults)) t.throws(() => parse(text), name)
  for (const letter of [0x20, 0x7e])
    t.doesNotThrow(() => parse(`${head}-> a${String.fromCharCode(letter)}b\n\n${mac}`))
  t.end()
})

await t.test('header: 131 072 bytes, and one over', t => {
  const rest = `-> a\n${`${'A'.repeat(64)}\n`.repeat(2014)}`
  const fill = maxHeaderBytes - head.length - rest.length - mac.length - 1
  const last = (letters: number) => `${head}-> ${'b'.repeat(letters)}\n\n${rest}\n${mac}`
  const letters = fill - '-> \n\n'.length
  t.equal(last(letters).length, maxHeaderBytes)
  t.equal(parse(last(letters)).length, 131_072)
  t.equal(parse(`${last(letters)}xx`).length, 131_072, 'what follows does not count')
  t.throws(() => parse(last(letters + 1)))
  t.end()
})

await t.test('header: sealed as the specification says, verified by its key alone', async t => {
  const stanzas = [
    { args: ['one'], body: new Uint8Array(0) },
    { args: ['two', 'x'], body: new Uint8Array(48).fill(1) },
    { args: ['three'], body: new Uint8Array(49).fill(2) },
  ]
  const bytes = await sealHeader(p, fileKey, stanzas)
  const covered = `${head}-> one\n\n-> two x\n${'AQEB'.repeat(16)}\n\n-> three\n${'AgIC'.repeat(16)}\nAg\n---`
  const key = await p.hkdfSha256(fileKey, new Uint8Array(0), utf8('header'), 32)
  const expected = await p.hmacSha256(key, utf8(covered))
  t.equal(Buffer.from(bytes).toString(), `${covered} ${encodeBase64Bare(expected)}\n`)
  t.ok(await verifyHeader(p, fileKey, parseHeader(bytes)))
  t.notOk(await verifyHeader(p, p.random(16), parseHeader(bytes)))
  t.same(parseHeader(bytes).stanzas, stanzas)
})

await t.test('payload: chunks as the specification says', async t => {
  const nonce = new Uint8Array(16).fill(3)
  const key = await p.hkdfSha256(fileKey, nonce, utf8('payload'), 32)
  const counter = (number: number, last: number) =>
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, number >> 24, number >> 16, number >> 8, number, last)
  for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073]) {
    const text = new Uint8Array(size).fill(size % 251)
    const sealed = await sealPayload(p, fileKey, nonce, text)
    const count = Math.max(1, Math.ceil(size / 65_536))
    const chunks = Array.from({ length: count }, (_, at) =>
      p.aeadSeal(
        key,
        counter(at, at === count - 1 ? 1 : 0),
        text.subarray(at * 65_536, (at + 1) * 65_536),
      ),
    )
    t.equal(hex(sealed), hex(concatBytes(nonce, ...chunks)), `${size}`)
    t.same(await openPayload(p, fileKey, sealed), text, `${size}`)
    t.equal(textBytes(sealed.length - 16), size)
    t.equal(await openPayload(p, fileKey, sealed.subarray(0, -1)), null)
    t.equal(await openPayload(p, p.random(16), sealed), null)
  }
})

await t.test('payload: sizes that none has', async t => {
  const full = 65_552
  for (const size of [-1, 0, 1, 15, full + 1, full + 15, full + 16, 2 * full + 16])
    t.equal(textBytes(size), null, `${size}`)
  t.equal(textBytes(16), 0)
  t.equal(textBytes(17), 1)
  t.equal(textBytes(full), 65_536)
  t.equal(textBytes(full + 17), 65_537)
  t.equal(textBytes(2 * full), 131_072)
  for (const size of [0, 1, 15, 16, 31]) {
    let ciphers = 0
    const counting = {
      ...p,
      hkdfSha256: async () => {
        ciphers++
        return new Uint8Array(32)
      },
    }
    t.equal(await openPayload(counting, fileKey, new Uint8Array(size)), null)
    t.equal(ciphers, 0, `${size} bytes: nothing is derived`)
  }
})

await t.test('armor: lines of 64, a last one, and white space around', t => {
  const begin = '-----BEGIN AGE ENCRYPTED FILE-----'
  const end = '-----END AGE ENCRYPTED FILE-----'
  const of = (...lines: string[]) => decodeArmor(utf8(`${[begin, ...lines, end].join('\n')}\n`))
  const line = (bytes: number) => encodeBase64(new Uint8Array(bytes).fill(5))
  t.same(of(line(1)), new Uint8Array(1).fill(5))
  t.same(of(line(47)), new Uint8Array(47).fill(5))
  t.same(of(line(48)), new Uint8Array(48).fill(5), 'a full last line')
  t.same(of(line(48), line(48), line(2)), new Uint8Array(98).fill(5))
  const whole = `${begin}\n${line(48)}\n${line(3)}\n${end}`
  for (const around of [
    whole,
    `${whole}\n`,
    ` \t\r\n${whole}\n \t\r\n`,
    whole.replaceAll('\n', '\r\n'),
  ])
    t.same(decodeArmor(utf8(around)), new Uint8Array(51).fill(5))
  for (const none of ['', ' ', '\n', 'x', begin.slice(0, -1), `x${whole}`, `\f${whole}`, head])
    t.equal(decodeArmor(utf8(none)), null, JSON.stringify(none))
  for (const [name, text] of Object.entries({
    'no end': `${begin}\n${line(3)}\n`,
    'another end': `${whole}x`,
    'text behind': `${whole}\nx`,
    'nothing inside': `${begin}\n${end}\n`,
    'an empty line inside': `${begin}\n\n${end}\n`,
    'an empty last line': `${begin}\n${line(48)}\n\n${end}\n`,
    'an empty line first': `${begin}\n\n${line(3)}\n${end}\n`,
    'a short line first': `${begin}\n${line(47)}\n${line(3)}\n${end}\n`,
    'a line of 63': `${begin}\n${line(48).slice(1)}\n${line(3)}\n${end}\n`,
    'a last line of 68': `${begin}\n${line(51)}\n${end}\n`,
    'a first line of 68': `${begin}\n${line(51)}\n${line(3)}\n${end}\n`,
    'padding in the middle': `${begin}\n${line(47)}\n${line(47)}\n${end}\n`,
    'no padding at the end': `${begin}\n${line(1).slice(0, 2)}\n${end}\n`,
    'not canonical': `${begin}\nBR==\n${end}\n`,
    'a space at the end of a line': `${begin}\n${line(3)} \n${end}\n`,
    'text behind the begin': `${begin} \n${line(3)}\n${end}\n`,
    'a byte that is no letter': `${begin}\nA\u00e9AA\n${end}\n`,
  }))
    t.throws(() => decodeArmor(utf8(text)), name)
  t.end()
})

await t.test('any age file opens, with its context where it has one', async t => {
  const me = newPerson(p)
  const { bytes } = await sealSlip(p, sampleSlip(), me.recipient)
  const ours = await openAgeFile(p, [me.identity], bytes)
  t.same(ours?.context, sampleContext('slip'))
  t.equal(ours?.plaintext.length, 512)
  const text = utf8('x'.repeat(70_000))
  const key = p.random(16)
  const wrapped = await wrapFileKey(p, n => p.random(n), key, [me.recipient])
  const other = { args: ['grease', 'khancap/ctx-v1'], body: new Uint8Array(1) }
  const file = concatBytes(
    await sealHeader(p, key, [other, ...wrapped]),
    await sealPayload(p, key, p.random(16), text),
  )
  t.same(await openAgeFile(p, [me.identity], file), { plaintext: text, context: null })
  t.equal(await openAgeFile(p, [newPerson(p).identity], file), null)
  const unreadable = { code: 'sealed_unreadable' }
  await t.rejects(openAgeFile(p, [me.identity], file.subarray(0, -1)), unreadable)
  const damaged = { args: ['khancap/ctx-v1'], body: new Uint8Array(45) }
  const bad = concatBytes(
    await sealHeader(p, key, [...wrapped, damaged]),
    await sealPayload(p, key, p.random(16), text),
  )
  await t.rejects(openAgeFile(p, [me.identity], bad), unreadable, 'a context that is none')
})
