// The built pages: small enough for a slow line, the same bytes from every build, and words for everything.
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { spawnSync } from 'node:child_process'
import t from 'tap'
import { SiteList, siteListPath, sitePolicy } from '../../schemas/site.js'
import { folderOf } from '../../web/html/render.js'
import { allTexts } from '../helper/texts.js'
import { shippedCatalogues, shippedPrograms, shippedWords } from '../../schemas/programs/shipped.js'

const site = 'build/web'
const kilobyte = 1024

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted((one, other) => (one < other ? -1 : 1))
}

async function digestsOf(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const name of await filesOf(folder))
    digests[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return digests
}

/** What a page names, as files of the site. */
async function assetsOf(page: string): Promise<string[]> {
  const html = await readFile(join(site, page), 'utf8')
  return [...html.matchAll(/(?:src|href)="\/(a\/[^"]+)"/g)].map(match => match[1] ?? '')
}

/** Bytes on the line with gzip; what is too small to be compressed travels as it is. */
async function onTheLine(name: string): Promise<number> {
  const packed = await stat(join(site, `${name}.gz`)).catch(() => null)
  return (packed ?? (await stat(join(site, name)))).size
}

const sizeOf = async (names: readonly string[]) =>
  (await Promise.all(names.map(onTheLine))).reduce((sum, size) => sum + size, 0)

await t.test('to the first question at most 20 KB travel, in every language', async t => {
  for (const { language } of allTexts) {
    const page = `${folderOf(language)}/index.html`
    const size = await sizeOf([page, ...(await assetsOf(page))])
    t.comment(`${language}: ${size} bytes`)
    t.ok(size <= 20 * kilobyte, `${language}: ${size}`)
  }
  const choice = await sizeOf(['index.html', ...(await assetsOf('index.html'))])
  t.ok(choice <= 5 * kilobyte, `the choice of language: ${choice}`)
})

await t.test('the sealing code loads behind that, and has its own bounds', async t => {
  const names = await filesOf(site)
  for (const { kind, most } of [
    { kind: 'seal-wasm', most: 180 },
    { kind: 'seal-pure', most: 40 },
    { kind: 'rest', most: 8 },
    { kind: 'later', most: 35 },
    { kind: 'words', most: 10 },
    { kind: 'map', most: 27 },
  ])
    for (const name of names.filter(each => new RegExp(`^a/${kind}-.*\\.js(on)?$`).test(each))) {
      const size = await onTheLine(name)
      t.comment(`${name}: ${size} bytes`)
      t.ok(size <= most * kilobyte, name)
    }
})

await t.test('another folder, time, zone, language and umask give the same bytes', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-pages-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const checkout = join(folder, 'somewhere else')
  const out = join(folder, 'site')
  const sources = ['schemas', 'keys', 'src', 'workers', 'cli', 'web', 'LICENSE', 'build.mjs']
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']
  for (const name of [...sources, ...settings])
    await cp(name, join(checkout, name), { recursive: true })
  await symlink(resolve('node_modules'), join(checkout, 'node_modules'))
  const made = spawnSync(
    'sh',
    ['-c', 'umask 0 && exec "$0" build.mjs --site "$1"', process.execPath, out],
    {
      cwd: checkout,
      env: {
        PATH: process.env['PATH'],
        TZ: 'Pacific/Kiritimati',
        LC_ALL: 'tr_TR.UTF-8',
        LANG: 'tr_TR',
      },
      encoding: 'utf8',
    },
  )
  t.equal(made.status, 0, made.stderr)
  for (const part of ['web', 'offline'])
    t.strictSame(await digestsOf(join(out, part)), await digestsOf(join('build', part)), part)
  const again = spawnSync(process.execPath, ['build.mjs', '--site', out], { encoding: 'utf8' })
  t.equal(again.status, 1, 'never over what is there')
})

await t.test('the list of the site names every file, as WEBCAT wants it', async t => {
  const list = SiteList.parse(JSON.parse(await readFile(join(site, siteListPath), 'utf8')))
  const { files, wasm, default_csp, default_index, default_fallback } = list.manifest
  const names = (await filesOf(site)).filter(name => !/\.(gz|br)$/.test(name))
  t.strictSame(
    Object.keys(files),
    names.map(name => `/${name}`).filter(name => name !== siteListPath),
  )
  for (const [name, sha256] of Object.entries(files)) {
    const content = await readFile(join(site, name))
    t.equal(createHash('sha256').update(content).digest('base64url'), sha256, name)
    t.equal(content.length, list.bytes[name], name)
  }
  t.ok(files[`/${default_index}`] !== undefined && files[default_fallback] !== undefined)
  // WEBCAT's rules for a policy: one value, nothing by default, scripts and Workers from here, nothing inline or evaluated.
  t.equal(default_csp, sitePolicy)
  t.notMatch(default_csp, /,|unsafe-inline|'unsafe-eval|unsafe-hashes|nonce-|strict-dynamic|\*/)
  const policy = new Map(
    default_csp.split(';').map(each => {
      const [name = '', ...values] = each.split(' ')
      return [name, values]
    }),
  )
  t.strictSame(policy.get('default-src'), ["'none'"])
  const allowed = new Set(["'none'", "'self'", "'wasm-unsafe-eval'"])
  for (const name of ['script-src', 'style-src', 'worker-src', 'object-src', 'frame-src'])
    t.ok(
      (policy.get(name) ?? []).every(value => allowed.has(value)),
      name,
    )
  t.equal(policy.has('sandbox') || policy.has('report-uri'), false)
  // The module that a Worker starts must be the one that is named.
  t.equal(wasm.length, 1)
  const started = await startedWasm()
  t.strictSame(wasm, [createHash('sha256').update(started).digest('base64url')])
})

/** The bytes that libsodium hands to the engine. */
async function startedWasm(): Promise<Uint8Array> {
  const engine: Record<string, unknown> = Object(Reflect.get(globalThis, 'WebAssembly'))
  const { instantiate } = engine
  if (typeof instantiate !== 'function') throw new Error('no WebAssembly')
  let bytes = new Uint8Array()
  engine['instantiate'] = (source: unknown, imports: unknown) => {
    if (source instanceof Uint8Array) bytes = new Uint8Array(source)
    return Reflect.apply(instantiate, engine, [source, imports])
  }
  const { libsodiumPrimitives } = await import('../../src/core/crypto/libsodium.js')
  await libsodiumPrimitives()
  engine['instantiate'] = instantiate
  return bytes
}

await t.test('pages hold nothing inline and name nothing from elsewhere', async t => {
  for (const name of (await filesOf(site)).filter(each => each.endsWith('.html'))) {
    const html = await readFile(join(site, name), 'utf8')
    t.notMatch(html, /<script(?![^>]* src="\/a\/)/, name)
    t.notMatch(html, /<style|\sstyle=|\son[a-z]+=/, name)
    t.notMatch(html, /(src|href)="(?!\/|https:\/\/[a-z.]*(wikipedia\.org|bing\.com)\/")/, name)
    t.match(html, /<title>[^<]+<\/title>/, name)
    t.notMatch(/<title>([^<]+)/.exec(html)?.[1] ?? '', /khancap|support|hỗ trợ|支援|soutien/i, name)
  }
})

await t.test('scripts and styles ask nobody else and keep nothing', async t => {
  const never =
    /localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker|navigator\.sendBeacon|XMLHttpRequest|WebSocket|EventSource/
  for (const name of (await filesOf(site)).filter(each =>
    /^a\/(page|later|choice).*\.js$/.test(each),
  ))
    t.notMatch(await readFile(join(site, name), 'utf8'), never, name)
  for (const name of (await filesOf(site)).filter(each => each.endsWith('.css')))
    t.notMatch(await readFile(join(site, name), 'utf8'), /@import|url\(/, name)
})

await t.test('a language is its catalogue files: pages and tools know the same ones', async t => {
  const found = (await readdir('schemas/programs')).flatMap(name => {
    const [, kind, language] = /^([a-z]+)\.([a-z]{2,3}(?:-[A-Z][a-z]{3})?)\.ts$/.exec(name) ?? []
    return kind === undefined || language === undefined ? [] : [`${kind} ${language}`]
  })
  const known = [
    ...shippedWords.map(({ language }) => `shared ${language}`),
    ...shippedCatalogues.map(({ program, language }) => `${program} ${language}`),
  ]
  t.strictSame(new Set(known), new Set(found), 'schemas/programs/shipped.ts names each file')
  for (const { language } of allTexts) {
    const html = await readFile(join(site, folderOf(language), 'index.html'), 'utf8')
    t.match(html, `<html lang="${language}"`)
    for (const { id } of shippedPrograms) t.ok(found.includes(`${id} ${language}`), id)
  }
  const choice = await readFile(join(site, 'index.html'), 'utf8')
  const offered = [...choice.matchAll(/class="choice" lang="([^"]+)"/g)].map(match => match[1])
  t.strictSame(offered, ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr'])
})

/** Every text of a catalogue with its path. */
function textsIn(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, `${path}/${key}`))
}

await t.test('every language says everything, with the same values in it', async t => {
  const holes = (text: string) => (text.match(/\{[a-z]+\}/g) ?? []).toSorted().join(' ')
  const [first, ...others] = allTexts.map(texts => textsIn(texts))
  if (first === undefined) throw new Error('no language')
  t.strictSame(
    allTexts.map(texts => texts.language).toSorted(),
    shippedWords.map(words => words.language).toSorted(),
  )
  for (const [index, texts] of others.entries()) {
    const { language } = allTexts[index + 1] ?? { language: '' }
    t.strictSame(
      texts.map(([path]) => path),
      first.map(([path]) => path),
      `${language}: the same places`,
    )
    const inOther = new Map(texts)
    t.strictSame(
      first.filter(([path, text]) => holes(text) !== holes(inOther.get(path) ?? '')),
      [],
      `${language}: the same values`,
    )
  }
  for (const texts of [first, ...others])
    t.strictSame(
      texts.filter(([, text]) => text.trim() === '' || text !== text.normalize('NFC')),
      [],
    )
})
