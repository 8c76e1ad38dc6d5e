// The very command of the README, `npm start`, as a process of its own with a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import type { Teardown } from './postgres.js'

const Ready = z.strictObject({
  ready: z.literal(true),
  url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d+$/),
  directory: z.string(),
})

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Started {
  /** The process that was asked for: npm's. */
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** @throws Error with what was said instead, where it ends before it is ready */
  readonly ready: Promise<z.infer<typeof Ready>>
  readonly ended: Promise<Ending>
}

export interface StartOptions {
  readonly cwd?: string
  /** Put before `npm start`: runs it as somebody else. */
  readonly before?: readonly string[]
}

/**
 * A command in the environment of this process without what would configure or measure it. By env(1), because tap puts
 * its loader into the environment of every child.
 */
export function clean(
  command: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): string[] {
  const ours = /^(KHANCAP_|DATABASE_URL|REDIS_URL|_?TAP|TS_NODE|NODE_OPTIONS|NODE_V8|npm_)/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  const variables = Object.entries({ ...Object.fromEntries(kept), ...settings })
  return ['-i', ...variables.map(([name, value]) => `${name}=${value ?? ''}`), ...command]
}

/** Starts it; whatever it leaves running ends with the test. */
export function npmStart(
  t: Teardown,
  settings: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Started {
  const command = [...(options.before ?? []), 'npm', 'start']
  const child = spawn('env', clean(command, { KHANCAP_METRICS_PORT: '0', ...settings }), {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: a terminal's Ctrl-C goes to a group.
    detached: true,
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(
    (): Ending => ({
      code: child.exitCode,
      signal: child.signalCode,
    }),
  )
  const ready = new Promise<z.infer<typeof Ready>>((resolve, reject) => {
    child.stdout.on('data', () => {
      const line = /^\{.*\}$/m.exec(out)?.[0]
      if (line !== undefined) resolve(Ready.parse(JSON.parse(line)))
    })
    void ended.then(() => reject(new Error(`ended before it was ready: ${err}`)))
  })
  ready.catch(() => undefined)
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL')
    await ended
  })
  return { child, stdout: () => out, stderr: () => err, ready, ended }
}

/** To npm and all that it started, as a terminal does. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal)
}

/** A data folder that the user of the embedded database may enter. */
export async function dataFolder(t: Teardown): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-start-'))
  await chmod(home, 0o755)
  t.teardown(async () => {
    await endDatabase(home)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })
  return home
}

/** The process id of the embedded database of a data folder, while it lives. */
export async function databasePid(home: string): Promise<number | null> {
  const file = join(home, 'postgres', 'data', 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!(pid > 0)) return null
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status === '' || /\) Z /.test(status) ? null : pid
}

/** What a kill -9 leaves running on purpose. */
async function endDatabase(home: string): Promise<void> {
  const pid = await databasePid(home)
  if (pid === null) return
  process.kill(pid, 'SIGQUIT')
  for (let i = 0; i < 100 && (await databasePid(home)) !== null; i++)
    await new Promise(resolve => {
      setTimeout(resolve, 50)
    })
}
