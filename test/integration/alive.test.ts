// The dead-man signal: heard while everything runs, quiet as soon as something does not.
import { createServer, type Server } from 'node:http'
import t from 'tap'
import { httpSignal } from '../../src/adapters/http-signal/http-signal.js'
import { secrets } from '../../src/settings.js'
import { signalLife } from '../../workers/alive.js'
import { testLog } from '../helper/api.js'
import { portOf } from '../helper/smtp-sink.js'
import { routedCase, testStore } from '../helper/store.js'

t.setTimeout(60_000)

async function watch(t: { teardown(release: () => unknown): unknown }) {
  const heard: { method: string | undefined; url: string | undefined; headers: object }[] = []
  const server: Server = createServer((request, response) => {
    heard.push({ method: request.method, url: request.url, headers: request.headers })
    if (request.url === '/moved') response.writeHead(302, { location: '/token' }).end()
    else response.writeHead(request.url === '/token' ? 204 : 500).end()
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', () => listening()))
  t.teardown(() => new Promise(closed => server.close(closed)))
  t.teardown(() => server.closeAllConnections())
  return { heard, url: `http://127.0.0.1:${portOf(server)}` }
}

await t.test(
  'the watch hears us while sweep, outbox and notices are well, and not otherwise',
  async t => {
    const { store, rows } = await testStore(t)
    const { heard, url } = await watch(t)
    const log = testLog()
    let apart = 0
    const now = () => Date.now() + apart
    const tell = () =>
      signalLife({ store, alive: httpSignal(`${url}/token`), sweepSeconds: 10, now, log })
    async function isQuiet(cause: string): Promise<void> {
      const before = heard.length
      await tell()
      t.equal(heard.length, before, cause)
      t.match(log.lines.at(-1), { event: 'no sign of life is given', fields: { cause } })
    }
    async function isHeard(): Promise<void> {
      const before = heard.length
      await tell()
      t.equal(heard.length, before + 1)
    }
    await isQuiet('sweep_late')
    await store.recordHeartbeat('sweep')
    await routedCase(store)
    await isHeard()
    await rows(`update heartbeats set at = now() - interval '10 seconds'`)
    await isHeard()
    await rows(`update heartbeats set at = now() - interval '21 seconds'`)
    await isQuiet('sweep_late')
    await rows(`update heartbeats set at = now() + interval '1 hour'`)
    await isQuiet('sweep_late')
    await store.recordHeartbeat('sweep')
    await rows(`update cases set next_rung_at = now() - interval '200 seconds'`)
    await isHeard()
    await rows(`update cases set next_rung_at = now() - interval '301 seconds'`)
    await isQuiet('rungs_late')
    await rows(`update cases set next_rung_at = now() + interval '1 hour'`)
    for (const [ms, cause] of [
      [30_000, null],
      [90_000, 'clocks_differ'],
      [-90_000, 'clocks_differ'],
    ] as const) {
      apart = ms
      await (cause === null ? isHeard() : isQuiet(cause))
    }
    apart = 0
    await rows(`update outbox set created_at = now() - interval '301 seconds'`)
    await isQuiet('outbox_stuck')
    await rows('delete from outbox')
    await rows(`insert into notice_lanes values ('vi', 'team', false, now(), null, null, 2)`)
    await isHeard()
    await rows('update notice_lanes set failures = 3')
    await isQuiet('notices_fail')
    await rows('delete from notice_lanes')
    await isHeard()
    t.match(heard[0], { method: 'GET', url: '/token', headers: { 'user-agent': 'khancap' } })
  },
)

await t.test(
  'a watch that refuses, moves away or is not there is a fault, and nothing is followed',
  async t => {
    const { heard, url } = await watch(t)
    for (const path of ['/gone', '/moved'])
      await t.rejects(httpSignal(url + path).ping(), { code: 'server_unreachable' }, path)
    t.equal(heard.length, 2)
    await t.rejects(httpSignal('http://127.0.0.1:1/').ping(), { code: 'server_unreachable' })
  },
)

await t.test(
  'the address of a watch is https, or on this machine, and holds no password',
  async t => {
    const { schema } = secrets.KHANCAP_ALIVE_URL
    for (const url of [
      'https://watch.example/ping/abc',
      'http://127.0.0.1:8080/x',
      'http://[::1]/x',
    ])
      t.ok(schema.safeParse(url).success, url)
    for (const url of [
      'http://watch.example/ping',
      'http://127.example/ping',
      'https://user:pass@watch.example/',
      'file:///etc/passwd',
      'watch.example',
    ])
      t.notOk(schema.safeParse(url).success, url)
  },
)
