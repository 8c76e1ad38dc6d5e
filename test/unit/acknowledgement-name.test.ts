// The Message-ID of an acknowledgement: an answer leads back to the case, for whoever has the key, and to nobody else.
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { caseIdBytes, newCaseId, printCaseId } from '../../src/core/encoding/case-id.js'
import { acknowledgedCase, acknowledgementName } from '../../src/core/mail/acknowledgement-name.js'
import { readHeader } from '../../src/core/mail/header.js'

const p = await nodePrimitives()
const [key, older, stranger] = [1, 2, 3].map(byte => new Uint8Array(32).fill(byte))
if (key === undefined || older === undefined || stranger === undefined) throw new Error('no keys')
const place = (words: string) => Uint8Array.from(Buffer.from(words))
const header = (...lines: string[]) => readHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`))
const answers = (name: string) => header(`In-Reply-To: <${name}@example.org>`)

await t.test('the bytes of a case id are those that it was made of', async t => {
  for (let round = 0; round < 50; round++) {
    const id = newCaseId(p)
    t.equal(printCaseId(caseIdBytes(id)), id)
  }
  t.equal(printCaseId(new Uint8Array(16)), '0'.repeat(26))
  t.equal(printCaseId(new Uint8Array(16).fill(255)), `7${'z'.repeat(25)}`)
  t.strictSame(caseIdBytes(`7${'z'.repeat(25)}`), new Uint8Array(16).fill(255))
})

await t.test('an answer names its case; the name alone does not', async t => {
  const id = newCaseId(p)
  const name = await acknowledgementName(p, key, id, place('box/1/7'))
  t.match(name, /^[0-9a-f]{64}$/)
  t.equal(await acknowledgementName(p, key, id, place('box/1/7')), name, 'the same for each try')
  const next = await acknowledgementName(p, key, id, place('box/1/8'))
  t.equal(new Set([name, next].flatMap(each => each.match(/.{16}/g))).size, 8, 'nothing in common')
  t.notOk(name.includes(Buffer.from(caseIdBytes(id)).toString('hex')))
  for (const each of [name, next, name.toUpperCase()]) {
    t.equal(await acknowledgedCase(p, [key], answers(each)), id)
    t.equal(await acknowledgedCase(p, [older, key], answers(each)), id, 'under an older key')
    t.equal(await acknowledgedCase(p, [stranger], answers(each)), null)
  }
  t.equal(await acknowledgedCase(p, [], answers(name)), null)
})

await t.test('whoever has a name cannot make one of another case', async t => {
  const name = await acknowledgementName(p, key, newCaseId(p), place('x'))
  for (let at = 0; at < 64; at++) {
    const digit = (Number.parseInt(name.charAt(at), 16) ^ 1).toString(16)
    const forged = `${name.slice(0, at)}${digit}${name.slice(at + 1)}`
    t.equal(await acknowledgedCase(p, [key], answers(forged)), null, `digit ${at}`)
  }
})

await t.test('a thread is looked through, and not for ever', async t => {
  const id = newCaseId(p)
  const name = await acknowledgementName(p, key, id, place('x'))
  const others = (count: number) =>
    Array.from({ length: count }, (_, at) => `<${String(at).padStart(64, '0')}@x>`)
  const folded = (count: number) =>
    header(`References: ${[...others(count), `<${name}@x>`].join('\r\n ')}`)
  t.equal(await acknowledgedCase(p, [key], folded(39)), id)
  t.equal(await acknowledgedCase(p, [key], folded(40)), null)
  t.equal(await acknowledgedCase(p, [key], header(`Subject: <${name}@x>`)), null)
  t.equal(await acknowledgedCase(p, [key], header('In-Reply-To:', `References: ${name}@x`)), null)
})
