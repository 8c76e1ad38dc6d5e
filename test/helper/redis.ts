// A private redis-server on a free port of this machine, set up as the service demands: password, AOF, no eviction.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startOnFreePort } from './free-port.js'
import type { Teardown } from './postgres.js'

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Where it keeps its dump and its append-only file. */
  readonly folder: string
  /** Kills the server as a crash would, and starts it again on the same port and files. */
  readonly crash: () => Promise<void>
  readonly start: () => Promise<void>
  /** Stops the process without ending it, and lets it go on after so many milliseconds. */
  readonly freeze: (ms: number) => Promise<void>
  /** A connection of the test's own. */
  readonly client: () => Redis
}

/** @param settings replace or add settings, as redis.conf names them */
export async function testRedis(
  t: Teardown,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-redis-'))
  const password = settings['requirepass'] ?? randomBytes(16).toString('hex')
  const all = {
    bind: '127.0.0.1',
    dir: folder,
    requirepass: password,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    save: '',
    ...settings,
  }
  const urlOf = (port: number) =>
    `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${port}`
  const clients: Redis[] = []
  let server: ReturnType<typeof spawn> | null = null

  async function start(port: number): Promise<void> {
    const args = Object.entries({ ...all, port }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ])
    const child = spawn('redis-server', args, { stdio: 'ignore' })
    server = child
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', () => reject(new Error('redis-server ended')))
    })
    failed.catch(() => {})
    await Promise.race([failed, ready(port, child.pid)])
  }

  async function ready(port: number, pid: number | undefined): Promise<void> {
    for (let tries = 0; tries < 2400; tries++) {
      const probe = new Redis(urlOf(port), { lazyConnect: true, retryStrategy: () => null })
      probe.on('error', () => {})
      try {
        await probe.connect()
        // Somebody else's server may be there.
        if ((await probe.info('server')).includes(`process_id:${pid}\r`)) return
        await sleep(25)
      } catch {
        await sleep(25)
      } finally {
        probe.disconnect()
      }
    }
    throw new Error('redis-server did not answer within a minute')
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server
    server = null
    if (child === null || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  t.teardown(async () => {
    for (const client of clients) client.disconnect()
    await end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  const port = await startOnFreePort(async free => {
    await start(free)
    return free
  })
  const url = urlOf(port)
  return {
    url,
    port,
    folder,
    crash: () => end('SIGKILL'),
    start: () => start(port),
    async freeze(ms) {
      const child = server
      child?.kill('SIGSTOP')
      await sleep(ms)
      child?.kill('SIGCONT')
    },
    client() {
      const client = new Redis(url)
      client.on('error', () => {})
      clients.push(client)
      return client
    },
  }
}
