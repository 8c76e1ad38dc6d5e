// The processes of the random runs, and what can happen to them: killed, frozen, emptied. Everything is ended by the
// pid that was started here.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { embeddedPostgres } from '../../src/adapters/postgres/embedded-server.js'
import { inCheckout } from './checkout.js'
import { endWithThisProcess, makeTemplate, onServer, type Teardown } from './postgres.js'
import { quietLog } from './quiet-log.js'
import type { ChildSettings } from './random-child.js'
import { cleanEnvironment } from './service.js'

export interface Sufferer {
  /** SIGKILL, or for PostgreSQL an immediate shutdown; it comes back by itself. */
  readonly crash: () => Promise<void>
  /** SIGSTOP, and SIGCONT after so many milliseconds. */
  readonly freeze: (ms: number) => Promise<void>
}

export interface Child extends Sufferer {
  readonly end: () => Promise<void>
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended in between.
  }
}

async function frozen(pids: readonly number[], ms: number): Promise<void> {
  for (const pid of pids) signal(pid, 'SIGSTOP')
  await sleep(ms)
  for (const pid of pids) signal(pid, 'SIGCONT')
}

/** `random-child.ts` with all that it needs as one file: it starts in a fifth of the time. @returns its path */
export async function bundledChild(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-child-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'child.mjs')
  await build({
    entryPoints: [inCheckout('test/helper/random-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  })
  return outfile
}

/** A child of `bundledChild` that is started again whenever it was killed. */
export async function startChild(script: string, settings: ChildSettings): Promise<Child> {
  let child: ChildProcess
  let ended = false
  let busy: Promise<void> = Promise.resolve()

  async function start(): Promise<void> {
    child = spawn(process.execPath, [script], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.send(settings)
    // Where its port or the database is not free yet it ends at once, and is started again.
    await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (child.exitCode === null || ended) return
    await sleep(200)
    await start()
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  /** One thing at a time: what is killed while it is frozen stays frozen otherwise. */
  function next(what: () => Promise<void>): Promise<void> {
    busy = busy.then(() => (ended ? undefined : what()))
    return busy
  }

  await start()
  return {
    crash: () =>
      next(async () => {
        await kill()
        await start()
      }),
    freeze: ms => next(() => frozen([child.pid ?? 0], ms)),
    async end() {
      await busy
      ended = true
      await kill()
    },
  }
}

/** Processes whose parent is this one. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found: number[] = []
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The name may hold spaces and brackets; state and parent follow the last one.
    if (Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent)
      found.push(Number(pid))
  }
  return found
}

export interface TestCluster extends Sufferer {
  readonly url: string
  /** A migrated database of its own. */
  readonly newDatabase: () => Promise<string>
}

/** A PostgreSQL of the test's own that may be crashed: each commit is written before it is confirmed. */
export async function testCluster(t: Teardown): Promise<TestCluster> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-cluster-'))
  await chmod(home, 0o711)
  const server = await embeddedPostgres({ home, log: quietLog, unsafeFast: true })
  const watch = endWithThisProcess(home)
  t.teardown(async () => {
    watch.kill()
    await server.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  })
  // A machine that loses its power is no part of these tests; a server that forgets what it confirmed would be.
  await onServer(server.url, client =>
    client.query('alter role khancap set synchronous_commit = on'),
  )
  await makeTemplate(server.url)
  const pid = async () =>
    Number.parseInt(await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8'), 10)
  let count = 0
  return {
    url: server.url,
    async newDatabase() {
      const name = `lane_${++count}`
      await onServer(server.url, client =>
        client.query(`create database ${name} template khancap_template`),
      )
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return url.href
    },
    async crash() {
      const before = await pid().catch(() => 0)
      if (before > 0) signal(before, 'SIGQUIT')
      for (let tries = 0; tries < 6000; tries++) {
        const now = await pid().catch(() => 0)
        const answers =
          now !== before && (await onServer(server.url, async () => true).catch(() => false))
        if (answers) return
        await sleep(50)
      }
      throw new Error('PostgreSQL did not come back within five minutes')
    },
    async freeze(ms) {
      const postmaster = await pid().catch(() => 0)
      if (postmaster > 0) await frozen([postmaster, ...(await childrenOf(postmaster))], ms)
    },
  }
}
