// Second lock on the architecture's import table: the linter sees one hop, this walks
// the whole graph of each server entry as it was built. It fails closed: a missing file, an import that
// cannot be read, or a build older than its sources is a failure, never a skip.
import { spawnSync } from 'node:child_process'
import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'

const sources = ['schemas', 'keys', 'src', 'workers', 'cli']
const build = pathToFileURL(`${process.cwd()}/build/`).href
const open = 'src/core/envelope/open.js'

// Server entry -> the files through which it may reach open.js. An entry that runs both halves in one
// process (npm start) gets a row of its own, with the list of workers/main.js.
const entries: Record<string, string[]> = {
  'src/main.js': [],
  'workers/main.js': ['workers/slip-opener.js'],
  'src/all-in-one.js': ['workers/slip-opener.js'],
}

// Every relative script that a module names: import, re-export, dynamic import, require, new URL(...).
const edge =
  /(?:\bfrom|\bimport|\brequire|\bnew\s+URL)\s*\(?\s*(["'`])(\.{1,2}\/[^"'`]+\.[cm]?js)\1/g
const unreadable = /\bimport\s*\(\s*(?!["'`])|\bcreateRequire\b/

/** The graph below a built entry: file -> the files that it names, as paths relative to build/. */
async function graphOf(entry: string): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>()
  const pending = [entry]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (graph.has(file)) continue
    const url = new URL(file, build)
    const code = await readFile(url, 'utf8')
    if (unreadable.test(code)) throw new Error(`${file}: import with a computed specifier`)
    const named = [...code.matchAll(edge)].map(match => new URL(match[2] ?? '', url).href)
    const inside = named
      .filter(href => href.startsWith(build))
      .map(href => href.slice(build.length))
    graph.set(file, inside)
    pending.push(...inside)
  }
  return graph
}

async function filesUnder(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter(f => f.isFile()).map(f => join(f.parentPath, f.name))
}

await t.test('the build is complete and belongs to these sources', async t => {
  const check = spawnSync(process.execPath, ['build.mjs', '--check'], { encoding: 'utf8' })
  t.equal(check.status, 0, check.stderr)
  for (const file of (await Promise.all(sources.map(filesUnder))).flat()) {
    if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue
    const built = await stat(join('build', file.replace(/\.ts$/, '.js')))
    t.ok(built.isFile(), file)
  }
  t.ok((await stat(new URL(open, build))).isFile(), 'the file that the lock is about exists')
})

for (const [entry, allowed] of Object.entries(entries)) {
  const through = allowed.length === 0 ? 'nothing' : allowed.join(', ')
  await t.test(`${entry} reaches the code that opens envelopes through ${through}`, async t => {
    const graph = await graphOf(entry)
    const importers = [...graph].filter(([, names]) => names.includes(open)).map(([file]) => file)
    t.strictSame(importers.toSorted(), allowed.toSorted())
    const client = [...graph.keys()].filter(file => /^(cli|web)\//.test(file))
    t.strictSame(client, [], 'a server process has no client code')
  })
}

await t.test('no file is named after nothing in particular', async t => {
  const banned =
    /^(index|types|interfaces|utils?|helpers?|common|misc|data|info|manager|service)\.ts$/
  for (const folder of [...sources, 'web'])
    for (const file of await filesUnder(folder)) t.notMatch(basename(file), banned, file)
})
