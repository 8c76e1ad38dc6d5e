// A PostgreSQL of a row's own, with every commit forced to disk as in production, and the disk slower where asked for.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, prepareCluster, urlOf } from '../src/adapters/postgres/embedded-cluster.js'
import { findFolder } from '../src/adapters/postgres/embedded-folder.js'
import { cleanEnvironment, findServerUser } from '../src/adapters/postgres/embedded-user.js'
import { migrate } from '../src/adapters/postgres/migrate.js'
import type { Run } from './row.js'

export interface Server {
  readonly url: string
  readonly pid: number
  /** A database of its own beside the first one; migrated unless told otherwise. */
  readonly newDatabase: (name: string, empty?: 'empty') => Promise<string>
  /** From now on the disk is slow, where the options say by how much: set-up and warm-up need not wait. */
  readonly slowDown: () => Promise<void>
}

export interface ServerOptions {
  /** Every fsync and fdatasync takes this much longer once the server was told; needs a C compiler. */
  readonly slowerFsyncMs?: number
  /** For rows about reading: nothing is forced to disk. */
  readonly unsafe?: true
  /** Room for the log of a million new rows without a checkpoint. */
  readonly bulky?: true
}

/** Stands between PostgreSQL and the system: waits where the disk is to be slow by now, then lets the call through. */
const slowDisk = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int later(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (access(FLAG, F_OK) == 0) usleep(DELAY_US);
  return real(fd);
}
int fsync(int fd) { return later("fsync", fd); }
int fdatasync(int fd) { return later("fdatasync", fd); }
`

/** @returns the library; the file beside it whose being there makes the disk slow */
async function slowLibrary(folder: string, ms: number): Promise<{ library: string; flag: string }> {
  const source = join(folder, 'slow-disk.c')
  const library = join(folder, 'slow-disk.so')
  const flag = join(folder, 'disk-is-slow')
  await writeFile(source, slowDisk)
  const { status, stderr } = spawnSync(
    'cc',
    [
      '-shared',
      '-fPIC',
      '-O2',
      `-DDELAY_US=${ms * 1000}`,
      `-DFLAG=${JSON.stringify(flag)}`,
      '-o',
      library,
      source,
      '-ldl',
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`cc: ${stderr}`)
  return { library, flag }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** Statements on a connection of its own. */
export async function onDatabase<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

function launch(
  cluster: Cluster,
  port: number,
  log: number,
  options: ServerOptions,
  library: string | null,
): ChildProcess {
  const safe = options.unsafe === true ? 'off' : 'on'
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // As `npm start` has it; everything else is PostgreSQL's own default.
    jit: 'off',
    timezone: 'UTC',
    fsync: safe,
    synchronous_commit: safe,
    full_page_writes: safe,
    ...(options.bulky === true ? { max_wal_size: '8GB' } : {}),
  }
  const settings = Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  return spawn(cluster.binaries.postgres, ['-D', cluster.data, ...settings], {
    cwd: cluster.base,
    env: { ...cleanEnvironment, ...(library === null ? {} : { LD_PRELOAD: library }) },
    stdio: ['ignore', log, log],
    ...cluster.user,
  })
}

let count = 0

export async function startPostgres(run: Run, options: ServerOptions = {}): Promise<Server> {
  const user = await findServerUser()
  const home = join(run.folder, `server-${++count}`)
  const base = await findFolder(home, user)
  const cluster = await prepareCluster(user, base, options.unsafe ?? false)
  const slow =
    options.slowerFsyncMs === undefined
      ? null
      : await slowLibrary(run.folder, options.slowerFsyncMs)
  const port = await freePort()
  const log = await open(join(home, 'server.log'), 'w')
  const child = launch(cluster, port, log.fd, options, slow?.library ?? null)
  await log.close()
  const exited = once(child, 'exit')
  run.defer(async () => {
    if (slow !== null) await rm(slow.flag, { force: true })
    child.kill('SIGINT')
    const ended = await Promise.race([exited, sleep(10_000, null, { ref: false })])
    if (ended === null) child.kill('SIGQUIT')
  })
  const url = urlOf(cluster, port, 'postgres')
  const until = performance.now() + 60_000
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > until)
      throw new Error('PostgreSQL did not start')
    await sleep(50)
  }
  return {
    url,
    pid: child.pid ?? 0,
    async newDatabase(name, empty) {
      await onDatabase(url, client => client.query(`create database ${name}`))
      const made = urlOf(cluster, port, name)
      if (empty === undefined) await migrate(made)
      return made
    },
    async slowDown() {
      if (slow !== null) await writeFile(slow.flag, '')
    },
  }
}
