// Two API processes and two worker processes on one PostgreSQL and one Redis; one of each is killed in the middle of a
// transaction, which the test holds up: while requests are recorded, and while rungs are. Nothing that was answered is
// lost, and nothing happens twice. Runs the build.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { IntakeReceipt } from '../../schemas/intake.js'
import { printSigningKey } from '../../keys/signing-key.js'
import { sealRequest } from '../helper/api.js'
import { brokenInvariants, passHalfMinute } from '../helper/invariants.js'
import { clean } from '../helper/npm-start.js'
import { testRedis } from '../helper/redis.js'
import { loopbackCa } from '../helper/smtp-sink.js'
import { sha256 } from '../helper/store.js'
import { bench, casesTold, contacts, ledger, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(600_000)

const applicants = process.env['KHANCAP_TEST_LONG'] === '1' ? 200 : 20
const hour = 3600

const build = spawnSync('env', clean([process.execPath, 'build.mjs', '--if-stale']))
t.equal(build.status, 0, 'the build is there')

interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly kill: () => Promise<void>
}

const b = await bench(t, postgresQueue)
const { organisation, db } = b
const home = await mkdtemp(join(tmpdir(), 'khancap-two-'))
t.teardown(() => rm(home, { recursive: true, force: true }))
const at = (name: string) => join(home, name)
await writeFile(at('router.identity'), `${organisation.router}\n`)
await writeFile(at('contacts.json'), JSON.stringify(contacts))
await writeFile(at('ca.pem'), loopbackCa)
const key = printSigningKey(organisation.primitives, organisation.receiptKey, 'receipt key')
await writeFile(at('receipt.key'), key, { mode: 0o600 })
const settings = {
  KHANCAP_HOME: home,
  KHANCAP_ROOT: organisation.root,
  KHANCAP_PORT: '0',
  KHANCAP_METRICS_PORT: '0',
  KHANCAP_RECEIPT_KEY_FILE: at('receipt.key'),
  KHANCAP_ROUTER_IDENTITY_FILE: at('router.identity'),
  KHANCAP_SMTP_URL: `smtp://127.0.0.1:${b.sink.port}`,
  KHANCAP_SMTP_CA_FILE: at('ca.pem'),
  KHANCAP_MAIL_FROM: 'notices@example.org',
  REDIS_URL: (await testRedis(t)).url,
}

/** @param name by which the database knows its connections */
function start(entry: string, name: string): Running {
  const url = new URL(db.url)
  url.searchParams.set('application_name', name)
  // env(1) becomes the process itself: a signal to it is a signal to ours.
  const child = spawn(
    'env',
    clean([process.execPath, entry], { ...settings, DATABASE_URL: url.href }),
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const ended = once(child, 'close')
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
  t.teardown(kill)
  return { child, out: () => out, kill }
}

/** A transaction of the test's own that others must wait for. @returns takes it back */
async function inTheWay(statement: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: db.url })
  client.on('error', () => {})
  t.teardown(() => client.end().catch(() => {}))
  await client.connect()
  await client.query('begin')
  await client.query(statement)
  return async () => {
    await client.query('rollback')
  }
}

/** Which of those whose names begin so are held up at such a statement. */
async function heldUp(names: string, statement: string): Promise<readonly string[]> {
  const rows = await db.rows(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'
       and starts_with(application_name, $1) and position($2 in query) > 0`,
    [names, statement],
  )
  return rows.map(({ name }) => String(name))
}

async function urlOf(api: Running): Promise<string> {
  await until(() => api.out().includes('\n'), 'the API serves', 120)
  return String(JSON.parse(api.out().slice(0, api.out().indexOf('\n'))).url)
}

await t.test(
  'one API and one worker killed: nothing lost, nothing twice, the others go on',
  async t => {
    const two = [0, 1] as const
    const apis = two.map(number => start('build/src/main.js', `api-${number}`))
    const workers = new Map(
      two.map(number => [`worker-${number}`, start('build/workers/main.js', `worker-${number}`)]),
    )
    const urls = await Promise.all(apis.map(urlOf))
    const sealed = await Promise.all(
      Array.from({ length: applicants }, () => sealRequest(organisation)),
    )
    const requests = sealed.map(({ request }) => request)
    /** The same bytes until there is an answer, from whichever API answers. */
    async function send(index: number): Promise<string> {
      const end = performance.now() + 120_000
      for (let tries = 0; ; tries++) {
        const url = urls[(index + tries) % 2]
        const response = await fetch(`${url}/v1/intakes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(requests[index]),
        }).catch(() => null)
        if (response?.ok === true) return IntakeReceipt.parse(await response.json()).receipt
        if (performance.now() > end) throw new Error(`no answer; the last one: ${response?.status}`)
        await sleep(50)
      }
    }
    const half = Math.floor(applicants / 2)
    const first = await Promise.all(Array.from({ length: half }, (_, index) => send(index)))
    await until(
      async () => Number((await ledger(db))['received']) === 0,
      'the first half is routed',
      120,
    )

    // An API dies with a group of requests in the store's hands. Whoever got no answer asks the other one: some of what the
    // dead one wrote may be there, and is the same request.
    const letRecord = await inTheWay('lock table envelopes in share mode')
    const second = Array.from({ length: applicants - half }, (_, index) => send(half + index))
    const isRecording = async () => (await heldUp('api-0', 'record_intakes')).length > 0
    await until(isRecording, 'the API that is to die records requests', 120)
    await apis[0]?.kill()
    await letRecord()
    const receipts = [...first, ...(await Promise.all(second))]
    t.equal(new Set(receipts).size, applicants, 'a receipt for each')
    const again = await Promise.all(Array.from({ length: applicants }, (_, index) => send(index)))
    t.strictSame(again, receipts, 'the API that is left gives the same ones')
    await until(async () => Number((await ledger(db))['received']) === 0, 'all are routed', 120)

    // Every deadline has rungs that are due at once. The next event of each case is taken, by who never commits: the worker
    // that climbs waits for it with its rungs half written, and dies there.
    const letClimb = await inTheWay(
      `insert into events (case_id, number, kind, at, hash)
       select id, event_count + 1, 'reminder', now(), sha256('') from cases`,
    )
    const cases = await db.rows('select id from cases')
    await Promise.all(cases.map(({ id }) => b.age(String(id), 47 * hour)))
    let climbing: readonly string[] = []
    await until(
      async () => {
        climbing = await heldUp('worker-', 'with fired as')
        return climbing.length > 0
      },
      'a worker is in the middle of a climb',
      120,
    )
    t.equal(Number((await ledger(db))['rungs']), 0, 'nothing of it is on record')
    await workers.get(climbing[0] ?? '')?.kill()
    await letClimb()
    const isClimbed = async () => {
      const [due] = await db.rows(
        'select count(*)::int as cases from cases where next_rung_at <= clock_timestamp()',
      )
      return due?.['cases'] === 0
    }
    await until(isClimbed, 'the other one climbs', 240)
    let looks = 0
    const isSettled = async () => {
      const { outbox, received, unsettled } = await ledger(db)
      if (outbox === 0 && received === 0 && unsettled === 0) return true
      looks += 1
      // What the dead had taken comes back sooner: half minutes pass at once.
      if (looks % 25 === 0) await passHalfMinute(db.rows)
      return false
    }
    await until(isSettled, 'the worker that is left does the rest', 240)
    t.match(await ledger(db), {
      cases: applicants,
      received: 0,
      without_deadline: 0,
    })
    const told = {
      receipts: new Map(sealed.map(({ request, envelope }) => [request.id, sha256(envelope)])),
      mails: b.sink.mails,
    }
    t.strictSame(
      await brokenInvariants(db.rows, told, { settled: true }),
      [],
      'one case for each request, routed once; one event and one notice for each rung, and each told under one name',
    )
    t.equal(
      (await db.rows('select distinct count(*) from rungs group by case_id')).length,
      1,
      'every case has climbed as far',
    )
    const mails = new Map(b.sink.mails.map(mail => [mail.headers.get('message-id'), mail]))
    const named = casesTold({ sink: { ...b.sink, mails: [...mails.values()] } })
    for (const { case_id: id, notices } of await db.rows(
      'select case_id, count(*)::int as notices from notices group by 1',
    ))
      t.ok(named.filter(each => each === id).length <= Number(notices), 'told once for each notice')
    const isReady = async () => (await fetch(`${urls[1]}/readyz`)).status === 200
    await until(isReady, 'ready on what is left', 120)
  },
)
