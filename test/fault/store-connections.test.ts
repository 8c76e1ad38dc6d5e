// PostgreSQL goes away in the middle: the store says `store_unavailable`, and nothing is half written.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import { migrate } from '../../src/adapters/postgres/migrate.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { onServer, testDatabase, withDatabase } from '../helper/postgres.js'
import { actor, clientId, newIntake, routedCase, testStore } from '../helper/store.js'

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'

/** What an operator's shutdown does to every connection of this database. */
async function terminateBackends(url: string): Promise<void> {
  await onServer(withDatabase(url, 'postgres'), client =>
    client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      new URL(url).pathname.slice(1),
    ]),
  )
}

await t.test('connections that are ended between two requests are replaced', async t => {
  const { url, store } = await testStore(t)
  for (let round = 0; round < 5; round++) {
    await Promise.all([1, 2, 3].map(() => store.recordIntake(newIntake())))
    await terminateBackends(url)
    await sleep(50)
  }
  await store.pingStore()
})

await t.test(
  'connections that are ended under load: each intake is whole or not there',
  async t => {
    const { url, store, rows } = await testStore(t)
    const rounds = isLong ? 200 : 20
    const promised = new Set<string>()
    let unavailable = 0
    let isOver = false
    const clients = Array.from({ length: 16 }, async () => {
      for (;;) {
        if (isOver) return
        const intake = newIntake({ envelope: randomBytes(20_000) })
        for (;;)
          try {
            await store.recordIntake(intake)
            promised.add(intake.id)
            break
          } catch (error) {
            if (!(error instanceof KhancapError) || error.code !== 'store_unavailable') throw error
            unavailable += 1
            if (isOver) return
          }
      }
    })
    for (let round = 0; round < rounds; round++) {
      await sleep(20 + Math.random() * 80)
      await terminateBackends(url)
    }
    isOver = true
    await Promise.all(clients)
    t.ok(unavailable > 0, `${unavailable} times unavailable`)
    t.ok(promised.size > 0, `${promised.size} promised`)
    const known = new Set((await rows('select id from intakes')).map(row => row['id']))
    t.ok(
      [...promised].every(id => known.has(id)),
      'every promise is kept',
    )
    const [whole] = await rows(`
    select count(*) as intakes,
      (select count(*) from cases where due_at is not null and next_rung_at is not null) as cases,
      (select count(*) from envelopes) as envelopes,
      (select count(*) from slips) as slips,
      (select count(*) from outbox) as jobs
    from intakes`)
    t.strictSame(
      whole,
      {
        intakes: known.size,
        cases: known.size,
        envelopes: known.size,
        slips: known.size,
        jobs: known.size,
      },
      'no intake without its case, no case without its deadline',
    )
  },
)

await t.test('a connection that is ended within an act undoes the whole act', async t => {
  const { url, store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  await onServer(url, async client => {
    // The act holds its row and waits to write: it is ended there, and cannot be done before.
    await client.query('begin')
    await client.query('lock table notes in share mode')
    const act = store.actOnCase(id, actor(), () => ({
      note: { id: clientId(), sealed: randomBytes(1_000_000) },
      event: { kind: 'noted', detail: null },
    }))
    const isRefused = t.rejects(act, { code: 'store_unavailable' })
    for (;;) {
      const { rows: waiting } = await client.query(
        `select from pg_locks where relation = 'notes'::regclass and not granted`,
      )
      if (waiting.length > 0) break
      await sleep(20)
    }
    await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`)
    await isRefused
  })
  t.strictSame(await rows('select * from notes'), [])
  t.strictSame(await rows('select count(*) as events from events'), [{ events: 1 }])
  await store.actOnCase(id, actor(), () => ({ event: { kind: 'noted', detail: null } }))
})

await t.test('a relay whose connection is ended has sent, and sends again', async t => {
  const { url, store } = await testStore(t)
  await store.recordIntake(newIntake())
  let sent = 0
  const options = { limit: 10, resendSeconds: 30 }
  await t.rejects(
    store.relayOutbox(async jobs => {
      sent += jobs.length
      await terminateBackends(url)
      await sleep(100)
    }, options),
    { code: 'store_unavailable' },
  )
  t.equal(sent, 1)
  t.equal(await store.relayOutbox(async () => {}, options), 1)
})

await t.test(
  'no server, a wrong password, no such database: unavailable, each with its cause',
  async t => {
    const url = await testDatabase(t)
    const wrong = new URL(url)
    wrong.password = 'wrong'
    const none = withDatabase(url, 'no_such_database')
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const address = closed.address()
    closed.close()
    const nowhere = new URL(url)
    if (address !== null && typeof address === 'object') nowhere.port = String(address.port)
    for (const [bad, cause] of [
      [wrong.href, '28P01'],
      [none, '3D000'],
      [nowhere.href, 'ECONNREFUSED'],
    ] as const) {
      const pool = openPool(bad)
      await t.rejects(postgresStore(pool).pingStore(), {
        code: 'store_unavailable',
        cause: { code: cause },
      })
      await t.rejects(migrate(bad), { code: 'store_unavailable', cause: { code: cause } })
      await pool.end()
    }
  },
)

await t.test('a bug is not called unavailable', async t => {
  const { store, rows } = await testStore(t)
  await rows('drop table heartbeats')
  await t.rejects(store.pingStore(), { code: '42P01' })
})

await t.test('a pool that is used up says so instead of waiting for ever', async t => {
  const { url } = await testStore(t)
  const pool = openPool(url, { connections: 1 })
  t.teardown(() => pool.end())
  const store = postgresStore(pool)
  await store.recordIntake(newIntake())
  let letGo = () => {}
  const gate = new Promise<void>(done => {
    letGo = done
  })
  const relay = store.relayOutbox(() => gate, { limit: 1, resendSeconds: 30 })
  await sleep(100)
  await t.rejects(store.pingStore(), { code: 'store_unavailable' })
  letGo()
  t.equal(await relay, 1)
  await store.pingStore()
})

await t.test(
  'a network that swallows everything: the connection is given up and replaced',
  async t => {
    const url = await testDatabase(t)
    const port = Number(new URL(url).port)
    let isSwallowing = false
    const sockets: Socket[] = []
    const proxy = createServer(inside => {
      const outside = connect(port, '127.0.0.1')
      sockets.push(inside, outside)
      for (const [from, to] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        from.on('data', chunk => {
          if (!isSwallowing) to.write(chunk)
        })
        from.on('error', () => {})
        from.on('close', () => to.destroy())
      }
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = proxy.address()
    t.teardown(() => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    })
    const through = new URL(url)
    if (address !== null && typeof address === 'object') through.port = String(address.port)
    const pool = openPool(through.href, { connections: 1, patienceMs: 500 })
    t.teardown(() => pool.end())
    const store = postgresStore(pool)
    await store.pingStore()
    isSwallowing = true
    const before = Date.now()
    await t.rejects(store.pingStore(), { code: 'store_unavailable' })
    t.ok(Date.now() - before < 5_000)
    isSwallowing = false
    await store.pingStore()
  },
)
