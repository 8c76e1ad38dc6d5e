// The process of one embedded PostgreSQL: start it, find it running, end it.
import { spawn, type ChildProcess } from 'node:child_process'
import { open, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { databaseName, urlOf, type Cluster } from './embedded-cluster.js'
import { cleanEnvironment } from './embedded-user.js'

// Held by the process that the server belongs to, for as long as it lives.
const ownerLock = 0x6b68616e

export interface Running {
  readonly pid: number
  readonly port: number
  /** Holds the owner lock; its end means that the server is gone. */
  readonly keeper: Client
}

const logFile = ({ base }: Cluster) => join(base, 'server.log')
const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** A zombie is dead: it holds nothing, it only waits to be counted. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(status)
}

/** Where the system does not say what a process runs, it is taken for PostgreSQL. */
async function isPostgres(pid: number): Promise<boolean> {
  const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres')
  return program.trim() === 'postgres'
}

/**
 * Connects and takes the owner lock.
 * @returns null where the server does not answer yet
 * @throws Error where another PostgreSQL or another khancap answers
 */
async function tryKeeper(cluster: Cluster, port: number): Promise<Client | null> {
  const keeper = new Client({
    connectionString: urlOf(cluster, port, 'postgres'),
    application_name: 'khancap owner',
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
  })
  keeper.on('error', () => {})
  try {
    await keeper.connect()
    const shown = await keeper.query<{ folder: string; version: string }>(
      `select current_setting('data_directory') as folder`,
    )
    const [first] = shown.rows
    if (first === undefined || (await realpath(first.folder)) !== (await realpath(cluster.data)))
      throw new Error(`another PostgreSQL listens on port ${port}`)
    // The backend of an owner that was just killed may need a moment to notice.
    for (let tries = 0; tries < 30; tries++) {
      const lock = await keeper.query<{ free: boolean }>(
        'select pg_try_advisory_lock($1) as free',
        [ownerLock],
      )
      if (lock.rows[0]?.free === true) return keeper
      await sleep(100)
    }
    throw new Error(
      `another khancap is running on the data folder ${cluster.base}: stop it first, or set KHANCAP_HOME to another folder`,
    )
  } catch (error) {
    await keeper.end().catch(() => {})
    if (isNotYet(error)) return null
    throw error
  }
}

/** Not listening, starting up or shutting down. */
function isNotYet(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== '') return /^(ECONN\w+|ETIMEDOUT|EPIPE|57P0\d)$/.test(code)
  return error instanceof Error && /^(Connection terminated|timeout expired)/.test(error.message)
}

const isSentence = (error: unknown) =>
  error instanceof Error && error.message.startsWith('another ')

/**
 * The server that runs on this data folder already: it outlives a kill of the process that started it.
 * @throws Error where the folder is held by something that is not ours
 */
export async function findRunning(cluster: Cluster): Promise<Running | null> {
  const file = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pidLine, , , portLine] = file.split('\n')
  const pid = Number(pidLine)
  const port = Number(portLine)
  if (!Number.isInteger(pid) || pid < 1) return null
  // Ten seconds: it may be starting up after a crash or shutting down.
  for (let tries = 0; tries < 100; tries++) {
    if (!(await isAlive(pid)) || !(await isPostgres(pid))) return null
    const keeper = port > 0 ? await tryKeeper(cluster, port).catch(foreign) : null
    if (keeper !== null) return { pid, port, keeper }
    await sleep(100)
  }
  return foreign(null)

  function foreign(error: unknown): never {
    if (error instanceof Error && isSentence(error) && /khancap/.test(error.message)) throw error
    throw new Error(
      `process ${pid} holds the database folder ${cluster.data} and is not ours: stop it, or set KHANCAP_HOME to another folder`,
      { cause: error },
    )
  }
}

function settings({ unsafeFast }: Cluster, port: number): string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    // No socket file at all: nothing for others on this machine to find.
    unix_socket_directories: '',
    max_connections: unsafeFast ? '400' : '100',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The server's log holds no statement, no parameter and no key of a row.
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(unsafeFast
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }),
  }
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`])
}

async function lastWords(cluster: Cluster): Promise<string> {
  const text = await readFile(logFile(cluster), 'utf8').catch(() => '')
  const lines = text.split('\n').filter(line => /FATAL|PANIC|ERROR|error/.test(line))
  return (lines.at(-1) ?? '').replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '').trim()
}

/**
 * Starts the server in a session of its own, so that Ctrl-C in our terminal does not reach it.
 * @throws Error with the server's last words where it ends at once
 */
export async function launch(cluster: Cluster, port: number): Promise<Running> {
  const log = await open(logFile(cluster), 'w', 0o600)
  let child: ChildProcess
  try {
    child = spawn(cluster.binaries.postgres, ['-D', cluster.data, ...settings(cluster, port)], {
      cwd: cluster.base,
      env: cleanEnvironment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...cluster.user,
    })
  } finally {
    await log.close()
  }
  child.unref()
  const { pid } = child
  if (pid === undefined) throw new Error('could not start PostgreSQL')
  try {
    // A minute: after a crash it replays its log first.
    for (let tries = 0; tries < 3000; tries++) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(
          `could not start PostgreSQL: ${(await lastWords(cluster)) || 'it ended at once'}`,
        )
      const keeper = await tryKeeper(cluster, port)
      if (keeper !== null) return { pid, port, keeper }
      await sleep(20)
    }
    throw new Error('PostgreSQL did not start within a minute')
  } catch (error) {
    child.kill('SIGINT')
    throw error
  }
}

/** The database of the service; there from the first start on. */
export async function makeDatabase({ keeper }: Running): Promise<void> {
  const { rowCount } = await keeper.query('select from pg_database where datname = $1', [
    databaseName,
  ])
  if (rowCount === 0) await keeper.query(`create database ${databaseName}`)
}

async function endsWithin(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 20) {
    if (!(await isAlive(pid))) return true
    await sleep(20)
  }
  return false
}

/** A fast shutdown; where that takes too long, an immediate one, from which the next start recovers. */
export async function shutDown({ pid, keeper }: Running): Promise<void> {
  await Promise.race([keeper.end().catch(() => {}), sleep(1_000, undefined, { ref: false })])
  for (const [signal, milliseconds] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    if (await endsWithin(pid, milliseconds)) return
  }
}
