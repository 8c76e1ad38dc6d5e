// Signed notes (C2SP signed-note): published example, thresholds, one mutation each.
import t from 'tap'
import { appendNoteSignature, readNote, signNote, verifyNote } from '../../keys/note.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { decodeBase64, encodeBase64, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { concatBytes, utf8 } from '../../src/core/encoding/bytes.js'

const p = await nodePrimitives()
const text = 'first line\nsecond line: ế 中\n\nafter a blank line\n'
const signers = ['a.example.org/root', 'b'].map(name => ({ name, seed: p.random(32) }))
const [a, b] = signers
if (a === undefined || b === undefined) throw new Error('two signers expected')
const keyOf = ({ name, seed }: { name: string; seed: Uint8Array }) => ({
  name,
  key: encodeBase64url(p.ed25519PublicKey(seed)),
})
const keys = signers.map(keyOf)

await t.test('the example of the Go package golang.org/x/mod/sumdb/note verifies', async t => {
  const note =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
  // PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
  const encoded = decodeBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  const key = { name: 'PeterNeumann', key: encodeBase64url(encoded.subarray(1)) }
  t.same((await verifyNote(p, note, [key]))?.signers, ['PeterNeumann'])
  t.same([...(readNote(note).signatures[0]?.keyId ?? [])], [0xc7, 0x4f, 0x20, 0xa3])
})

await t.test('what is signed verifies, by each of its signers', async t => {
  const note = await signNote(p, text, signers)
  t.same(await verifyNote(p, note, keys), { text, signers: ['a.example.org/root', 'b'] })
  t.same((await verifyNote(p, note, keys.slice(1)))?.signers, ['b'])
  t.same((await verifyNote(p, note, []))?.signers, [])
  t.equal(readNote(note).text, text)
})

await t.test('a signature is added once', async t => {
  const one = await signNote(p, text, [a])
  const two = await appendNoteSignature(p, one, b)
  t.equal(two, await signNote(p, text, signers))
  t.equal(await appendNoteSignature(p, two, b), two)
  t.equal(await appendNoteSignature(p, two, a), two)
  await t.rejects(appendNoteSignature(p, text, a), SyntaxError)
})

await t.test('the same name twice counts once', async t => {
  const note = await signNote(p, text, [a, a])
  t.same((await verifyNote(p, note, keys))?.signers, ['a.example.org/root'])
})

await t.test('lines of strangers do not count and do no harm', async t => {
  const stranger = { name: 'stranger', seed: p.random(32) }
  const sameName = { name: 'b', seed: p.random(32) }
  const note = await signNote(p, text, [stranger, a, sameName])
  t.same((await verifyNote(p, note, keys))?.signers, ['a.example.org/root'])
})

await t.test('a false line of a known key spoils the note', async t => {
  const note = await signNote(p, text, [a, b])
  const other = await signNote(p, `${text}x\n`, [b])
  const spoiled = note.split('— b ')[0] + `— b ${other.split('— b ')[1] ?? ''}`
  t.equal(await verifyNote(p, spoiled, keys), null)
  t.same((await verifyNote(p, spoiled, keys.slice(0, 1)))?.signers, ['a.example.org/root'])
  t.equal(await verifyNote(p, note.replace('first', 'First'), keys), null)
})

await t.test('form: one mutation each: refused', async t => {
  const note = await signNote(p, text, [a])
  const line = note.slice(text.length + 1)
  const mutations: Record<string, string> = {
    'no line feed at the end': note.slice(0, -1),
    'two line feeds at the end': `${note}\n`,
    'no blank line': note.replace(`${text}\n`, text.replaceAll('\n\n', '\n')),
    'no signature': `${text}\n`,
    'a hyphen for the dash': note.replace('— ', '- '),
    'no space after the dash': note.replace('— ', '—'),
    'a plus in the name': note.replace('a.example.org/root', 'a+b'),
    'a space in the name': note.replace('a.example.org/root', 'a b'),
    'no name': note.replace('a.example.org/root ', ' '),
    'base64 without padding': note.replace(/=+\n$/, '\n'),
    base64url: note.replace(/[A-Za-z0-9+/]=?=?\n$/, '-=\n'),
    'too short': `${text}\n— b AAAAAA==\n`,
    'a text after': `${note}more\n`,
    'something before the dash': note.replace('— ', 'x— '),
    'something after the padding': `${note.slice(0, -1)} x\n`,
    'seventeen signatures': `${text}\n${line.repeat(17)}`,
    nothing: '',
  }
  for (const [name, changed] of Object.entries(mutations)) {
    t.not(changed, note, name)
    t.throws(() => readNote(changed), name)
  }
  t.equal(readNote(`${text}\n${line.repeat(16)}`).signatures.length, 16)
  t.equal(readNote(`\n\n${line}`).text, '\n')
  t.equal(readNote(`${text}\n— b AAAAAAA=\n`).signatures[0]?.signature.length, 1)
})

await t.test('what cannot be a note is not signed', async t => {
  for (const bad of ['', 'no line feed', 'a tab\t\n', 'a return\r\n', 'NUL \u0000\n'])
    await t.rejects(signNote(p, bad, [a]), RangeError, JSON.stringify(bad))
  await t.rejects(signNote(p, text, []), RangeError)
})

await t.test('a signature of another length does not verify', async t => {
  const note = await signNote(p, text, [a])
  const [line] = readNote(note).signatures
  if (line === undefined) throw new Error('a signature expected')
  for (const signature of [
    line.signature.subarray(1),
    concatBytes(line.signature, Uint8Array.of(0)),
  ]) {
    const encoded = encodeBase64(concatBytes(line.keyId, signature))
    t.equal(await verifyNote(p, `${text}\n— ${a.name} ${encoded}\n`, keys), null)
  }
  t.ok(utf8(note).length > 0)
})
