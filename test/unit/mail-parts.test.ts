// The parts of a mail: boundaries where they are, nested ones too, and what a hostile mail costs.
import t from 'tap'
import { latin1 } from '../../src/core/mail/latin1.js'
import { maxDepth, readParts } from '../../src/core/mail/parts.js'
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
