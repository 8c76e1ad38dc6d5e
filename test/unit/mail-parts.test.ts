// The parts of a mail: boundaries where they are, nested ones too, and what a hostile mail costs.
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { printRequestFile } from '../../src/core/envelope/request-file.js'
import { findRequests } from '../../src/core/mail/carried-requests.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import { maxDepth, maxParts, readParts } from '../../src/core/mail/parts.js'
import { textOf } from '../../src/core/mail/text.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const words = (mail: Uint8Array) => readParts(mail).parts.map(({ body }) => latin1(body))

/** A text inside so many multiparts. */
function nested(depth: number, text: string): string {
  if (depth === 0) return `Content-Type: text/plain\n\n${text}`
  const type = `Content-Type: multipart/mixed; boundary="b${depth}."`
  return `${type}\n\n--b${depth}.\n${nested(depth - 1, text)}\n--b${depth}.--\n`
}

await t.test('a boundary begins a line, and nothing else is one', async t => {
  const mail = (body: string) => bytes(`Content-Type: multipart/mixed; boundary=x\n\n${body}`)
  t.strictSame(words(mail('preface\n--x\n\none\n--x\r\n\r\ntwo\r\n--x--\nafter')), ['one', 'two'])
  t.strictSame(words(mail('--x\n\none --x\n -- x\n---x\n--x--')), ['one --x\n -- x\n---x'])
  t.strictSame(words(mail('--x\n\n\n--x\n\n--x--')), ['', ''])
  t.strictSame(words(mail('--x\n\nno end')), ['no end'])
  t.equal(readParts(mail('--x\n\nno end')).whole, false)
})

await t.test('parts inside each other are read down to the bound, and not below it', async t => {
  t.strictSame(words(bytes(nested(maxDepth, 'deep'))), ['deep'])
  t.strictSame(words(bytes(nested(maxDepth + 1, 'deep'))), [])
  t.equal(readParts(bytes(nested(maxDepth + 1, 'deep'))).whole, false)
})

await t.test(
  'a hostile mail of millions of lines, or of open tags, is read all the same',
  async t => {
    t.equal(readParts(bytes(nested(1, '\n'.repeat(2_000_000)))).parts.length, 1)
    t.equal(readParts(bytes(nested(maxDepth, '-\n'.repeat(2_000_000)))).whole, false)
    const html = (body: string) => textOf(readParts(bytes(`Content-Type: text/html\n\n${body}`)))
    t.equal(html('<style>'.repeat(40_000)), '')
    t.equal(html(`${'<style x '.repeat(40_000)}>`), '')
    t.equal(html('<'.repeat(100_000)), '<'.repeat(100_000))
    t.equal(html(`<p>one</p>${'<!--'.repeat(50_000)}`), 'one')
  },
)

/** These parts of one mail or part. */
function mixed(boundary: string, parts: readonly string[]): string {
  const lines = parts.flatMap(part => [`--${boundary}`, part])
  return [
    `Content-Type: multipart/mixed; boundary=${boundary}`,
    '',
    ...lines,
    `--${boundary}--`,
    '',
  ].join('\n')
}

await t.test('a budget that is handed on is one for all', async t => {
  const lines = bytes(nested(1, `x${'\n'.repeat(60)}`))
  const left = { lines: 100, parts: 10 }
  t.equal(readParts(lines, left).whole, true)
  t.match(readParts(lines, left), { whole: false, parts: { length: 1 } })
  t.match(readParts(lines, left), { whole: false, parts: { length: 0 } })
  const parts = bytes(mixed('x', ['\none', '\ntwo', '\nthree']))
  const few = { lines: 100, parts: 5 }
  t.match(readParts(parts, few), { whole: true, parts: { length: 3 } })
  t.match(readParts(parts, few), { whole: false, parts: { length: 2 } })
  t.equal(readParts(parts, few).parts.length, 0)
  t.match(readParts(parts), { whole: true, parts: { length: 3 } }, 'without one each has its own')
})

await t.test('all mails in a mail together have no more parts than one', async t => {
  const p = await nodePrimitives()
  const request = {
    id: encodeBase64url(new Uint8Array(16)),
    directorySequence: 3,
    mailbox: new Uint8Array(32),
    slip: null,
    envelope: new Uint8Array(5000),
  }
  const file = Buffer.from(await printRequestFile(p, request)).toString('base64')
  const attached = `Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n${file}`
  const forwarded = (parts: readonly string[]) =>
    `Content-Type: message/rfc822\n\n${mixed('inner', parts)}`
  const find = (count: number) => {
    const others = Array.from({ length: count }, () => '\nx')
    const mails = [forwarded(others), forwarded([...others, attached])]
    return findRequests(p, bytes(mixed('outer', mails)))
  }
  t.strictSame(await find(200), { requests: [request], hasMore: true })
  t.strictSame(await find(maxParts / 2), { requests: [], hasMore: true })
})
