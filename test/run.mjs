// Runs the checks and the tests, on one PostgreSQL for all of them, and counts honestly: what was skipped or left
// to do counts as failed, and so does a test file that ended without a word.
//
// Usage: node test/run.mjs [file...]       all, or these files without the checks
//        node test/run.mjs --write-times   all, and the seconds that each file took into test/times.json, once it has passed
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** As deep as build/, so that what is found from a file's own place is found from here too. */
const compiledTests = 'build.tests'

/** Seconds that each file took at last, by `node test/run.mjs --write-times`; they decide the order alone. */
const timesFile = join(root, 'test/times.json')
/** Of a file that is not in the table yet. */
const secondsOfNew = 30

const mostLanes = 4
/** Of the processors' time: what nobody uses has room for one more lane. */
const idleShare = 0.25

const isLong = process.env.KHANCAP_TEST_LONG === '1'
const folder = await mkdtemp(join(tmpdir(), 'khancap-run-'))
await chmod(folder, 0o711)
const count = { passed: 0, failed: 0 }
/** Seconds by file. */
const took = new Map()
const children = new Set()
let stopServer = async () => {}
let isInterrupted = false

async function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
  children.add(child)
  const [code, signal] = await Promise.race([
    once(child, 'exit'),
    once(child, 'error').then(([error]) => [error.message, null]),
  ])
  children.delete(child)
  return code === 0 && signal === null
}

/** A check is one test: it passes or fails. */
async function check(title, command, args) {
  if (isInterrupted) return
  console.error(`# ${title}`)
  const passed = await run(command, args)
  count[passed ? 'passed' : 'failed'] += 1
  if (!passed) console.error(`not ok: ${title}`)
}

const inModules = path => join(root, 'node_modules', path)
const built = path => import(pathToFileURL(join(root, 'build', path)).href)

/** One server for all test files, with a migrated template; ends also where this process is killed. */
async function startServer() {
  const { embeddedPostgres } = await built('src/adapters/postgres/embedded-server.js')
  const { migrate } = await built('src/adapters/postgres/migrate.js')
  const log = { info() {}, warn() {}, error() {} }
  const home = join(folder, 'home')
  const server = await embeddedPostgres({ home, log, unsafeFast: true })
  const pid = Number.parseInt(
    await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8'),
    10,
  )
  const script = 'while kill -0 "$1"; do sleep 1; done; kill -INT "$2"; sleep 2; rm -rf -- "$3"'
  const args = ['-c', script, 'sh', process.pid, pid, folder].map(String)
  const watch = spawn('/bin/sh', args, { stdio: 'ignore', detached: true })
  watch.unref()
  stopServer = async () => {
    watch.kill()
    await server.stop()
  }
  const { Client } = await import('pg')
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query('create database khancap_template')
  await client.end()
  const template = new URL(server.url)
  template.pathname = '/khancap_template'
  await migrate(template.href)
  return server.url
}

/** Every file of tests as source, those first that take longest, by name where they take as long: so the lanes end together. */
async function testFiles() {
  const entries = await readdir(join(root, 'test'), { recursive: true })
  const files = entries
    .filter(name => name.endsWith('.test.ts'))
    .map(name => `test/${name.replaceAll('\\', '/')}`)
    .toSorted()
  const known = JSON.parse(await readFile(timesFile, 'utf8'))
  const seconds = file => known[file] ?? secondsOfNew
  return files.toSorted((one, other) => seconds(other) - seconds(one))
}

/** Whole seconds: what changes from run to run by less is no change. */
async function writeTimes() {
  const byName = [...took].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const sorted = Object.fromEntries(byName.map(([file, seconds]) => [file, Math.round(seconds)]))
  await writeFile(timesFile, `${JSON.stringify(sorted, null, 2)}\n`)
}

/**
 * Runs one file and prints a line as it ends; of what it said, only what did not pass.
 * @returns its own totals; a file that ended without them, or said one thing and exited with another, has failed once
 */
async function runFile(file, env) {
  const startedAt = performance.now()
  const compiled = join(root, compiledTests, file.replace(/\.ts$/, '.js'))
  const one = spawn(process.execPath, ['--enable-source-maps', compiled], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, TAP_TIMEOUT: String(isLong ? 7200 : 600) },
  })
  children.add(one)
  const exited = once(one, 'close')
  const said = []
  let totals = ''
  for await (const line of createInterface({ input: one.stdout }))
    if (line.startsWith('# { total:')) totals = line
    else if (!/^ +ok /.test(line) && line.trim() !== '') said.push(line)
  const [code] = await exited
  children.delete(one)
  const number = key => Number(new RegExp(`\\b${key}: (\\d+)`).exec(totals)?.[1] ?? 0)
  const passed = number('pass')
  let failed = number('fail') + number('skip') + number('todo')
  if (failed === 0 && (code !== 0 || passed === 0)) failed = 1
  count.passed += passed
  count.failed += failed
  if (failed > 0) console.log(said.join('\n'))
  const seconds = (performance.now() - startedAt) / 1000
  took.set(file, seconds)
  console.log(
    `${failed > 0 ? 'not ok' : 'ok'} - ${file} # ${passed} passed, ${seconds.toFixed(1)} s`,
  )
}

/** Of all processors' time so far, in milliseconds. */
function processorTime() {
  const each = cpus().map(({ times }) => ({
    idle: times.idle,
    all: Object.values(times).reduce((sum, time) => sum + time, 0),
  }))
  return each.reduce((sum, one) => ({ idle: sum.idle + one.idle, all: sum.all + one.all }))
}

/** Waits until nobody used a quarter of the processors for some seconds, or until nothing waits any more. */
async function idleProcessors(waiting) {
  for (let isIdle = false; !isIdle && waiting.length > 0; ) {
    if (isInterrupted) return
    const before = processorTime()
    await sleep(3000)
    const after = processorTime()
    isIdle = after.idle - before.idle > idleShare * (after.all - before.all)
  }
}

async function runTests(files) {
  const env = { KHANCAP_TEST_DATABASE_URL: await startServer() }
  const waiting = [...files]
  async function lane(ready = async () => {}) {
    while (waiting.length > 0) {
      await ready()
      if (isInterrupted) return
      const file = waiting.shift()
      if (file !== undefined) await runFile(file, env)
    }
  }
  // A file waits for timers, servers and browsers half of its time: one lane more than there are processors, and a last
  // one for as long as these have nothing to do.
  const told = process.env.KHANCAP_TEST_JOBS
  const lanes = Number(told ?? Math.min(mostLanes, availableParallelism() + 1))
  // Where this process may not use every processor, whether they are idle says nothing.
  const hasLast =
    told === undefined && lanes < mostLanes && cpus().length === availableParallelism()
  await Promise.all([
    ...Array.from({ length: lanes }, () => lane()),
    ...(hasLast ? [lane(() => idleProcessors(waiting))] : []),
  ])
}

async function end() {
  await stopServer()
  await rm(folder, { recursive: true, force: true })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    isInterrupted = true
    // The terminal has told the children already; a second word does no harm.
    for (const child of children) child.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
  })

const isWritingTimes = process.argv.includes('--write-times')
const named = process.argv.slice(2).filter(word => word !== '--write-times')
try {
  // By the contents of all sources: `npm ci` has built just now.
  await check('build', process.execPath, ['build.mjs', '--if-stale'])
  const tsc = inModules('typescript/bin/tsc')
  // Types are checked and the tests compiled in one go: a loader would compile them again for every file.
  await rm(join(root, compiledTests), { recursive: true, force: true })
  await check('types', process.execPath, [tsc, '-p', '.', '--outDir', compiledTests])
  const isBuilt = count.failed === 0
  if (named.length === 0) {
    await check('lock file', process.execPath, ['test/lockcheck.mjs'])
    await check('format', inModules('.bin/biome'), ['format', '.'])
    await check('lint', inModules('.bin/oxlint'), ['--type-aware', '--deny-warnings'])
    await check('dead code', inModules('.bin/knip'), [])
  }
  if (isBuilt && !isInterrupted) await runTests(named.length > 0 ? named : await testFiles())
  const isWhole = named.length === 0 && !isInterrupted && count.failed === 0
  if (isWritingTimes && isWhole && !isLong) await writeTimes()
} catch (error) {
  count.failed += 1
  console.error(error)
} finally {
  await end()
}
if (isInterrupted) count.failed += 1
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed === 0 ? 0 : 1
