// A second pair of eyes on the database of a running service: reads its port and password from the data folder.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

/** @throws Error where the embedded server does not run on `home` */
export async function serviceDatabaseUrl(home: string): Promise<string> {
  const elsewhere = await readFile(join(home, 'postgres-is-elsewhere'), 'utf8').catch(() => null)
  const base = elsewhere?.trim() ?? join(home, 'postgres')
  const password = (await readFile(join(base, 'password'), 'utf8')).trim()
  const lock = (await readFile(join(base, 'data', 'postmaster.pid'), 'utf8')).split('\n')
  return `postgres://khancap:${password}@127.0.0.1:${Number(lock[3])}/khancap`
}

async function serviceDatabase(home: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: await serviceDatabaseUrl(home) })
  // A server that is stopped while the test looks on is expected: the query that is under way says so.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Runs some statements on a connection of their own. */
export async function onServiceDatabase<T>(
  home: string,
  look: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await serviceDatabase(home)
  try {
    return await look(client)
  } finally {
    await client.end()
  }
}

/** Moves every open case that has been routed back by some hours, as if they had passed. */
export async function letHoursPass(client: pg.Client, hours: number): Promise<void> {
  await client.query('begin; lock table cases in share row exclusive mode')
  await client.query(
    `update rungs set at = at - make_interval(hours => $1)
      where case_id in (select id from cases where state not in ('received', 'closed', 'purged'))`,
    [hours],
  )
  await client.query(
    `update cases set
       received_at = received_at - make_interval(hours => $1),
       due_at = due_at - make_interval(hours => $1),
       next_rung_at = next_rung_at - make_interval(hours => $1),
       climbed_to = climbed_to - make_interval(hours => $1)
     where state not in ('received', 'closed', 'purged')`,
    [hours],
  )
  await client.query('commit')
}
