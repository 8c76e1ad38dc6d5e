// Liveness, readiness and metrics: what they say, when, and what they never say.
import t from 'tap'
import { httpSettings } from '../../src/http/limits.js'
import { metricsApp } from '../../src/http/metrics-app.js'
import { caseInTeam, testApi } from '../helper/api.js'

t.setTimeout(600_000)

await t.test(
  'ready is: the store commits, the directory is in force, the sweep ran lately',
  async t => {
    const api = await testApi(t, { settings: { ...httpSettings, readinessMs: 0 } })
    const ask = async () => {
      const answer = await api.app.inject('/readyz')
      return [answer.statusCode, answer.body]
    }
    const ready = [200, '{"status":"ok"}']
    const unavailable = [503, '{"status":"unavailable"}']
    t.strictSame(await ask(), unavailable, 'no sweep yet')
    await api.db.store.recordHeartbeat('sweep')
    t.strictSame(await ask(), ready)
    await api.db.rows(
      "update heartbeats set at = now() - interval '15 seconds' where name = 'sweep'",
    )
    t.strictSame(await ask(), ready)
    await api.db.rows(
      "update heartbeats set at = now() - interval '21 seconds' where name = 'sweep'",
    )
    t.strictSame(await ask(), unavailable)
    await api.db.store.recordHeartbeat('sweep')
    await api.db.rows('alter table heartbeats rename to heartbeats_away')
    t.strictSame(await ask(), unavailable)
    const alive = await api.app.inject('/healthz')
    t.strictSame([alive.statusCode, alive.body], ready, 'alive, whatever else')
  },
)

await t.test('however often it is asked for, readiness is looked into once', async t => {
  const settings = { ...httpSettings, readinessMs: 3_600_000 }
  const api = await testApi(t, { settings })
  await api.db.store.recordHeartbeat('sweep')
  const written = () =>
    api.db.rows("select xmin::text, at::text from heartbeats where name = 'ping'")
  const ask = async () => (await api.app.inject('/readyz')).statusCode
  t.strictSame(await Promise.all(Array.from({ length: 100 }, ask)), Array(100).fill(200))
  const once = await written()
  t.equal(once.length, 1)
  await api.db.rows('alter table directories rename to directories_away')
  t.strictSame(await Promise.all(Array.from({ length: 100 }, ask)), Array(100).fill(200))
  t.strictSame(await written(), once)
})

await t.test('that it is not ready is logged once, not for each who asks', async t => {
  const settings = { ...httpSettings, readinessMs: 3_600_000 }
  const api = await testApi(t, { settings })
  for (let n = 0; n < 5; n++) t.equal((await api.app.inject('/readyz')).statusCode, 503)
  t.equal(api.log.lines.filter(({ event }) => event === 'not ready').length, 1)
})

await t.test('readiness has no directory: not ready', async t => {
  const api = await testApi(t)
  await api.db.store.recordHeartbeat('sweep')
  await api.db.rows('delete from directories')
  t.equal((await api.app.inject('/readyz')).statusCode, 503)
})

await t.test('metrics count cases, ages and backlog, with no label but the state', async t => {
  const api = await testApi(t)
  await caseInTeam(api)
  await caseInTeam(api, null)
  await api.db.store.recordHeartbeat('sweep')
  const metrics = await metricsApp({ ...api.deps, store: api.db.store })
  t.teardown(() => metrics.close())
  const answer = await metrics.inject('/metrics')
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^text\/plain/)
  for (const line of [
    'khancap_cases{state="received"} 1',
    'khancap_cases{state="routed"} 1',
    'khancap_cases{state="purged"} 0',
    'khancap_cases_breached 0',
    'khancap_notices_undeliverable 0',
    'khancap_outbox_rows 2',
  ])
    t.ok(answer.body.includes(`\n${line}\n`), line)
  t.match(answer.body, /khancap_sweep_age_seconds 0/)
  t.match(answer.body, /\nkhancap_rung_late_seconds 0\n/)
  t.match(answer.body, /\nkhancap_clock_ahead_seconds -?\d{1,2}(\.\d+)?\n/)
  t.match(answer.body, /khancap_directory_expires_seconds 51\d{5}/)
  t.match(answer.body, /process_resident_memory_bytes \d+/)
  t.notMatch(answer.body, /vietnam|emergency|lang|country|team=|program=/)
  t.equal((await metrics.inject('/')).statusCode, 404)
  t.equal(
    (await metrics.inject({ method: 'POST', url: '/metrics', payload: '{}' })).statusCode,
    404,
  )
})

await t.test('metrics say so when they cannot be had', async t => {
  const api = await testApi(t)
  const metrics = await metricsApp({ ...api.deps, store: api.db.store })
  t.teardown(() => metrics.close())
  await api.db.rows('alter table cases rename to cases_away')
  const answer = await metrics.inject('/metrics')
  t.strictSame([answer.statusCode, answer.body], [503, 'unavailable\n'])
})
