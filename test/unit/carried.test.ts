// Sealed files without a context: bytes of any kind that an identity in the plaintext opens (docs/protocol.md, "Carried
// mail"), and what a handler seals to keys of their own.
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import { unpadded } from '../../src/core/envelope/carried.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { sealToSelf, sealTogether } from '../../src/core/envelope/seal.js'
import { newPerson, people } from '../helper/sample-content.js'

t.setTimeout(180_000)
const p = await nodePrimitives()
const faulty = { code: 'primitives_faulty' }
const unreadable = { code: 'sealed_unreadable' }

/** Draws of random bytes, by their lengths. */
function counting(): { readonly q: Primitives; readonly drawn: number[] } {
  const drawn: number[] = []
  const random = (bytes: number) => {
    drawn.push(bytes)
    return p.random(bytes)
  }
  return { q: { ...p, random }, drawn }
}

await t.test('bytes of any length open with the fresh identity alone, and come whole', async t => {
  for (const length of [0, 1, 4096, 4097, 70_000]) {
    const text = p.random(length)
    const { bytes, identity, recipient, sha256 } = await sealTogether(p, seal => seal.bytes(text))
    t.same(sha256, await p.sha256(bytes))
    t.equal(decodeIdentity(identity).length, 32)
    t.match(recipient, /^age1pq1/)
    t.equal(parseHeader(bytes).stanzas.length, 1)
    const opened = await openAgeFile(p, [identity], bytes)
    if (opened === null) throw new Error('text expected')
    t.equal(opened.context, null)
    const padded = opened.plaintext
    t.equal(padded.length, length <= 4096 ? 4096 : length === 4097 ? 4352 : 71_680)
    t.ok(padded.subarray(length).every(byte => byte === 0))
    t.equal(await openAgeFile(p, [newPerson(p).identity], bytes), null)

    const file = {
      id: encodeBase64url(p.random(16)),
      identity,
      bytes: length,
      sha256: encodeBase64url(await p.sha256(text)),
      name: 'mail.eml',
      type: 'message/rfc822',
    }
    t.same(await unpadded(p, file, padded), text)
    const other = encodeBase64url(await p.sha256(utf8('another')))
    await t.rejects(unpadded(p, { ...file, sha256: other }, padded), unreadable)
    // As long as it says, or it is not that file: also where all that is there has the right hash.
    const short = padded.subarray(0, length)
    await t.rejects(unpadded(p, { ...file, bytes: length + 1 }, short), unreadable)
    if (length > 0) await t.rejects(unpadded(p, { ...file, bytes: length - 1 }, padded), unreadable)
  }
})

await t.test('a seed, a file key, a share and a nonce are drawn, each with its length', async t => {
  const { q, drawn } = counting()
  await sealTogether(q, seal => seal.bytes(utf8('x')))
  t.strictSame(
    drawn.filter(length => length !== 32),
    [16, 64, 16],
  )
  const self = counting()
  await sealToSelf(self.q, 'x', [newPerson(p).recipient])
  t.strictSame(
    self.drawn.filter(length => length !== 32),
    [16, 64, 16],
  )
})

await t.test('what a handler keeps opens with each of their keys, spaces behind it', async t => {
  const [one, two, stranger] = people(p, 3)
  for (const text of ['', 'x'.repeat(4096), 'x'.repeat(4097), '{"a":"Được"}']) {
    const bytes = await sealToSelf(p, text, [one?.recipient ?? '', two?.recipient ?? ''])
    for (const { identity } of [one, two].filter(each => each !== undefined)) {
      const opened = await openAgeFile(p, [identity], bytes)
      if (opened === null) throw new Error('text expected')
      t.equal(opened.context, null)
      const { plaintext } = opened
      t.equal(plaintext.length, utf8(text).length > 4096 ? 4352 : 4096)
      t.equal(fromUtf8(plaintext), text + ' '.repeat(plaintext.length - utf8(text).length))
    }
    t.equal(await openAgeFile(p, [stranger?.identity ?? ''], bytes), null)
  }
})

await t.test('an engine that fails before or after is found out', async t => {
  const [me] = people(p, 1)
  const wrong = { ...p, sha256: async () => new Uint8Array(32) }
  await t.rejects(sealToSelf(wrong, 'x', [me?.recipient ?? '']), faulty, 'before')
  await t.rejects(
    sealTogether(wrong, seal => seal.bytes(utf8('x'))),
    faulty,
    'before',
  )
  // A header and one chunk are sealed between the two tests; then the chunks are zeros.
  const seals: ((q: Primitives) => Promise<void>)[] = [
    async q => void (await sealToSelf(q, 'x', [me?.recipient ?? ''])),
    async q => void (await sealTogether(q, sealer => sealer.bytes(utf8('x')))),
  ]
  for (const seal of seals) {
    let calls = 0
    await seal({
      ...p,
      aeadSeal(...args) {
        calls++
        return p.aeadSeal(...args)
      },
    })
    // Two of them are the file's own, and the tests before and after are the same.
    const own = (calls - 2) / 2 + 2
    let count = 0
    const breaking: Primitives = {
      ...p,
      aeadSeal: (...args) =>
        ++count > own ? new Uint8Array(args[2].length + 16) : p.aeadSeal(...args),
    }
    await t.rejects(seal(breaking), faulty, 'after')
  }
})
