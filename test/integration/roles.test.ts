// API and workers as database roles of their own, made by the SQL that operators run: the whole path works under them,
// and what they do not need they may not do.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Pool } from 'pg'
import { migrate } from '../../src/adapters/postgres/migrate.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import {
  act,
  replyBody,
  sealedAddition,
  sealRequest,
  submit,
  testApi,
  withToken,
} from '../helper/api.js'
import { testOrganisation } from '../helper/organisation.js'
import { onServer, type Teardown } from '../helper/postgres.js'
import { testStore } from '../helper/store.js'
import { bench, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(300_000)

const organisation = await testOrganisation()

function as(url: string, role: string, password: string): string {
  const changed = new URL(url)
  changed.username = role
  changed.password = password
  return changed.href
}

/** The statements of ops/postgres/roles.sql as psql would send them. */
async function rolesSql(database: string, api: string, workers: string): Promise<string> {
  const text = await readFile('ops/postgres/roles.sql', 'utf8')
  return text
    .replaceAll(":'api'", `'${api}'`)
    .replaceAll(":'workers'", `'${workers}'`)
    .replaceAll(':"DBNAME"', `"${database}"`)
}

const passwords = { api: randomBytes(16).toString('hex'), workers: randomBytes(16).toString('hex') }
let made = false

/** A database whose tables belong to somebody else than API and workers. */
async function separated(t: Teardown) {
  const db = await testStore(t)
  const database = new URL(db.url).pathname.slice(1)
  const statements = await rolesSql(database, passwords.api, passwords.workers)
  // Roles belong to the server, not to one database: made once, as operators do.
  const again = statements.replaceAll(/^create role .*$/gm, '')
  await onServer(db.url, client => client.query(made ? again : statements))
  made = true
  await migrate(db.url)
  const pools: Pool[] = []
  const open = (role: string, password: string) => {
    const url = as(db.url, role, password)
    const pool = openPool(url, { connections: 4 })
    pools.push(pool)
    return { url, pool, store: postgresStore(pool) }
  }
  t.teardown(() => Promise.all(pools.map(pool => pool.end())))
  return {
    db,
    api: open('khancap_api', passwords.api),
    workers: open('khancap_workers', passwords.workers),
  }
}

const denied = { code: '42501' }

await t.test('the path, each half as its own role', async t => {
  const { db, api, workers } = await separated(t)
  const directories = currentDirectory({ ...organisation, store: api.store, now: Date.now })
  // The helper has a database of its own too, which is not looked at.
  const own = await testApi(t, { store: api.store, directories }, organisation)
  const server = { ...own, db }
  const { primitives, root, note } = organisation
  await publishDirectory({ store: api.store, primitives, root, now: Date.now }, note)
  const b = await bench(t, postgresQueue, { organisation, db })
  t.equal((await own.app.inject('/readyz')).statusCode, 503, 'no sweep yet')
  await onServer(db.url, client =>
    client.query(
      `grant create on database "${new URL(db.url).pathname.slice(1)}" to khancap_workers`,
    ),
  )
  const running = b.start({
    store: workers.store,
    openQueue: () => postgresQueue(workers.url),
  })
  const sealed = await sealRequest(organisation)
  t.equal((await submit(server, sealed.request)).statusCode, 201)
  t.equal((await submit(server, sealed.request)).statusCode, 200)
  const [row] = await db.rows('select id from cases where intake = $1', [sealed.request.id])
  const caseId = String(row?.['id'])
  await until(
    async () => {
      const [now] = await db.rows('select state from cases where id = $1', [caseId])
      return now?.['state'] === 'routed'
    },
    'routed',
    120,
  )
  const url = `/v1/cases/${caseId}`
  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown) =>
    (await act(server, 'vietnam-1', method, `${url}${path}`, body)).statusCode
  t.equal((await act(server, 'vietnam-1', 'GET', '/v1/cases')).json().cases.length, 1)
  t.equal((await act(server, 'director-1', 'GET', '/v1/statistics')).statusCode, 200)
  t.equal(await ask('POST', '/claim', {}), 200)
  t.equal(await ask('GET', '/envelope'), 200)
  const reply = await replyBody(server, 'vietnam-1', { ...sealed, caseId })
  t.equal(await ask('POST', '/replies', reply), 200)
  t.equal(await ask('GET', ''), 200)
  const read = await withToken(server, sealed.token, '/v1/mailbox', { read: [reply.id] })
  t.equal(read.json().replies.length, 1)
  const addition = await sealedAddition(organisation, sealed, 'more')
  t.equal(
    (await withToken(server, sealed.token, '/v1/mailbox/additions', addition)).statusCode,
    201,
  )
  t.equal(await ask('POST', '/close', { outcome: 'supported' }), 200)
  await until(
    async () => {
      const [told] = await db.rows("select from notices where outcome = 'sent'")
      return told !== undefined
    },
    'somebody told',
    120,
  )
  await until(async () => (await workers.store.heartbeatAge('sweep')) !== null, 'swept', 120)
  await db.rows("update cases set purge_at = now() - interval '1 second'")
  await until(
    async () => {
      const [now] = await db.rows('select state from cases')
      return now?.['state'] === 'purged'
    },
    'purged',
    120,
  )
  t.strictSame(await db.rows('select count(*) as envelopes from envelopes'), [{ envelopes: 0 }])
  t.equal((await submit(server, sealed.request)).statusCode, 200, 'its receipt, for ever')
  await running.close(5000)
})

await t.test('neither role owns, makes or empties anything; the API deletes nothing', async t => {
  const { db, api, workers } = await separated(t)
  const tables = (
    await db.rows("select tablename from pg_tables where schemaname = 'public' order by 1")
  ).map(row => String(row['tablename']))
  t.ok(tables.length > 15)
  for (const table of tables) {
    await t.rejects(api.pool.query(`delete from ${table}`), denied, `API: delete from ${table}`)
    for (const { pool } of [api, workers]) {
      await t.rejects(pool.query(`truncate ${table} cascade`), denied, `truncate ${table}`)
      await t.rejects(pool.query(`drop table ${table}`), denied, `drop ${table}`)
      await t.rejects(pool.query(`alter table ${table} add x int`), denied, `alter ${table}`)
    }
  }
  for (const { pool } of [api, workers])
    for (const statement of [
      'create table mine (a int)',
      'create schema mine',
      'create role mine',
      "copy cases to program 'cat'",
      "select pg_read_file('/etc/passwd')",
      'set role khancap',
    ])
      await t.rejects(pool.query(statement), denied, statement)
})

await t.test('what is written once stays; slips are not read where they come in', async t => {
  const { api, workers } = await separated(t)
  for (const statement of [
    'select * from slips',
    'update intakes set case_id = case_id',
    'update envelopes set sealed = sealed',
    'update events set kind = kind',
    'update directories set note = note',
    "insert into migrations values ('x', 'y')",
  ])
    await t.rejects(api.pool.query(statement), denied, `API: ${statement}`)
  for (const table of ['directories', 'intakes', 'cases', 'events', 'rungs', 'migrations'])
    await t.rejects(workers.pool.query(`delete from ${table}`), denied, `workers: ${table}`)
  for (const statement of [
    'update events set kind = kind',
    'update envelopes set sealed = sealed',
    'update directories set note = note',
  ])
    await t.rejects(workers.pool.query(statement), denied, `workers: ${statement}`)
})

await t.test('a role that may not change the schema says when it is behind', async t => {
  const { db, api } = await separated(t)
  await t.resolves(migrate(api.url), 'it is up to date')
  await db.rows('delete from migrations where name = (select max(name) from migrations)')
  await t.rejects(migrate(api.url), { code: 'schema_behind' })
  await db.rows('drop table migrations')
  await t.rejects(migrate(api.url), { code: 'schema_behind' })
})
