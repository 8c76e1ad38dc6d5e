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
import { writeSiteList } from './site-list.mjs'

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

/** The entry of one language: the code of all, the words of one. */
function pageEntry(one) {
  const { forms } = one
  return [
    `import { start } from './start.js'`,
    textsOf(one, 'texts'),
    ...formsOf(one),
    `start({ texts, shared, catalogues: [${forms.join(', ')}] })`,
  ].join('\n')
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
        const contents = `importScripts(${JSON.stringify(address)})\nexport const wordlist = self.receiptWords`
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
  const sealer = async name => {
    const code = await bundle({
      ...inBrowser,
      entryPoints: [`web/sealer/${name}.ts`],
      plugins: [wordScripts(addAsset), lean()],
      // Schemas that nobody uses there may want more of zod.
      logOverride: { 'import-is-undefined': 'silent' },
    })
    return addAsset(`seal-${name}.js`, code)
  }
  const define = {
    sealerWasm: JSON.stringify(await sealer('wasm')),
    sealerPure: JSON.stringify(await sealer('pure')),
    worldMap: JSON.stringify(await addAsset('map.json', await drawWorld())),
  }
  const languages = await catalogues()
  const pages = new Map()
  for (const one of languages) {
    const stdin = { contents: pageEntry(one), resolveDir: join(root, 'web'), loader: 'ts' }
    const code = await bundle({ ...inBrowser, stdin, define })
    pages.set(one.language, await addAsset(`page-${one.language.toLowerCase()}.js`, code))
  }
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
