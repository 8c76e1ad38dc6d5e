// Builds the offline forms' templates: one HTML file per language with everything inside it but the directory, which is put
// in by whoever hands the file out. Made from the sources alone, so two builds give the same bytes.
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lean } from '../lean.mjs'
import {
  asModule,
  bundle,
  catalogues,
  inBrowser,
  root,
  saidWords,
  textsOf,
  wordLists,
} from '../bundle.mjs'

/** Whose words a page shows as its receipt code: its own where there is a list, else the English ones. */
const listOf = {
  vi: 'vietnamese-words',
  fr: 'french',
  'zh-Hans': 'simplified-chinese',
  'zh-Hant': 'traditional-chinese',
}

/** Codes are made here and read elsewhere: one list is enough. */
function oneWordList(language) {
  const mine = listOf[language] ?? 'english'
  return {
    name: 'one-word-list',
    setup({ onLoad }) {
      onLoad({ filter: wordLists }, ({ path }) =>
        path.includes(`/${mine}.`) ? undefined : { contents: 'export const wordlist = []' },
      )
    },
  }
}

const ownTexts = ({ language, suffix }) =>
  `import { offline${suffix} as offline } from './offline/texts/${language.toLowerCase()}.js'`

/** Said where somebody comes back: to the site, and never to this file. */
const saidElsewhere = ['comeBack', 'addition', 'deletion', 'files']

async function scriptEntry(one) {
  const words = await saidWords(one)
  const said = Object.entries(words.texts).filter(([key]) => !saidElsewhere.includes(key))
  const here = { ...words, texts: Object.fromEntries(said) }
  return [
    `import { startOffline } from './offline/start.js'`,
    ownTexts(one),
    `startOffline({ offline, ...${JSON.stringify(here)} })`,
  ].join('\n')
}

function renderEntry(one) {
  return [
    `import { renderOffline } from './html/render.js'`,
    `export { templateName } from '../src/core/offline/offline-form.js'`,
    textsOf(one, 'texts'),
    ownTexts(one),
    `export const render = inlined => renderOffline(texts, offline, inlined)`,
  ].join('\n')
}

const hashOf = text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, sent or framed: its own script and style by their hashes, and a Worker made of that script. */
const policyOf = (script, style) =>
  [
    `default-src 'none'`,
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    'worker-src blob:',
    // What browsers before worker-src know.
    'child-src blob:',
    `form-action 'none'`,
    `base-uri 'none'`,
  ].join('; ')

/** Inside a document's script: nothing may look like its end, or like the beginning of another one. */
function inlineable(code) {
  if (/<!--|<\/?script|\r/i.test(code)) throw new Error('the script cannot stand inside a document')
  return code
}

const source = contents => ({ contents, resolveDir: join(root, 'web'), loader: 'ts' })

/** @param folder where the templates are written */
export async function bundleOffline(folder) {
  const stylesheet = await bundle({ entryPoints: ['web/style.css'] })
  const style = stylesheet.trim()
  const icon = await readFile(join(root, 'web/icon.svg'), 'utf8')
  await mkdir(folder, { recursive: true })
  for (const one of await catalogues()) {
    const script = inlineable(
      await bundle({
        ...inBrowser,
        stdin: source(await scriptEntry(one)),
        plugins: [oneWordList(one.language), lean()],
        // Schemas that nobody uses here may want more of zod.
        logOverride: { 'import-is-undefined': 'silent' },
        define: { worldMap: 'null' },
      }),
    )
    const rendering = { format: 'esm', platform: 'node', target: 'node20' }
    const { render, templateName } = await import(
      asModule(await bundle({ ...rendering, stdin: source(renderEntry(one)) }))
    )
    const inlined = {
      policy: policyOf(script, style),
      style,
      icon: `data:image/svg+xml,${encodeURIComponent(icon.trim())}`,
      script,
    }
    await writeFile(join(folder, templateName(one.language)), render(inlined))
  }
}
