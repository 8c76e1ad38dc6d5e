// Changes one operator, branch, constant or statement of src/core/envelope and keys/ at a time and asks whether a unit
// test notices. Prints who survived, and the score; exits 1 below the bar.
//
// Usage: npm run mutation [-- FILE[:LINE] ...]
import { fork } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { instrument } from './mutants.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Per cent of the mutants that somebody must notice. */
const bar = 85
const folders = ['src/core/envelope', 'keys']
const tests = [
  'note',
  'padding',
  'carried',
  'request-file',
  'keyring',
  'context',
  'age-format',
  'receipt',
  'grant',
  'identity',
  'directory',
  'encoding',
  'sealed-file',
  'attachment',
  'handler-folder',
  'age-vectors',
  'vectors',
]
/** What may be asked about one mutant: the quickest subtests that reach it, as many as take this long together. */
const budgetMilliseconds = 8000
/** For a mutant that never comes back; on a busy machine others come late. */
const patienceMilliseconds = 60_000
const patienceTimes = 50
/** Every load of a test stays in memory. */
const loadsOfOneProcess = 400

const say = text => process.stdout.write(`${text}\n`)

async function allMutants() {
  const sources = new Map()
  const mutants = []
  for (const folder of folders)
    for (const name of (await readdir(join(root, folder))).filter(each => each.endsWith('.ts'))) {
      const path = `${folder}/${name}`
      const made = instrument(path, await readFile(join(root, path), 'utf8'), mutants.length)
      sources.set(join(root, path), made.source)
      mutants.push(...made.mutants)
    }
  return { sources, mutants }
}

/** Every test file as one bundle with all mutants in it and a stand-in for tap. */
async function bundle(sources, outdir) {
  const plugin = {
    name: 'mutants',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        sources.has(path) ? { contents: sources.get(path), loader: 'ts' } : undefined,
      )
      onResolve({ filter: /^tap$/ }, () => ({ path: join(root, 'test/mutation/tap.mjs') }))
    },
  }
  await build({
    absWorkingDir: root,
    entryPoints: tests.map(name => `test/unit/${name}.test.ts`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    plugins: [plugin],
  })
}

/** A process that is asked one thing at a time, and replaced where it does not answer or has grown. */
function workers() {
  let child = null
  let loads = 0
  const end = () => {
    child?.kill('SIGKILL')
    child = null
    loads = 0
  }
  return {
    end,
    /** @returns the answer, or null where none came in time */
    ask(question, milliseconds = 0) {
      if (loads++ >= loadsOfOneProcess) end()
      child ??= fork(new URL('worker.mjs', import.meta.url), {
        cwd: root,
        execArgv: ['--max-old-space-size=2048'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      })
      const asked = child
      return new Promise(resolve => {
        const done = answer => {
          clearTimeout(timer)
          asked.removeAllListeners()
          if (answer === null) end()
          resolve(answer)
        }
        const patience = patienceMilliseconds + patienceTimes * milliseconds
        const timer = setTimeout(() => done(null), patience)
        asked.once('message', done)
        asked.once('exit', () => done(null))
        asked.send(question)
      })
    },
  }
}

/**
 * For each mutant the subtests that reach it, the quickest first. What is reached while a file loads (a constant) is
 * asked of all subtests that reach anything of the same source.
 */
function coverage(measured, mutants) {
  const pathOf = new Map(mutants.map(({ id, path }) => [id, path]))
  const of = new Map()
  const every = measured.flatMap(({ name, file, setup, subtests }) => {
    const loaded = new Set(setup)
    return subtests.map(one => {
      const direct = new Set(one.reached)
      const paths = new Set(one.reached.map(id => pathOf.get(id)))
      return { name, file, ...one, loaded, direct, paths }
    })
  })
  every.sort((a, b) => a.milliseconds - b.milliseconds)
  for (const { id, path } of mutants) {
    let budget = budgetMilliseconds
    of.set(
      id,
      every.filter(
        one =>
          (one.direct.has(id) || (one.loaded.has(id) && one.paths.has(path))) &&
          (budget -= one.milliseconds) > 0,
      ),
    )
  }
  return of
}

/** Subtests of one file that follow each other are asked at once. */
function questions(list) {
  const made = []
  for (const { file, title, milliseconds } of list) {
    const last = made.at(-1)
    if (last?.file === file && milliseconds < 300) {
      last.titles.push(title)
      last.milliseconds += milliseconds
    } else made.push({ file, titles: [title], milliseconds })
  }
  return made
}

async function judge(worker, list, id, favourites) {
  const liked = list.filter(({ name, title }) => favourites.has(`${name} ${title}`))
  const others = list.filter(one => !liked.includes(one))
  for (const { milliseconds, ...question } of questions([...liked, ...others])) {
    const answer = await worker.ask({ id, ...question }, milliseconds)
    if (answer === null) return 'timeout'
    if (answer.noticed === null) continue
    for (const { name, file, title } of list)
      if (file === question.file && title === answer.noticed) favourites.add(`${name} ${title}`)
    return 'killed'
  }
  return null
}

async function main() {
  const asked = process.argv.slice(2)
  const read = await readFile(new URL('equivalent.json', import.meta.url), 'utf8')
  const unused = new Set(
    JSON.parse(read).map(({ file, code, what }) => `${file}: ${what}: ${code}`),
  )
  const equivalents = new Set(unused)
  const { sources, mutants } = await allMutants()
  await mkdir(join(root, '.tap'), { recursive: true })
  const folder = await mkdtemp(join(root, '.tap/mutation-'))
  const from = performance.now()
  const worker = workers()
  const counts = new Map()
  const sum = { killed: 0, timeout: 0, equivalent: 0, survived: 0 }
  try {
    await bundle(sources, folder)
    const measured = []
    for (const name of tests) {
      const file = join(folder, `${name}.test.mjs`)
      const answer = await worker.ask({ measured: true, file }, budgetMilliseconds)
      if (answer?.subtests === undefined)
        throw new Error(`${name} does not pass without a mutant: ${answer?.error}`)
      measured.push({ name, file, ...answer })
    }
    const covering = coverage(measured, mutants)
    const chosen = mutants.filter(
      ({ path, line }) =>
        asked.length === 0 || asked.includes(path) || asked.includes(`${path}:${line}`),
    )
    say(`${chosen.length} mutants`)
    /** Who noticed one in this file is asked first about the next. */
    let favourites = new Set()
    let last = ''
    for (const [index, { id, path, line, what, code }] of chosen.entries()) {
      if (path !== last) favourites = new Set()
      last = path
      const place = `${path}: ${what}: ${code}`
      let outcome = await judge(worker, covering.get(id), id, favourites)
      if (outcome === null) outcome = equivalents.has(place) ? 'equivalent' : 'survived'
      if (outcome === 'survived') say(`survived ${path}:${line}: ${what}: ${code}`)
      if (outcome === 'equivalent') unused.delete(place)
      sum[outcome]++
      const of = counts.get(path) ?? { killed: 0, timeout: 0, equivalent: 0, survived: 0 }
      of[outcome]++
      counts.set(path, of)
      if ((index + 1) % 100 === 0)
        say(`${index + 1} of ${chosen.length}, ${Math.round((performance.now() - from) / 1000)} s`)
    }
  } finally {
    worker.end()
    await rm(folder, { recursive: true, force: true })
  }

  const row = (name, of) =>
    say(
      name.padEnd(36) +
        Object.keys(sum)
          .map(key => String(of[key]).padStart(11))
          .join(''),
    )
  say(
    `\n${'file'.padEnd(36)}${Object.keys(sum)
      .map(key => key.padStart(11))
      .join('')}`,
  )
  for (const [path, of] of counts) row(path, of)
  row('all', sum)
  const noticed = sum.killed + sum.timeout
  const score = (100 * noticed) / (noticed + sum.survived)
  const plain = (100 * noticed) / (noticed + sum.survived + sum.equivalent)
  say(`\nscore ${score.toFixed(1)} %; with the equivalent ones as survivors ${plain.toFixed(1)} %`)
  if (asked.length === 0)
    for (const place of unused) say(`listed as equivalent, but noticed or gone: ${place}`)
  process.exitCode = score >= bar ? 0 : 1
}

await main()
