// docs/protocol.md says what the code does: sizes, worked examples, labels, and the sections that comments point to.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import * as z from 'zod'
import { maxSealedBytes } from '../../schemas/sealed.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { hex } from '../../src/core/encoding/bytes.js'
import { encodeContext } from '../../src/core/envelope/context.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { isPaddedSize, paddedBytes } from '../../src/core/envelope/padding.js'
import { sealEnvelope, sealSlip } from '../../src/core/envelope/seal.js'
import {
  people,
  sampleContext,
  sampleEnvelope,
  sampleOrigin,
  sampleSlip,
} from '../helper/sample-content.js'

t.setTimeout(180_000)
const p = await nodePrimitives()
const document = await readFile('docs/protocol.md', 'utf8')

/** The cells of the table under a heading, without its first two lines. */
function tableUnder(heading: string): string[][] {
  const section = document.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''
  const rows = section.split('\n').filter(line => line.startsWith('|'))
  return rows.slice(2).map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

const number = (bytes: number) => bytes.toLocaleString('en').replaceAll(',', ' ')

/** The largest padded text that still fits into a file beside a header of this size. */
function largestText(headerBytes: number): number {
  const room = maxSealedBytes - headerBytes - 16
  for (let size = room; ; size--)
    if (isPaddedSize('envelope', size) && size + 16 * Math.ceil(size / 65_536) <= room) return size
}

await t.test('the table of sizes is what sealing gives', async t => {
  const rows: string[][] = []
  for (const count of [1, 3, 5, 10, 20, 64]) {
    const readers = people(p, count).map(({ recipient }) => recipient)
    const content = sampleEnvelope(p, readers[0] ?? '')
    const { bytes } = await sealEnvelope(p, content, readers)
    const header = parseHeader(bytes).length
    t.equal(header, 22 + 1557 * count + 112 + 48)
    t.match(document, 'where c is the context\nstanza: 112 here')
    t.equal(bytes.length, header + 16 + 4096 + 16)
    rows.push([
      String(count),
      number(header),
      number(bytes.length),
      number(Math.ceil((bytes.length * 4) / 3)),
      number(largestText(header)),
    ])
  }
  t.same(tableUnder('Sizes'), rows)
  const [router] = people(p, 1)
  const slip = await sealSlip(p, sampleSlip(), router?.recipient ?? '')
  t.ok(document.includes(`A slip for this origin has ${number(slip.bytes.length)} bytes`))
})

await t.test('the examples of padding are what padding gives', t => {
  for (const [json, bucket] of tableUnder('Padding')) {
    const bytes = Number(json?.replaceAll(' ', ''))
    t.equal(bucket, number(paddedBytes('envelope', bytes)), `${bytes} bytes`)
  }
  t.equal(tableUnder('Padding').length, 6)
  t.end()
})

await t.test('the worked examples are those of the vectors', async t => {
  const read = async (name: string) =>
    z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(join('test/vectors/v1', `${name}.json`), 'utf8')))
  const code = await read('receipt-code')
  const fields = ['entropy', 'reply_seed', 'reply_key', 'mailbox_token', 'mailbox']
  for (const field of [...fields, 'addition_seed', 'addition_key']) {
    const bytes = decodeBase64url(z.string().parse(code[field]))
    t.ok(document.includes(hex(bytes)), field)
  }
  t.ok(document.includes(z.string().parse(code['root'])), 'root')
  const words = z.record(z.string(), z.string()).parse(code['words'])
  for (const language of ['en', 'fr', 'zh-Hans', 'zh-Hant'])
    t.ok(document.includes(words[language] ?? '?'), language)
  const context = hex(encodeContext(sampleContext('envelope')))
  t.ok(document.includes(context.slice(90)), `the origin ${sampleOrigin} in a context`)
  const receipt = z.string().parse((await read('receipt'))['note'])
  const indented = receipt.trimEnd().replaceAll(/^(?=.)/gm, '    ')
  t.ok(document.includes(indented), 'receipt')
  const { headers } = await read('http-signature')
  for (const value of Object.values(z.record(z.string(), z.string()).parse(headers)))
    t.ok(document.includes(value), value)
})

await t.test(
  'every label of the code is in the table of labels, and every label of the table in the code',
  async t => {
    const used = new Set<string>()
    for (const folder of ['src', 'keys']) {
      const files = await readdir(folder, { recursive: true })
      for (const file of files.filter(name => name.endsWith('.ts'))) {
        const text = await readFile(join(folder, file), 'utf8')
        for (const [label] of text.matchAll(/khancap\/v1\/[a-z-]+/g)) used.add(label)
      }
    }
    for (const label of ['reply-identity', 'mailbox-token', 'addition-key', 'reply-key'])
      used.add(`khancap/v1/${label}`)
    const listed = tableUnder('Labels').map(([label = '']) => label.replaceAll('`', ''))
    t.same(listed.toSorted(), [...used].toSorted())
  },
)

await t.test('sections and steps that comments point to exist', async t => {
  const headings = new Set(
    [...document.matchAll(/^#+ (?:\d+[.\d]* )?(.+)$/gm)].map(match => match[1]),
  )
  const folders = ['schemas', 'src', 'keys', 'workers', 'cli', 'web', 'test/unit']
  let pointers = 0
  for (const folder of folders) {
    const files = await readdir(folder, { recursive: true })
    for (const file of files.filter(name => name.endsWith('.ts'))) {
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll(
        /\s*\n\s*(?:\/\/|\*) ?/g,
        ' ',
      )
      for (const [, quoted = ''] of text.matchAll(
        /docs\/protocol\.md, ((?:\\?"[A-Z][^"\\]+\\?",? ?)+)/g,
      ))
        for (const [, name = ''] of quoted.matchAll(/"([^"\\]+)\\?"/g)) {
          pointers++
          t.ok(headings.has(name), `${file}: ${name}`)
        }
    }
  }
  t.ok(pointers > 20, `${pointers} pointers`)
  for (const step of ['1', '2', '3', '4', '4m', '5', '6', '7', '8', '9', '10', '11', '12'])
    t.match(document, new RegExp(`^\\*\\*${step} `, 'm'), `step ${step}`)
})
