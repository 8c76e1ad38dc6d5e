// Two API processes and two worker processes on one PostgreSQL and one Redis; one of each is killed while people write and
// deadlines come due. Nothing that was answered is lost, and nothing happens twice. Runs the build.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { IntakeReceipt } from '../../schemas/intake.js'
import { printSigningKey } from '../../keys/signing-key.js'
import { sealRequest } from '../helper/api.js'
import { passHalfMinute } from '../helper/invariants.js'
import { clean } from '../helper/npm-start.js'
import { testRedis } from '../helper/redis.js'
import { loopbackCa } from '../helper/smtp-sink.js'
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
  DATABASE_URL: db.url,
  REDIS_URL: (await testRedis(t)).url,
}

function start(entry: string): Running {
  // env(1) becomes the process itself: a signal to it is a signal to ours.
  const child = spawn('env', clean([process.execPath, entry], settings), {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
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

async function urlOf(api: Running): Promise<string> {
  await until(() => api.out().includes('\n'), 'the API serves', 120)
  return String(JSON.parse(api.out().slice(0, api.out().indexOf('\n'))).url)
}

await t.test(
  'one API and one worker killed: nothing lost, nothing twice, the others go on',
  async t => {
    const apis = [start('build/src/main.js'), start('build/src/main.js')]
    const workers = [start('build/workers/main.js'), start('build/workers/main.js')]
    const urls = await Promise.all(apis.map(urlOf))
    const requests = await Promise.all(
      Array.from({ length: applicants }, async () => (await sealRequest(organisation)).request),
    )
    /** The same bytes until there is an answer, from whichever API answers. */
    async function send(index: number): Promise<string> {
      for (let tries = 0; ; tries++) {
        const url = urls[(index + tries) % 2]
        const response = await fetch(`${url}/v1/intakes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(requests[index]),
        }).catch(() => null)
        if (response?.ok === true) return IntakeReceipt.parse(await response.json()).receipt
        if (tries > 300) throw new Error(`no answer; the last one: ${response?.status}`)
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

    // An API dies with requests in its hands: whoever got no answer asks the other one.
    const second = Array.from({ length: applicants - half }, (_, index) => send(half + index))
    const [dying] = apis
    await Promise.race(second)
    await dying?.kill()
    const receipts = [...first, ...(await Promise.all(second))]
    t.equal(new Set(receipts).size, applicants, 'a receipt for each')
    const again = await Promise.all(Array.from({ length: applicants }, (_, index) => send(index)))
    t.strictSame(again, receipts, 'the API that is left gives the same ones')

    // Every deadline has a rung that is due at once, and a worker dies with what it has taken of it.
    const cases = await db.rows('select id from cases')
    await Promise.all(cases.map(({ id }) => b.age(String(id), 47 * hour)))
    await until(async () => Number((await ledger(db))['rungs']) > 0, 'rungs are recorded', 120)
    await workers[0]?.kill()
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
    t.strictSame(
      await db.rows(
        `select case_id from events where kind = 'routed' group by 1 having count(*) > 1`,
      ),
      [],
      'no case was routed twice',
    )
    const mails = new Map(b.sink.mails.map(mail => [mail.headers.get('message-id'), mail]))
    const told = casesTold({ sink: { ...b.sink, mails: [...mails.values()] } })
    for (const { case_id: id, notices } of await db.rows(
      'select case_id, count(*)::int as notices from notices group by 1',
    ))
      t.ok(told.filter(each => each === id).length <= Number(notices), 'told once for each notice')
    const isReady = async () => (await fetch(`${urls[1]}/readyz`)).status === 200
    await until(isReady, 'ready on what is left', 120)
  },
)
