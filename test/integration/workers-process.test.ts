// `npm run workers` as a process of its own: says why it cannot start, stops cleanly, and may be killed at any moment,
// also in the middle of a job: what was taken in is still routed once, and everybody still told.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { passHalfMinute } from '../helper/invariants.js'
import { clean } from '../helper/npm-start.js'
import type { Teardown } from '../helper/postgres.js'
import { testRedis } from '../helper/redis.js'
import { loopbackCa } from '../helper/smtp-sink.js'
import {
  bench,
  type Bench,
  casesTold,
  contacts,
  ledger,
  postgresQueue,
  until,
} from '../helper/workers.js'

t.setTimeout(300_000)

const kills = process.env['KHANCAP_TEST_LONG'] === '1' ? 40 : 4

const build = spawnSync('env', clean([process.execPath, 'build.mjs', '--if-stale']))
t.equal(build.status, 0, 'the build is there')

interface Running {
  readonly child: ChildProcess
  readonly stderr: () => string
  readonly ended: Promise<number | null>
}

function start(t: Teardown, settings: Readonly<Record<string, string>>): Running {
  // env(1) becomes the process itself: a signal to it is a signal to the workers.
  const child = spawn('env', clean([process.execPath, 'build/workers/main.js'], settings), {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, stderr: () => err, ended }
}

async function settingsOf(t: Teardown, b: Bench): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-workers-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const at = (name: string) => join(home, name)
  await writeFile(at('router.identity'), `${b.organisation.router}\n`)
  await writeFile(at('contacts.json'), JSON.stringify(contacts))
  await writeFile(at('ca.pem'), loopbackCa)
  return {
    KHANCAP_HOME: home,
    KHANCAP_ROOT: b.organisation.root,
    KHANCAP_ROUTER_IDENTITY_FILE: at('router.identity'),
    KHANCAP_SMTP_URL: `smtp://127.0.0.1:${b.sink.port}`,
    KHANCAP_SMTP_CA_FILE: at('ca.pem'),
    KHANCAP_MAIL_FROM: 'notices@example.org',
    DATABASE_URL: b.db.url,
  }
}

const settled = (b: Bench) => async () => {
  const { received, outbox, unsettled } = await ledger(b.db)
  return received === 0 && outbox === 0 && unsettled === 0
}

/** Waits until nothing is left to do. What the dead had taken comes back sooner: half minutes pass at once. */
async function allSettled(b: Bench, what: string): Promise<void> {
  let looks = 0
  const look = async () => {
    if (await settled(b)()) return true
    looks += 1
    if (looks % 25 === 0) await passHalfMinute(b.db.rows)
    return false
  }
  await until(look, what, 120)
}

for (const backend of ['postgres', 'redis'] as const)
  await t.test(`killed at random moments, queue in ${backend}`, async t => {
    const b = await bench(t, postgresQueue)
    const settings = await settingsOf(t, b)
    if (backend === 'redis') settings['REDIS_URL'] = (await testRedis(t)).url
    const taken: string[] = []
    const taking = (async () => {
      for (let i = 0; i < kills * 10; i++) {
        taken.push(await b.takeIn())
        await sleep(20)
      }
    })()
    for (let i = 0; i < kills; i++) {
      const workers = start(t, settings)
      await until(() => workers.stderr().includes('case routed'), 'at work', 60)
      await sleep(Math.random() * 300)
      workers.child.kill('SIGKILL')
      await workers.ended
    }
    await taking
    const last = start(t, settings)
    await allSettled(b, 'everything done')
    t.match(await ledger(b.db), { cases: taken.length, received: 0, without_deadline: 0 })
    const twice = await b.db.rows(
      `select case_id from events where kind = 'routed' group by 1 having count(*) > 1`,
    )
    t.strictSame(twice, [], 'no case was routed twice')
    const notices = await b.db.rows('select outcome from notices')
    t.equal(notices.length, taken.length, 'one notice for each case')
    t.ok(notices.every(row => row['outcome'] === 'sent'))
    // A mail names several cases, and one that came twice shows as one.
    const mails = new Map(b.sink.mails.map(mail => [mail.headers.get('message-id'), mail]))
    const told = casesTold({ sink: { ...b.sink, mails: [...mails.values()] } })
    t.strictSame(told.toSorted(), taken.toSorted(), 'each case is told about in one mail')
    last.child.kill('SIGTERM')
    t.equal(await last.ended, 0)
  })

await t.test(
  'killed in a job, while the mail server is silent: the notice comes later',
  async t => {
    const b = await bench(t, postgresQueue)
    const settings = await settingsOf(t, b)
    b.sink.mute = true
    await b.takeIn()
    const first = start(t, settings)
    await until(() => first.stderr().includes('case routed'), 'routed', 60)
    await sleep(1000)
    first.child.kill('SIGKILL')
    await first.ended
    b.sink.mute = false
    t.match(await ledger(b.db), { outbox: 1, unsettled: 1 })
    start(t, settings)
    await allSettled(b, 'told')
    t.equal(b.sink.mails.length, 1)
  },
)

await t.test('what keeps the workers from starting is said in one sentence', async t => {
  const b = await bench(t, postgresQueue)
  const settings = await settingsOf(t, b)
  const evicting = await testRedis(t, { 'maxmemory-policy': 'allkeys-lru' })
  const { DATABASE_URL: _, ...withoutDatabase } = settings
  const table: readonly [Record<string, string>, RegExp][] = [
    [withoutDatabase, /^khancap: DATABASE_URL is missing/m],
    [{ ...settings, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' }, /^khancap: the database cannot/m],
    [
      { ...settings, KHANCAP_ROUTER_IDENTITY_FILE: '/nowhere' },
      /^khancap: the routing identity cannot be read/m,
    ],
    [
      { ...settings, KHANCAP_ROUTER_IDENTITY_FILE: settings['KHANCAP_SMTP_CA_FILE'] ?? '' },
      /^khancap: the routing identity's file holds no identity/m,
    ],
    [{ ...settings, KHANCAP_SMTP_CA_FILE: '/nowhere' }, /^khancap: KHANCAP_SMTP_CA_FILE/m],
    [{ ...settings, REDIS_URL: evicting.url }, /^khancap: Redis may evict jobs/m],
  ]
  for (const [given, words] of table) {
    const refused = start(t, given)
    t.equal(await refused.ended, 1, String(words))
    t.match(refused.stderr(), words)
  }
})

await t.test('a Redis that is away does not keep the workers from starting', async t => {
  const b = await bench(t, postgresQueue)
  const settings = await settingsOf(t, b)
  const redis = await testRedis(t)
  await redis.crash()
  const workers = start(t, { ...settings, REDIS_URL: redis.url })
  await b.takeIn()
  await until(settled(b), 'routed and told without a queue', 60)
  workers.child.kill('SIGTERM')
  t.equal(await workers.ended, 0)
})

await t.test('the workers publish the directory that lies in the file', async t => {
  const b = await bench(t, postgresQueue)
  const settings = await settingsOf(t, b)
  const { organisation } = b
  const next = await organisation.sign({}, await organisation.verify(organisation.note))
  const file = join(settings['KHANCAP_HOME'] ?? '', 'carried.note')
  await writeFile(file, next)
  const workers = start(t, { ...settings, KHANCAP_DIRECTORY_FILE: file })
  await until(() => workers.stderr().includes('directory published'), 'published', 60)
  t.strictSame(await b.db.rows('select max(sequence)::int as newest from directories'), [
    { newest: 2 },
  ])
  workers.child.kill('SIGTERM')
  t.equal(await workers.ended, 0)
})
