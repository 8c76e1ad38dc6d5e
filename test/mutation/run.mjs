// Changes one operator, branch, constant or statement of src/core/envelope and keys/ at a time and asks whether a unit
// test notices. Prints who survived and the score; exits 1 below the bar.
//
// Usage: npm run mutation [-- FILE[:LINE] ...]
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { context } from 'esbuild'
import { mutantsOf } from './mutants.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bar = 85
const folders = ['src/core/envelope', 'keys']
/** Those that are quick: what a minute of sampling would find, they find at once. */
const tests = [
  'note',
  'padding',
  'keyring',
  'context',
  'receipt',
  'grant',
  'identity',
  'directory',
  'encoding',
  'sealed-file',
  'age-vectors',
]
const say = text => process.stdout.write(`${text}\n`)

/** One test file, bundled apart, with any source exchanged for a mutant. */
async function bundled(name, folder) {
  const outfile = join(folder, `${name}.mjs`)
  let mutant = null
  const swap = {
    name: 'swap',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === mutant?.path ? { contents: mutant.source, loader: 'ts' } : undefined,
      )
    },
  }
  const building = await context({
    absWorkingDir: root,
    entryPoints: [`test/unit/${name}.test.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
    plugins: [swap],
  })
  return {
    name,
    outfile,
    dispose: () => building.dispose(),
    async build(one) {
      mutant = one
      return Object.keys((await building.rebuild()).metafile.inputs)
    },
  }
}

/** @returns 'passed', 'failed' or 'timeout' */
function run(file, milliseconds) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [file], {
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, TAP_BAIL: '1' },
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, milliseconds)
    child.on('close', code => {
      clearTimeout(timer)
      resolve(isLate ? 'timeout' : code === 0 ? 'passed' : 'failed')
    })
  })
}

/** A set of bundles of its own for each worker, slowest test last. */
async function workbench(folder, index) {
  const own = join(folder, String(index))
  await mkdir(own)
  const benches = []
  for (const name of tests) benches.push(await bundled(name, own))
  return benches
}

async function measure(benches) {
  const covering = new Map()
  for (const bench of benches) {
    const inputs = await bench.build(null)
    const from = performance.now()
    const outcome = await run(bench.outfile, 600_000)
    if (outcome !== 'passed') throw new Error(`${bench.name} does not pass without a mutant`)
    covering.set(bench.name, { inputs, milliseconds: performance.now() - from })
  }
  return covering
}

/** @returns the test that noticed, 'timeout', or null */
async function judge(benches, covering, path, mutated) {
  const order = benches.filter(({ name }) => covering.get(name).inputs.includes(path))
  for (const bench of order) {
    try {
      await bench.build({ path: join(root, path), source: mutated })
    } catch {
      return 'the compiler'
    }
    const outcome = await run(bench.outfile, 20_000 + 10 * covering.get(bench.name).milliseconds)
    if (outcome === 'passed') continue
    // Whoever noticed one is asked first about the next.
    benches.unshift(...benches.splice(benches.indexOf(bench), 1))
    return outcome === 'timeout' ? 'timeout' : bench.name
  }
  return null
}

async function chosenMutants(asked) {
  const chosen = []
  for (const folder of folders)
    for (const name of (await readdir(join(root, folder))).filter(each => each.endsWith('.ts'))) {
      const path = relative(root, join(root, folder, name)).replaceAll('\\', '/')
      const source = await readFile(join(root, path), 'utf8')
      for (const mutant of mutantsOf(path, source)) {
        const at = [path, `${path}:${mutant.line}`]
        if (asked.length === 0 || asked.some(one => at.includes(one)))
          chosen.push({ path, source, ...mutant })
      }
    }
  return chosen
}

const lineOf = ({ source, line }) => source.split('\n')[line - 1].trim()

async function main() {
  const asked = process.argv.slice(2)
  const equivalent = JSON.parse(
    await readFile(new URL('equivalent.json', import.meta.url), 'utf8'),
  ).map(one => ({ ...one, isSeen: false }))
  const queue = await chosenMutants(asked)
  await mkdir(join(root, '.tap'), { recursive: true })
  const folder = await mkdtemp(join(root, '.tap/mutation-'))
  const from = performance.now()
  const survivors = []
  const counts = new Map()
  const add = (path, what) => {
    const of = counts.get(path) ?? { killed: 0, timeout: 0, equivalent: 0, survived: 0 }
    of[what]++
    counts.set(path, of)
  }
  try {
    const jobs = Number(process.env.KHANCAP_TEST_JOBS ?? availableParallelism())
    const first = await workbench(folder, 0)
    const covering = await measure(first)
    first.sort((a, b) => covering.get(a.name).milliseconds - covering.get(b.name).milliseconds)
    const total = queue.length
    say(`${total} mutants, ${jobs} at once`)
    const work = async benches => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const { path, source, start, end, text, what, line } = mutant
        const mutated = source.slice(0, start) + text + source.slice(end)
        const noticed = await judge(benches, covering, path, mutated)
        if (noticed !== null) add(path, noticed === 'timeout' ? 'timeout' : 'killed')
        else {
          const known = equivalent.find(
            one => one.file === path && one.line === lineOf(mutant) && one.what === what,
          )
          if (known !== undefined) known.isSeen = true
          add(path, known === undefined ? 'survived' : 'equivalent')
          if (known === undefined) {
            survivors.push(`${path}:${line}: ${what}: ${lineOf(mutant)}`)
            say(`survived ${survivors.at(-1)}`)
          }
        }
        if ((total - queue.length) % 50 === 0) say(`${total - queue.length} of ${total}`)
      }
      for (const bench of benches) await bench.dispose()
    }
    const others = []
    for (let index = 1; index < jobs; index++) others.push(await workbench(folder, index))
    await Promise.all([first, ...others].map(work))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }

  const sum = { killed: 0, timeout: 0, equivalent: 0, survived: 0 }
  say('\nfile                                killed timeout equivalent survived')
  const row = (name, of) =>
    say(
      `${name.padEnd(36)}${[of.killed, of.timeout, of.equivalent, of.survived].map((n, at) => String(n).padStart([6, 8, 11, 9][at])).join('')}`,
    )
  for (const [path, of] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    row(path, of)
    for (const what of Object.keys(sum)) sum[what] += of[what]
  }
  row('all', sum)
  const noticed = sum.killed + sum.timeout
  const percent = of => ((100 * noticed) / of).toFixed(1)
  const whole = noticed + sum.survived
  say(`\nscore ${percent(whole)} % without the equivalent ones, ${percent(whole + sum.equivalent)} % with them`)
  say(`${Math.round((performance.now() - from) / 1000)} s`)
  for (const one of equivalent)
    if (asked.length === 0 && !one.isSeen)
      say(`listed as equivalent, but noticed or gone: ${one.file}: ${one.what}: ${one.line}`)
  process.exitCode = (100 * noticed) / whole >= bar ? 0 : 1
}

await main()
