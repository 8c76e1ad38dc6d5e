// `khancap org tag-test`: an organisation tries its tags on raw subjects, without a network.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { khancap, scriptedAsker, passphrase, temporaryFolder } from '../helper/cli.js'

const vectors: { raw: string; decoded: string; program: string }[] = JSON.parse(
  await readFile('test/vectors/subjects/subjects.json', 'utf8'),
)
process.chdir(await temporaryFolder(t))
const folder = join(process.cwd(), 'desk')
const test = (stdin: string | Uint8Array, ...args: string[]) =>
  khancap(['org', 'tag-test', ...args], { folder, stdin })

await t.test('each raw line gives one JSON document, in order', async t => {
  const raw = vectors.map(line => line.raw).join('\n')
  const { code, out, err } = await test(Buffer.from(`${raw}\n`, 'latin1'), '--json')
  t.equal(code, 0)
  t.match(err, 'the tags of the shipped programs')
  const documents = out.split('\n')
  t.equal(documents.pop(), '')
  t.equal(documents.length, vectors.length, 'folded lines are one, an empty one counts')
  for (const [at, { decoded }] of vectors.entries()) {
    const document = JSON.parse(documents[at] ?? '')
    t.equal(document.decoded, decoded)
    t.strictSame(Object.keys(document), ['decoded', 'outcome', 'programs', 'language'])
  }
})

await t.test('in words, nothing of a subject acts on the terminal', async t => {
  const { out } = await test('PIL\r\n=?utf-8?q?PIL:_=1B[31m?=\n\nthanks')
  t.strictSame(out.split('\n'), [
    'tagged pil (und): PIL',
    'tagged pil (und): PIL: <U+001B>[31m',
    'maybe (und): ',
    'untagged (und): thanks',
    '',
  ])
  t.equal((await test('')).out, '')
})

await t.test("an organisation's own folder comes first", async t => {
  const asker = scriptedAsker(...Array.from({ length: 8 }, () => passphrase))
  const made = await khancap(
    ['org', 'init', '--dir', 'own', '--name', 'Example', '--origin', 'https://help.example'],
    { folder, asker },
  )
  t.equal(made.code, 0, made.err)
  const file = join('own', 'organisation.json')
  const source = JSON.parse(await readFile(file, 'utf8'))
  source.programs[1].tags = [{ text: 'SHL', language: null, literal: true }]
  await writeFile(file, JSON.stringify(source))
  const { out } = await test('SHL\nPIL\n', '--dir', 'own')
  t.equal(out, 'tagged pil (und): SHL\nuntagged (und): PIL\n')
  t.match((await test('PIL', '--dir', 'nowhere')).err, 'there is no organisation.json')
})
