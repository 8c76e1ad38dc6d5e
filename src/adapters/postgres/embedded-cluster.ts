// The files of one embedded PostgreSQL: its folder, its password, its port.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findBinaries, type Binaries } from './embedded-binaries.js'
import { runAs, type ServerUser } from './embedded-user.js'

export const databaseName = 'khancap'

export interface Cluster {
  readonly user: ServerUser
  readonly binaries: Binaries
  readonly base: string
  readonly data: string
  readonly password: string
  readonly unsafeFast: boolean
}

export function urlOf(cluster: Cluster, port: number, database = databaseName): string {
  return `postgres://${databaseName}:${cluster.password}@127.0.0.1:${port}/${database}`
}

const exists = async (path: string) => (await stat(path).catch(() => null)) !== null

async function readPassword(base: string, hasData: boolean): Promise<string> {
  const file = join(base, 'password')
  const known = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (known !== '') return known
  if (hasData)
    throw new Error(
      `the password of the embedded PostgreSQL is missing (${file}): restore it from a backup, or move the folder ${base} away to start empty`,
    )
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** Makes the data folder; it appears whole or not at all. */
async function initialise(cluster: Cluster): Promise<void> {
  const { base, data, user, binaries, password, unsafeFast } = cluster
  // Under a name of its own each time: the initdb of a start that was killed may still be writing to the last one.
  for (const name of await readdir(base))
    if (/^half-|^initdb-password/.test(name))
      await rm(join(base, name), { recursive: true, force: true }).catch(() => {})
  const half = join(base, `half-${randomBytes(4).toString('hex')}`)
  const passwordFile = join(base, 'initdb-password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  try {
    if (user !== null) await chown(passwordFile, user.uid, user.gid)
    const { code, errors } = await runAs(
      user,
      binaries.initdb,
      [
        `--pgdata=${half}`,
        `--username=${databaseName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The system's libraries change how they sort; this never does.
        '--locale=C',
        '--no-instructions',
        ...(unsafeFast ? ['--no-sync'] : []),
      ],
      base,
    )
    if (code !== 0)
      throw new Error(`could not make the database in ${base}: ${errors.trim() || 'initdb failed'}`)
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(half, data)
}

async function refuseOtherVersion({ data, binaries, user }: Cluster): Promise<void> {
  const written = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  const { code } = await runAs(user, '/bin/sh', [
    '-c',
    '"$1" --version | grep -q " $2[.]"',
    'sh',
    binaries.postgres,
    written,
  ])
  if (code !== 0)
    throw new Error(
      `the database was written by PostgreSQL ${written}, which this version of khancap does not ship: install the version that wrote it and carry the database over (docs/operations.md)`,
    )
}

/** @throws Error one sentence that says what is wrong and what to do */
export async function prepareCluster(
  user: ServerUser,
  base: string,
  unsafeFast: boolean,
): Promise<Cluster> {
  const binaries = await findBinaries(user, base)
  const data = join(base, 'data')
  const hasData = await exists(data)
  const password = await readPassword(base, hasData)
  const cluster = { user, binaries, base, data, password, unsafeFast }
  if (hasData) await refuseOtherVersion(cluster)
  else await initialise(cluster)
  return cluster
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise(done => {
    server.once('error', () => {
      done(false)
    })
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        done(true)
      })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** The port of last time where it is free, so that tools of the operator keep working. */
export async function choosePort({ base }: Cluster): Promise<number> {
  const file = join(base, 'port')
  const before = Number(await readFile(file, 'utf8').catch(() => '0'))
  if (Number.isInteger(before) && before > 0 && (await isFree(before))) return before
  const port = await freePort()
  await writeFile(file, `${port}\n`, { mode: 0o600 })
  return port
}
