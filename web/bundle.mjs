// Builds the pages into a folder: bundles, HTML per language, and each file compressed. Everything is made from the
// sources alone, so two builds give the same bytes.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { lean } from './lean.mjs'
import { drawWorld } from './map/draw-world.mjs'
import { sealerScripts } from './sealer-scripts.mjs'
import { writeSiteList } from './site-list.mjs'
import { wantedScript } from './wanted-script.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

const settings = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  legalComments: 'none',
  logLevel: 'warning',
  platform: 'browser',
  // Old telephones: async functions, custom properties, and little after that. What the library lacks there is supplied
  // by web/old-browsers.ts, except BigInt: Chrome 67, Firefox 68 and Safari 14 are the oldest that seal.
  target: ['es2017', 'chrome61'],
  write: false,
}

/** For the browser: what it may lack stands in front. */
export const inBrowser = { inject: ['web/old-browsers.ts'] }

export async function bundle(options) {
  const { outputFiles } = await build({ ...settings, ...options })
  return outputFiles[0].text
}

export const asModule = code => `data:text/javascript,${encodeURIComponent(code)}`

const programs = join(root, 'schemas/programs')

/**
 * The catalogues that are there: a language is its files, and is named nowhere else. `shared.vi.ts`, `emergency.vi.ts` and
 * so on for the forms, `web/texts/vi.ts` for the pages; each exports one constant, called after file and language.
 */
export async function catalogues() {
  const found = new Map()
  for (const name of (await readdir(programs)).toSorted()) {
    const [, kind, language] = /^([a-z]+)\.([a-z]{2,3}(?:-[A-Z][a-z]{3})?)\.ts$/.exec(name) ?? []
    if (language === undefined) continue
    found.set(language, [...(found.get(language) ?? []), kind])
  }
  return [...found]
    .filter(([, kinds]) => kinds.includes('shared'))
    .map(([language, kinds]) => {
      const suffix = language[0].toUpperCase() + language.slice(1).replace('-', '')
      return { language, suffix, forms: kinds.filter(kind => kind !== 'shared') }
    })
}

export const textsOf = ({ language, suffix }, as = `texts${suffix}`) =>
  `import { texts${suffix} as ${as} } from './texts/${language.toLowerCase()}.js'`

/** The words of the programs' forms. */
export function formsOf({ language, suffix, forms }) {
  const from = kind => `from '../schemas/programs/${kind}.${language}.js'`
  return [
    `import { shared${suffix} as shared } ${from('shared')}`,
    ...forms.map(form => `import { ${form}${suffix} as ${form} } ${from(form)}`),
  ]
}

/**
 * The words that are on the screen until somebody has answered the first question, which is the same in all shipped forms.
 * Whatever else there is comes later.
 */
const firstWords = {
  texts: 'language between demo back next loading programs question failure otherWays'.split(' '),
  shared: ['language', 'answers'],
  questions: ['reply_language'],
}

/** What the served page says itself, and no script a second time; what to do in danger is said again at the end. */
const servedWords = { texts: ['offline'], saidAgain: ['danger'] }

/** The entries of an object under some keys, and the others. */
function halves(all, keys) {
  const entries = Object.entries(all)
  return {
    first: Object.fromEntries(entries.filter(([key]) => keys.includes(key))),
    later: Object.fromEntries(entries.filter(([key]) => !keys.includes(key))),
  }
}

/** The words that the scripts of one language say. */
export async function saidWords(one) {
  const contents = [
    textsOf(one, 'texts'),
    ...formsOf(one),
    `export { texts, shared }`,
    `export const catalogues = [${one.forms.join(', ')}]`,
  ].join('\n')
  const stdin = { contents, resolveDir: join(root, 'web'), loader: 'ts' }
  const code = await bundle({ stdin, format: 'esm', platform: 'node', target: 'node20' })
  const { catalogues: forms, shared, texts } = await import(asModule(code))
  const said = halves(texts, servedWords.texts).later
  const before = halves(said.before, servedWords.saidAgain).first
  return { texts: { ...said, before }, shared, catalogues: forms }
}

/** The same: those for the first question, and the others. */
async function wordsOf(one) {
  const all = await saidWords(one)
  const texts = halves(all.texts, firstWords.texts)
  const shared = halves(all.shared, firstWords.shared)
  const asked = all.catalogues.map(({ program, language, labels, why, options }) => ({
    program,
    language,
    labels: halves(labels, firstWords.questions).first,
    why: halves(why, firstWords.questions).first,
    options: halves(options, firstWords.questions).first,
  }))
  return {
    first: { texts: texts.first, shared: shared.first, catalogues: asked },
    later: { texts: texts.later, shared: shared.later, catalogues: all.catalogues },
  }
}

/** The sources that an entry brings into a script, without those of packages. */
async function sourcesOf(contents, define) {
  const stdin = { contents, resolveDir: join(root, 'web'), loader: 'ts' }
  const { metafile } = await build({ ...settings, stdin, define, metafile: true })
  return Object.keys(metafile.inputs).filter(name => /^(web|schemas|keys|src)\//.test(name))
}

/** What modules export, each by its name. */
async function exportsOf(modules) {
  const { outputs } = (
    await build({ ...settings, entryPoints: modules, outdir: root, format: 'esm', metafile: true })
  ).metafile
  return new Map(Object.values(outputs).map(one => [one.entryPoint, one.exports]))
}

/** In the second script, modules that the first one has are the first one's: there is one of each. */
async function fromFirst(shared) {
  const exported = await exportsOf(shared)
  const modules = new Map(
    shared.map((name, index) => [
      join(root, name),
      // By their names the bundler calls them directly, which takes less room.
      `export const { ${exported.get(name).join(', ')} } = self.first[${index}]`,
    ]),
  )
  const namespace = 'from-first'
  return {
    name: namespace,
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path).replace(/\.js$/, '.ts')
        return modules.has(source) ? { path: source, namespace } : undefined
      })
      onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: modules.get(path) }))
    },
  }
}

/**
 * The two scripts of each language: the first question, and what comes behind it.
 * @param define addresses that are put in
 * @returns by language, the address of the first
 */
async function pageScripts(languages, define, addAsset) {
  const start = `import { start } from './start.js'`
  const later = `import { laterScreens as screens } from './later.js'`
  const defined = { ...define, laterScript: '""' }
  const firsts = await sourcesOf(`${start}\nstart()`, defined)
  const behind = await sourcesOf(`${later}\nself.screens = screens`, defined)
  const shared = firsts.filter(name => behind.includes(name))
  // Two of what must be one would be found by nobody else.
  if (!shared.includes('web/failed.ts')) throw new Error('the two scripts share nothing')
  const handedOver = [
    ...shared.map((name, index) => `import * as m${index} from ${JSON.stringify(`../${name}`)}`),
    `self.first = [${shared.map((_, index) => `m${index}`).join(', ')}]`,
  ]
  const pages = new Map()
  const plugins = [await fromFirst(shared)]
  for (const one of languages) {
    const words = await wordsOf(one)
    const script = async (name, lines, options) => {
      const stdin = { contents: lines.join('\n'), resolveDir: join(root, 'web'), loader: 'ts' }
      const code = await bundle({ ...options, stdin })
      return addAsset(`${name}-${one.language.toLowerCase()}.js`, code)
    }
    const laterScript = await script(
      'later',
      [later, `self.arrived = { screens, words: ${JSON.stringify(words.later)} }`],
      { define, plugins },
    )
    const first = await script(
      'page',
      [start, ...handedOver, `start(${JSON.stringify(words.first)})`],
      { ...inBrowser, define: { ...define, laterScript: JSON.stringify(laterScript) } },
    )
    pages.set(one.language, first)
  }
  return pages
}

/** What writes the pages that can be read without scripts, with the words of all languages. */
function renderEntry(languages) {
  const all = languages.map(({ suffix }) => `texts${suffix}`).join(', ')
  return [
    `import { renderSite } from './html/render.js'`,
    ...languages.map(one => textsOf(one)),
    `export const render = assets => renderSite([${all}], assets)`,
  ].join('\n')
}

/** Where the lists of receipt words are. */
export const wordLists = /(@scure\/bip39\/wordlists\/[a-z-]+\.js|crypto\/vietnamese-words\.ts)$/

/**
 * Lists of receipt words are large and rarely needed: each becomes a script of its own, which the Worker loads when
 * core asks for the list.
 */
function wordScripts(addAsset) {
  return {
    name: 'word-scripts',
    setup({ onLoad }) {
      onLoad({ filter: wordLists }, async ({ path }) => {
        const code = await bundle({ entryPoints: [path], format: 'esm' })
        const { wordlist } = await import(asModule(code))
        const name = path.replace(/^.*\/|(-words)?\.[jt]s$/g, '')
        const script = `self.receiptWords=${JSON.stringify(wordlist.join(' '))}.split(' ')\n`
        const address = await addAsset(`words-${name}.js`, script)
        const contents = `${wantedScript(address)}\nexport const wordlist = self.receiptWords`
        return { contents }
      })
    },
  }
}

/** Text compresses well; what is small or already compressed is left alone. */
async function writeCompressed(path, content) {
  const bytes = Buffer.from(content)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  if (bytes.length < 512) return
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  await writeFile(`${path}.br`, brotliCompressSync(bytes, { params }))
}

/** The part that can be read without scripts is written by the pages' own code, here and now. */
async function renderPages(languages, assets) {
  const code = await bundle({
    stdin: { contents: renderEntry(languages), resolveDir: join(root, 'web'), loader: 'ts' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  const { render } = await import(asModule(code))
  return render(assets)
}

/** Where the list of the site's files stands, and its policy, as the server and the tool know them. */
async function siteTerms() {
  const code = await bundle({
    entryPoints: ['schemas/site.ts'],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [lean()],
  })
  const { siteListPath, sitePolicy } = await import(asModule(code))
  return { path: siteListPath, policy: sitePolicy }
}

/**
 * @param folder where the site is written; it must be empty
 * @param about version of the program, SHA-256 over the sources, and the folder of the offline forms' templates: what the
 *   list of files says of them
 */
export async function bundlePages(folder, about) {
  /** Names hold eight digits of the content's hash: such files never change. */
  const addAsset = async (name, content) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase()
    const address = `/a/${name.replace(/(\.[a-z]+)$/, `-${hash}$1`)}`
    await writeCompressed(join(folder, address), content)
    return address
  }
  const sealer = name =>
    sealerScripts(settings, {
      name,
      addAsset,
      ...inBrowser,
      plugins: [wordScripts(addAsset), lean()],
    })
  const define = {
    sealerWasm: JSON.stringify(await sealer('wasm')),
    sealerPure: JSON.stringify(await sealer('pure')),
    worldMap: JSON.stringify(await addAsset('map.json', await drawWorld())),
  }
  const languages = await catalogues()
  const pages = await pageScripts(languages, define, addAsset)
  const files = await renderPages(languages, {
    style: await addAsset('style.css', await bundle({ entryPoints: ['web/style.css'] })),
    icon: await addAsset('icon.svg', await readFile(join(root, 'web/icon.svg'), 'utf8')),
    choice: await addAsset(
      'choice.js',
      await bundle({ ...inBrowser, entryPoints: ['web/choice.ts'] }),
    ),
    page: language => pages.get(language),
  })
  for (const { path, html } of files) await writeCompressed(join(folder, path), html)
  await writeSiteList(folder, { ...about, ...(await siteTerms()) })
}
