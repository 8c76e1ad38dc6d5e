// PostgreSQL for `npm start` and for tests: shipped with the project, run as a child that outlives its parent's
// death and is found again. Listens on 127.0.0.1 only, behind a password that nobody has to type.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../ports/log.js'
import { choosePort, prepareCluster, urlOf, type Cluster } from './embedded-cluster.js'
import { findFolder } from './embedded-folder.js'
import {
  findRunning,
  isAlive,
  launch,
  makeDatabase,
  shutDown,
  type Running,
} from './embedded-process.js'
import { findServerUser } from './embedded-user.js'
import { removeLockFile, takeLockFile } from './lock-file.js'

export interface EmbeddedServer {
  readonly url: string
  /** Ends the server within seconds, also where it has ended already. Idempotent. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** The data folder of the service; made where it is missing. */
  readonly home: string
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** For tests only: nothing is forced to disk, a crash of the machine loses everything. */
  readonly unsafeFast?: boolean
}

const tries = 5
// What ends by itself shortly after a kill -9: the children of the killed server, a port that is let go.
const passes = /still in use|already exists|in use by|TCP\/IP sockets|not ours/

/** Adopts the server that runs on the folder, or starts one. */
async function adoptOrStart(cluster: Cluster, fixedPort: number | null): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    const running = await findRunning(cluster)
    if (running !== null) return running
    try {
      return await launch(cluster, fixedPort ?? (await choosePort(cluster)))
    } catch (error) {
      if (attempt === tries || !(error instanceof Error && passes.test(error.message))) throw error
      await sleep(attempt * 300)
    }
  }
}

/** One start at a time per folder. @throws Error where another process is starting there */
async function whileStarting<T>(base: string, start: () => Promise<T>): Promise<T> {
  const file = join(base, 'starting')
  while (!(await takeLockFile(file, String(process.pid)))) {
    const words = await readFile(file, 'utf8').catch(() => null)
    // Let go meanwhile.
    if (words === null) continue
    const pid = Number(words)
    if (pid > 0 && pid !== process.pid && (await isAlive(pid)))
      throw new Error(`another khancap is starting on ${base} (process ${pid}): wait for it`)
    // Whoever wrote it was killed.
    await removeLockFile(file, words)
  }
  try {
    return await start()
  } finally {
    await rm(file, { force: true })
  }
}

/**
 * Starts PostgreSQL on `home`, or adopts the one that an earlier process of ours left behind there, and keeps it
 * up: where the server is killed it is started again on the same port.
 *
 * @throws Error one sentence, lower case, that says what is wrong and what to do
 */
export async function embeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { home, log } = options
  const user = await findServerUser()
  const base = await findFolder(home, user)
  const started = await whileStarting(base, async () => {
    const cluster = await prepareCluster(user, base, options.unsafeFast ?? false)
    const running = await adoptOrStart(cluster, null)
    await makeDatabase(running)
    return { cluster, running }
  })
  const { cluster } = started
  const { port } = started.running
  let running: Running | null = null
  let stopping: Promise<void> | null = null
  let recovery: Promise<void> = Promise.resolve()

  function watch(found: Running): void {
    running = found
    found.keeper.once('end', () => {
      running = null
      if (stopping === null) recovery = recover()
    })
  }

  async function recover(): Promise<void> {
    log.warn('embedded_postgres_lost', { port })
    for (;;) {
      if (stopping !== null) return
      try {
        watch(await adoptOrStart(cluster, port))
        log.info('embedded_postgres_back', { port })
        return
      } catch {
        log.error('embedded_postgres_down', { port })
        await sleep(2_000, undefined, { ref: false })
      }
    }
  }

  async function stop(): Promise<void> {
    await Promise.race([recovery, sleep(15_000, undefined, { ref: false })])
    if (running !== null) await shutDown(running)
  }

  watch(started.running)
  log.info('embedded_postgres_ready', { port })
  return {
    url: urlOf(cluster, port),
    stop: () => (stopping ??= stop()),
  }
}
