// The vectors of the protocol in a real browser, under the policy of the pages, with both of its sets of primitives; and
// what is sealed there opens here.
import { createServer } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import * as z from 'zod'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { openEnvelope } from '../../src/core/envelope/open.js'
import { visitor } from '../helper/chromium.js'
import { people, sampleEnvelope, sampleOrigin } from '../helper/sample-content.js'
import type { VectorResult, VectorTask } from '../helper/vector-page.js'
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
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:"
const server = createServer((request, response) => {
  const isScript = request.url === '/page.js'
  response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
  response.end(
    isScript
      ? script
      : '<!doctype html><link rel="icon" href="data:,"><script src="/page.js"></script>',
  )
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
t.teardown(() => new Promise(resolve => server.close(resolve)))
const address = z.object({ port: z.number() }).parse(server.address())

const files = [...vectors]
  .filter(([, vector]) => typeof vector['sealed'] === 'string' && vector['kind'] !== 'reply')
  .map(([name]) => ({
    name,
    kind: text(name, 'kind'),
    identity: text(name, 'identity'),
    sealed: text(name, 'sealed'),
  }))
const readers = people(p, 3)
const content = sampleEnvelope(p, readers[0]?.recipient ?? '')

const { page, complaints } = await visitor(t)
await page.goto(`http://127.0.0.1:${address.port}/`)
for (const set of ['libsodium', 'pure'] as const)
  await t.test(`${set} in Chromium: the vectors, and a fresh envelope`, async t => {
    const words = z.record(z.string(), z.string()).parse(vectors.get('receipt-code')?.['words'])
    const task: VectorTask = {
      set,
      files,
      origin: sampleOrigin,
      code: { words: Object.values(words), root: text('receipt-code', 'root') },
      directory: {
        note: text('directory', 'note'),
        root: text('directory', 'root'),
        now: parseTimestamp(text('directory', 'now')),
      },
      seal: { content, recipients: readers.map(({ recipient }) => recipient) },
    }
    const result = await page.evaluate(
      (given): Promise<VectorResult> => Reflect.get(globalThis, 'runVectors')(given),
      task,
    )
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
    for (const { identity } of readers)
      t.same(
        await openEnvelope(p, [identity], decodeBase64url(result.sealed), {
          origin: sampleOrigin,
          kind: 'envelope',
        }),
        content,
      )
    t.equal(files.length, 20)
  })

await t.test('nothing was refused by the policy, and nothing complained', t => {
  t.same(complaints, [])
  t.end()
})
