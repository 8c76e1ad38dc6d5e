// The vectors of the protocol in Chromium and Firefox, under the policy of the pages, with both sets of primitives: core
// as it is bundled for browsers, and the sealing Workers as they were built. What is sealed there opens here.
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import * as z from 'zod'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { openEnvelope } from '../../src/core/envelope/open.js'
import { visitor } from '../helper/chromium.js'
import { firefoxVisitor, torSafer } from '../helper/firefox.js'
import { people, sampleEnvelope, sampleOrigin } from '../helper/sample-content.js'
import type { BuiltResult, BuiltTask, VectorResult, VectorTask } from '../helper/vector-page.js'
import { vectorFolder } from '../vectors/generate.js'

t.setTimeout(180_000)
const p = await nodePrimitives()
const folder = vectorFolder(process.cwd())
const vectors = new Map<string, Record<string, unknown>>()
for (const name of await readdir(folder)) {
  const json: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'))
  vectors.set(name.replace('.json', ''), z.record(z.string(), z.unknown()).parse(json))
}
const text = (name: string, field: string) => z.string().parse(vectors.get(name)?.[field])

const bundled = await build({
  entryPoints: ['test/helper/vector-page.ts'],
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2017', 'chrome61'],
  write: false,
  logLevel: 'error',
})
const script = bundled.outputFiles[0]?.text ?? ''

/** The page's own policy: WebAssembly may run, nothing is evaluated. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:"
const built = new Map<string, Buffer>()
for (const name of await readdir('build/web/a'))
  if (name.endsWith('.js')) built.set(`/a/${name}`, await readFile(join('build/web/a', name)))
const html = '<!doctype html><link rel="icon" href="data:,"><script src="/page.js"></script>'
/** The line on which the second script of a Worker would come. */
let isLineLost = false
const server = createServer((request, response) => {
  const address = request.url ?? ''
  if (isLineLost && address.startsWith('/a/rest-')) {
    request.socket.destroy()
    return
  }
  const served = address === '/page.js' ? script : built.get(address)
  response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', served ? 'text/javascript' : 'text/html; charset=utf-8')
  response.end(served ?? html)
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
t.teardown(() => new Promise(resolve => server.close(resolve)))
const { port } = z.object({ port: z.number() }).parse(server.address())

const opened = ['envelope', 'slip', 'addition']
const files = [...vectors]
  .filter(([, { kind }]) => typeof kind === 'string' && opened.includes(kind))
  .map(([name]) => ({
    name,
    kind: text(name, 'kind'),
    identity: text(name, 'identity'),
    sealed: text(name, 'sealed'),
  }))
const readers = people(p, 3)
const content = sampleEnvelope(p, readers[0]?.recipient ?? '')
const words = z.record(z.string(), z.string()).parse(vectors.get('receipt-code')?.['words'])
const directory = {
  note: text('directory', 'note'),
  root: text('directory', 'root'),
  now: parseTimestamp(text('directory', 'now')),
}

interface Browser {
  readonly name: string
  /** Calls a function of the page, with one value of JSON. */
  call(name: string, given: unknown): Promise<unknown>
  readonly complaints: readonly string[]
}

async function browsers(): Promise<Browser[]> {
  const address = `http://127.0.0.1:${port}/`
  const chromium = await visitor(t)
  await chromium.page.goto(address)
  const firefox = await firefoxVisitor(t)
  await firefox.page.goto(address)
  const expression = (name: string, given: unknown) => `${name}(${JSON.stringify(given)})`
  return [
    {
      name: 'Chromium',
      complaints: chromium.complaints,
      call: async (name, given) => chromium.page.evaluate(expression(name, given)),
    },
    {
      name: 'Firefox',
      complaints: firefox.complaints,
      call: async (name, given) => firefox.page.evaluate(expression(name, given)),
    },
  ]
}

async function openedHere(sealed: string, identity: string): Promise<unknown> {
  const expected = { origin: sampleOrigin, kind: 'envelope' } as const
  return openEnvelope(p, [identity], decodeBase64url(sealed), expected)
}

function builtTask(engine: 'wasm' | 'pure'): BuiltTask {
  return {
    worker: [...built.keys()].find(name => name.startsWith(`/a/seal-${engine}-`)) ?? '',
    deployment: { origin: sampleOrigin, root: directory.root, demo: false },
    directory,
    words: Object.values(words),
    replies: [text('reply', 'sealed'), ...files.map(({ sealed }) => sealed)],
  }
}

// Before the first test: between two of them a file without a test under way has ended.
const both = await browsers()

for (const { engine, preferences } of [
  { engine: 'wasm', preferences: {} },
  { engine: 'pure', preferences: torSafer },
] as const)
  await t.test(
    `the second script of ${engine} in Firefox is lost, and asked for again`,
    async t => {
      const { page } = await firefoxVisitor(t, preferences)
      await page.goto(`http://127.0.0.1:${port}/`)
      const second = `runSecond(${JSON.stringify(builtTask(engine))})`
      isLineLost = true
      t.equal(await page.evaluate(second), 'server_unreachable')
      isLineLost = false
      t.equal(await page.evaluate(second), text('receipt-code', 'mailbox_token'))
    },
  )

for (const browser of both) {
  for (const set of ['libsodium', 'pure'] as const)
    await t.test(`${set} in ${browser.name}: the vectors, and a fresh envelope`, async t => {
      const task: VectorTask = {
        set,
        files,
        origin: sampleOrigin,
        code: { words: Object.values(words), root: text('receipt-code', 'root') },
        directory,
        seal: { content, recipients: readers.map(({ recipient }) => recipient) },
      }
      const result = z.custom<VectorResult>().parse(await browser.call('runVectors', task))
      t.equal(files.length, 20)
      for (const { name } of files) {
        const vector = vectors.get(name)
        const expected =
          vector?.['expect'] === 'success'
            ? JSON.stringify(vector['content'])
            : vector?.['expect'] === 'no match'
              ? 'null'
              : 'sealed_unreadable'
        t.equal(result.opened[name], expected, name)
      }
      t.same(new Set(result.entropies), new Set([text('receipt-code', 'entropy')]))
      t.equal(result.mailbox, text('receipt-code', 'mailbox'))
      t.equal(result.handlers, 1)
      for (const { identity } of readers) t.same(await openedHere(result.sealed, identity), content)
    })

  for (const engine of ['wasm', 'pure'] as const)
    await t.test(`the built Worker ${engine} in ${browser.name}: the vectors it meets`, async t => {
      const task = builtTask(engine)
      const result = z.custom<BuiltResult>().parse(await browser.call('runBuilt', task))
      t.equal(result.primitives, engine === 'wasm' ? 'libsodium' : 'pure')
      t.same(JSON.parse(result.directory), vectors.get('directory')?.['directory'])
      t.same(new Set(result.tokens), new Set([text('receipt-code', 'mailbox_token')]))
      const [reply, ...others] = result.messages
      t.equal(reply, JSON.stringify(vectors.get('reply')?.['message']))
      t.same(new Set(others), new Set(['null']), 'nothing else is a reply')
      t.match(await openedHere(result.envelope, text('envelope', 'identity')), {
        answers: { situation: 'x' },
        promise: 'We answer within 48 hours.',
      })
    })

  await t.test(`${browser.name}: nothing but an evaluation was refused, nothing complained`, t => {
    // zod asks once whether it may evaluate; the policy says no, Firefox says so, and zod goes without.
    const others = browser.complaints.filter(text => !/blocked a JavaScript\s+eval/.test(text))
    t.same(others, [])
    t.end()
  })
}
