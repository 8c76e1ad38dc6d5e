// Receipts and proofs: what is signed is read back, and nothing else verifies. docs/protocol.md, "Receipt", "Addition",
// "Answer".
import t from 'tap'
import type { ReceiptContent } from '../../schemas/receipt.js'
import { signNote } from '../../keys/note.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import {
  signAddition,
  signAnswer,
  verifyAddition,
  verifyAnswer,
} from '../../src/core/receipt/proofs.js'
import { promiseFor, signReceipt, verifyReceipt } from '../../src/core/receipt/receipt.js'
import { sampleOrganisation, sampleOrigin } from '../helper/sample-content.js'

t.setTimeout(180_000)

const p = await nodePrimitives()
const { directory, receipt: key } = sampleOrganisation(p)
const invalid = { code: 'receipt_invalid' }
const content: ReceiptContent = {
  origin: sampleOrigin,
  intake: encodeBase64url(new Uint8Array(16).fill(1)),
  envelope: encodeBase64url(new Uint8Array(32).fill(2)),
  slip: encodeBase64url(new Uint8Array(32).fill(3)),
  received: '2026-03-02T10:00:00Z',
  due: [
    { program: 'emergency', by: '2026-03-04T11:00:00Z' },
    { program: 'pil', by: '2026-03-09T11:00:00Z' },
  ],
  directory: 3,
}

await t.test('step 5: a receipt says what was signed, with and without a slip', async t => {
  for (const slip of [content.slip, null]) {
    const note = await signReceipt(p, { ...content, slip }, key)
    t.same(await verifyReceipt(p, note, directory), { ...content, slip })
    t.equal(
      note.split('\n\n')[0],
      [
        'khancap/v1/receipt',
        `origin ${sampleOrigin}`,
        `intake ${content.intake}`,
        `envelope ${content.envelope}`,
        `slip ${slip ?? '-'}`,
        `received ${content.received}`,
        'due emergency 2026-03-04T11:00:00Z',
        'due pil 2026-03-09T11:00:00Z',
        'directory 3',
      ].join('\n'),
    )
    t.ok(note.length <= 4096)
  }
})

await t.test('a receipt has room for twenty programs of the longest names', async t => {
  const due = Array.from({ length: 20 }, (_, at) => ({
    program: `p${'x'.repeat(29)}${10 + at}`,
    by: '2026-03-04T11:00:00Z',
  }))
  const note = await signReceipt(p, { ...content, due }, key)
  t.same(await verifyReceipt(p, note, directory), { ...content, due })
})

await t.test('the same content gives the same receipt', async t => {
  t.equal(await signReceipt(p, content, key), await signReceipt(p, content, key))
})

await t.test('a receipt that promises less than the directory does promises nothing', t => {
  const program = directory.programs[0]?.id ?? ''
  const said = (by: string) =>
    promiseFor({ ...content, due: [{ program, by }] }, directory, program)
  t.equal(directory.programs[0]?.service_level.first_response_seconds, 48 * 3600)
  t.equal(said('2026-03-04T11:00:00Z'), '2026-03-04T11:00:00Z', 'the end of the hour of arrival')
  t.equal(said('2026-03-04T10:00:00Z'), '2026-03-04T10:00:00Z')
  t.equal(said('2026-03-04T12:00:00Z'), null)
  t.equal(promiseFor(content, directory, 'other'), null)
  t.equal(promiseFor({ ...content, due: content.due.slice(1) }, directory, program), null)
  t.end()
})

await t.test('every letter of a receipt counts', async t => {
  const note = await signReceipt(p, content, key)
  for (let at = 0; at < note.length; at++) {
    const changed = `${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`
    await t.rejects(verifyReceipt(p, changed, directory), invalid, `letter ${at}`)
  }
  await t.rejects(verifyReceipt(p, note.slice(0, -1), directory), invalid)
  await t.rejects(verifyReceipt(p, `${note} `, directory), invalid)
  await t.rejects(verifyReceipt(p, '', directory), invalid)
})

await t.test('signed by the right key, but not a receipt: one mutation each', async t => {
  const text = (await signReceipt(p, content, key)).split('\n\n')[0] ?? ''
  const mutations: Record<string, string> = {
    'another title': text.replace('khancap/v1/receipt', 'khancap/v1/directory'),
    'another origin': text.replace(sampleOrigin, 'https://other.example.org'),
    'a line more': `${text}\nmore 1`,
    'a line less': text.replace(/\ndirectory 3$/, ''),
    'lines in another order': text.replace(/(received .*)\n(due .*)/, '$2\n$1'),
    'a program after the directory': text.replace(/(due pil .*)\n(directory .*)/, '$2\n$1'),
    'a program twice': text.replace('due pil', 'due emergency'),
    'no program': text.replaceAll(/due .*\n/g, ''),
    'a promise without a program': text.replace('due pil ', 'due '),
    'a promise with a word more': text.replace(/(due pil .*)/, '$1 perhaps'),
    'a name that is none': text.replace('due pil', 'due PIL'),
    '21 programs': text.replace(
      /due pil (.*)/,
      Array.from({ length: 20 }, (_, at) => `due p${at} $1`).join('\n'),
    ),
    'a line twice': text.replace(/(received .*)/, '$1\n$1'),
    'a time that is none': text.replace('2026-03-04T11:00:00Z', 'tomorrow'),
    'a number with a zero in front': text.replace('directory 3', 'directory 03'),
    'a number with a point': text.replace('directory 3', 'directory 3.0'),
    'two spaces': text.replace('due ', 'due  '),
    'a space at the end': text.replace('directory 3', 'directory 3 '),
    'an empty slip': text.replace(/slip .*/, 'slip '),
    'a short hash': text.replace(/envelope .*/, 'envelope AAAA'),
  }
  for (const [name, changed] of Object.entries(mutations)) {
    t.not(changed, text, `${name} is a mutation`)
    const note = await signNote(p, `${changed}\n`, [key])
    await t.rejects(verifyReceipt(p, note, directory), invalid, name)
  }
  t.same(await verifyReceipt(p, await signNote(p, `${text}\n`, [key]), directory), content)
})

await t.test(
  'a receipt of another key does not verify; of an older key of the directory it does',
  async t => {
    const stranger = { name: key.name, seed: p.random(32) }
    await t.rejects(verifyReceipt(p, await signReceipt(p, content, stranger), directory), invalid)
    const newer = { name: 'receipts-2', key: encodeBase64url(p.ed25519PublicKey(p.random(32))) }
    const later = { ...directory, receipt_keys: [newer, ...directory.receipt_keys] }
    t.same(await verifyReceipt(p, await signReceipt(p, content, key), later), content)
  },
)

await t.test('a receipt that is too long is not read', async t => {
  const note = await signReceipt(p, content, key)
  await t.rejects(verifyReceipt(p, note + 'x'.repeat(4096), directory), invalid)
})

const seed = p.random(32)
const publicKey = p.ed25519PublicKey(seed)
const hash = new Uint8Array(32).fill(5)
const hour = '2026-03-02T10:00:00Z'

await t.test('step 10: an answer is bound to its envelope and its hour', t => {
  const signature = signAnswer(p, seed, hash, hour)
  t.ok(verifyAnswer(p, publicKey, hash, hour, signature))
  t.notOk(verifyAnswer(p, publicKey, new Uint8Array(32), hour, signature))
  t.notOk(verifyAnswer(p, publicKey, hash, '2026-03-02T11:00:00Z', signature))
  t.notOk(verifyAnswer(p, p.ed25519PublicKey(p.random(32)), hash, hour, signature))
  const bytes = Buffer.concat([Buffer.from('khancap/v1/answer\0'), hash, Buffer.from(hour)])
  t.ok(p.ed25519Verify(publicKey, bytes, signature))
  t.end()
})

await t.test('step 11: an addition is bound to its bytes', t => {
  const signature = signAddition(p, seed, hash)
  t.ok(verifyAddition(p, publicKey, hash, signature))
  t.notOk(verifyAddition(p, publicKey, new Uint8Array(32), signature))
  t.notOk(verifyAddition(p, p.ed25519PublicKey(p.random(32)), hash, signature))
  const bytes = Buffer.concat([Buffer.from('khancap/v1/addition\0'), hash])
  t.ok(p.ed25519Verify(publicKey, bytes, signature))
  t.end()
})

await t.test('no signature stands for another statement', t => {
  t.notOk(verifyAnswer(p, publicKey, hash, '', signAddition(p, seed, hash)))
  t.notOk(verifyAddition(p, publicKey, hash, signAnswer(p, seed, hash, '')))
  t.notOk(p.ed25519Verify(publicKey, utf8('khancap/v1/answer'), signAnswer(p, seed, hash, hour)))
  t.end()
})
