// A database per test, cloned from a migrated template on a real server: the run's, or one of this process.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import tap from 'tap'
import {
  embeddedPostgres,
  type EmbeddedServer,
} from '../../src/adapters/postgres/embedded-server.js'
import { migrate } from '../../src/adapters/postgres/migrate.js'
import { quietLog } from './quiet-log.js'

/** The part of a tap test that acquires something. */
export interface Teardown {
  teardown(release: () => unknown): unknown
}

const template = 'khancap_template'

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Runs statements on a connection of its own. */
export async function onServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A migrated database that nobody is connected to, ready to be cloned. */
export async function makeTemplate(url: string): Promise<void> {
  await onServer(url, client => client.query(`create database ${template}`))
  await migrate(withDatabase(url, template))
}

/** Ends the server of a data folder also where this process is killed before it can. */
export function endWithThisProcess(home: string): ChildProcess {
  const script =
    'while kill -0 "$1"; do sleep 1; done; kill -INT "$(head -n 1 "$2")"; sleep 2; rm -rf -- "$3"'
  const lock = join(home, 'postgres/data/postmaster.pid')
  const args = ['-c', script, 'sh', String(process.pid), lock, home]
  const watch = spawn('/bin/sh', args, { stdio: 'ignore', detached: true })
  watch.unref()
  return watch
}

async function ownServer(): Promise<EmbeddedServer> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-test-'))
  // The server runs as a user of its own, who must be able to enter.
  await chmod(home, 0o711)
  const server = await embeddedPostgres({ home, log: quietLog, unsafeFast: true })
  const watch = endWithThisProcess(home)
  await makeTemplate(server.url)
  return {
    url: server.url,
    async stop() {
      watch.kill()
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

let own: Promise<EmbeddedServer> | null = null

/** The run's server where the runner started one; else one for this process, ended with its last test. */
async function serverUrl(): Promise<string> {
  const shared = process.env['KHANCAP_TEST_DATABASE_URL']
  if (shared !== undefined) return shared
  if (own === null) {
    own = ownServer()
    const server = own
    tap.teardown(async () => (await server).stop())
  }
  return (await own).url
}

/** The URL of a fresh, migrated database; dropped when the test ends. */
export async function testDatabase(t: Teardown): Promise<string> {
  const url = await serverUrl()
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(url, client => client.query(`create database ${name} template ${template}`))
  t.teardown(() =>
    onServer(url, client => client.query(`drop database if exists ${name} with (force)`)),
  )
  return withDatabase(url, name)
}
