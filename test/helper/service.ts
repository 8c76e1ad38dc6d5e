// Starts the very process that `npm start` starts, on a data folder and ports of its own, and ends it by pid.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'

const Ready = z.strictObject({ ready: z.literal(true), url: z.url(), directory: z.url() })
type Ready = z.infer<typeof Ready>

export interface Service {
  readonly ready: Ready
  readonly pid: number
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL to the process itself; what it started lives on, as after a crash. */
  kill(): Promise<void>
  readonly stderr: () => string
  readonly stdout: () => string
}

/** A data folder that the database's own user can enter too, wherever the temporary folder is. */
export async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-home-'))
  await chmod(folder, 0o755)
  return folder
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

/** The environment of this process without anything that would configure the service. */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(KHANCAP_|DATABASE_URL|REDIS_URL|TAP|TS_NODE|NODE_OPTIONS|NODE_V8)/.test(entry[0]),
  )
  return Object.fromEntries(entries)
}

/**
 * Runs the service until its ready line. @throws Error with the end of stderr where it ends before, or is not ready
 * within `readyMs`
 */
export async function startService(
  settings: Record<string, string>,
  options: { readonly log?: string; readonly readyMs?: number } = {},
): Promise<Service> {
  const child: ChildProcess = spawn(process.execPath, ['start.mjs'], {
    env: { ...cleanEnvironment(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: string[] = []
  const err: string[] = []
  const log = options.log === undefined ? null : createWriteStream(options.log, { flags: 'a' })
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const ready = new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready in time: ${err.join('').slice(-2000)}`)),
      options.readyMs ?? 180_000,
    )
    child.stderr?.on('data', (chunk: Buffer) => {
      err.push(chunk.toString())
      log?.write(chunk)
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      out.push(chunk.toString())
      log?.write(chunk)
      const line = out.join('').split('\n')[0]
      if (!out.join('').includes('\n') || line === undefined) return
      clearTimeout(timer)
      try {
        resolve(Ready.parse(JSON.parse(line)))
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    child.once('exit', code => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code} before it was ready: ${err.join('').slice(-2000)}`))
    })
  })
  const result = await ready
  return {
    ready: result,
    pid: child.pid ?? 0,
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    stop: async () => {
      child.kill('SIGTERM')
      const code = await ended
      log?.end()
      return code
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
      log?.end()
    },
  }
}
