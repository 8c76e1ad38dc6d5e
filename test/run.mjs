// Runs the checks and the tests, on one PostgreSQL for all of them, and counts honestly: what was skipped or left
// to do counts as failed, and so does a test file that ended without a word.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const isLong = process.env.KHANCAP_TEST_LONG === '1'
const folder = await mkdtemp(join(tmpdir(), 'khancap-run-'))
await chmod(folder, 0o711)
const count = { passed: 0, failed: 0 }
let child = null
let stopServer = async () => {}
let isInterrupted = false

async function run(command, args, env = {}) {
  child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  const [code, signal] = await Promise.race([
    once(child, 'exit'),
    once(child, 'error').then(([error]) => [error.message, null]),
  ])
  child = null
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

/** Prints one line per test file as it ends, and what a failed one had to say. @returns tap's own totals */
async function readTap(lines) {
  let said = []
  let totals = ''
  for await (const line of lines)
    if (/^(not )?ok /.test(line)) {
      if (line.startsWith('not ')) console.log(said.join('\n'))
      console.log(line)
      said = []
    } else if (line.startsWith('# { total:')) totals = line
    // Of a file that failed, what passed is not worth its lines.
    else if (!/^ +ok /.test(line) && line.trim() !== '') said.push(line)
  const number = key => Number(new RegExp(`\\b${key}: (\\d+)`).exec(totals)?.[1] ?? 0)
  return { passed: number('pass'), failed: number('fail') + number('skip') + number('todo') }
}

async function runTests(files) {
  const args = [
    inModules('tap/dist/esm/run.mjs'),
    'run',
    '--disable-coverage',
    '--reporter=tap',
    `--jobs=${process.env.KHANCAP_TEST_JOBS ?? Math.min(4, availableParallelism())}`,
    `--timeout=${isLong ? 7200 : 600}`,
    ...files,
  ]
  child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KHANCAP_TEST_DATABASE_URL: await startServer() },
  })
  const exited = once(child, 'exit')
  const totals = await readTap(createInterface({ input: child.stdout }))
  const [code] = await exited
  child = null
  count.passed += totals.passed
  count.failed += totals.failed
  if (code !== 0 && totals.failed === 0) count.failed += 1
  if (totals.passed + totals.failed === 0) count.failed += 1
}

async function end() {
  await stopServer()
  await rm(folder, { recursive: true, force: true })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    isInterrupted = true
    // The terminal has told the child already; a second word does no harm.
    child?.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
  })

const files = process.argv.slice(2)
try {
  await check('build', process.execPath, ['build.mjs'])
  const isBuilt = count.failed === 0
  if (files.length === 0) {
    const tsc = inModules('typescript/bin/tsc')
    await check('types', process.execPath, [tsc, '-p', '.', '--noEmit'])
    await check('lock file', process.execPath, ['test/lockcheck.mjs'])
    await check('format', inModules('.bin/biome'), ['format', '.'])
    await check('lint', inModules('.bin/oxlint'), ['--type-aware', '--deny-warnings'])
    await check('dead code', inModules('.bin/knip'), [])
  }
  if (isBuilt && !isInterrupted) await runTests(files)
} catch (error) {
  count.failed += 1
  console.error(error)
} finally {
  await end()
}
if (isInterrupted) count.failed += 1
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed === 0 ? 0 : 1
