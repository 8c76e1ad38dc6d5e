// One row per transaction of the same bytes, by as many clients: pgbench where it is installed, else a process of ours
// with prepared statements that does the same.
import { execFile, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild } from './children.js'
import type { InserterAsked, InserterAnswer } from './inserter-child.js'
import { onDatabase } from './postgres.js'
import type { Run } from './row.js'

export interface RowInserts {
  readonly tool: 'pgbench' | 'pg'
  /** Rows a second. */
  readonly run: (clients: number, ms: number) => Promise<number>
}

export async function makePeerTable(url: string): Promise<void> {
  await onDatabase(url, client =>
    client.query(
      'create table if not exists peer (id uuid primary key, body bytea storage external not null)',
    ),
  )
}

async function byPgbench(run: Run, url: string, bytes: number): Promise<RowInserts> {
  const script = join(run.folder, 'insert.sql')
  await writeFile(script, 'insert into peer (id, body) values (gen_random_uuid(), :body);\n')
  const { hostname, port, username, password, pathname } = new URL(url)
  const body = `\\x${'5a'.repeat(bytes)}`
  return {
    tool: 'pgbench',
    async run(clients, ms) {
      const args = [
        ['-n', '-M', 'prepared', '-f', script, '-D', `body=${body}`],
        ['-c', String(clients), '-j', String(Math.min(clients, availableParallelism()))],
        ['-T', String(Math.max(1, Math.round(ms / 1000)))],
        ['-h', hostname, '-p', port, '-U', username, pathname.slice(1)],
      ].flat()
      const { stdout } = await promisify(execFile)('pgbench', args, {
        env: { PATH: process.env['PATH'] ?? '', PGPASSWORD: password, LC_ALL: 'C' },
      })
      const tps = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
      if (!(tps > 0)) throw new Error(`pgbench said: ${stdout}`)
      return tps
    },
  }
}

async function byDriver(run: Run, url: string, bytes: number): Promise<RowInserts> {
  const child = await startChild<object>(run, 'inserter-child', { url, bytes })
  return {
    tool: 'pg',
    run: async (clients, ms) =>
      (await child.ask<InserterAnswer>({ clients, ms } satisfies InserterAsked)).perSecond,
  }
}

export async function rowInserts(run: Run, url: string, bytes: number): Promise<RowInserts> {
  await makePeerTable(url)
  const isThere = spawnSync('pgbench', ['--version'], { stdio: 'ignore' }).status === 0
  return isThere ? byPgbench(run, url, bytes) : byDriver(run, url, bytes)
}
