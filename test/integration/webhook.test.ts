// Notices as webhooks: signed so that a receiver can verify them, empty of content, and never sent inside.
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import t from 'tap'
import { isPublicAddress } from '../../src/adapters/webhook/public-address.js'
import { webhook } from '../../src/adapters/webhook/webhook.js'
import { noticeEvent } from '../../src/app/notice-event.js'
import { sendNotice } from '../../src/app/send-notice.js'
import { loadConfiguration } from '../../src/config.js'
import { KhancapError } from '../../schemas/problem.js'
import type { NoticeMail } from '../../src/ports/notice-store.js'
import { secrets } from '../../src/settings.js'
import { portOf } from '../helper/smtp-sink.js'
import { routedCase } from '../helper/store.js'
import { bench, ledger, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(120_000)

const key = randomBytes(32)
const secret = `whsec_${key.toString('base64')}`
const hour = 3_600_000
const now = 1_767_225_600_000

interface Received {
  readonly path: string | undefined
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

async function receiver(t: { teardown(release: () => unknown): unknown }) {
  const received: Received[] = []
  const answers = { status: 204 }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      received.push({ path: request.url, headers: request.headers, body })
      response.writeHead(answers.status, { location: '/elsewhere' }).end('words')
    })
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', () => listening()))
  t.teardown(() => new Promise(closed => server.close(closed)))
  t.teardown(() => server.closeAllConnections())
  return { received, answers, url: `http://127.0.0.1:${portOf(server)}/hook` }
}

/** As a receiver does it: docs of Standard Webhooks, "Verifying webhook authenticity". */
function isSigned({ headers, body }: Received): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  return (
    headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  )
}

const mail: NoticeMail = {
  id: '6f9d1c1e-6e4c-4f8a-9b3a-0123456789ab',
  team: 'vietnam',
  to: 'team',
  urgent: false,
  failures: 0,
  now,
  notices: Array.from({ length: 51 }, (_, index) => ({
    id: `n${index}`,
    caseId: `3zx8kq${String(index).padStart(20, '0')}`,
    kind: 'reminder',
    to: 'team',
    program: 'emergency',
    team: 'vietnam',
    dueAt: now + (index - 1) * hour + 1,
    isClaimed: false,
    directorySequence: 1,
    now,
  })),
}

const hookTo = (url: string) => webhook({ url, secret, print: noticeEvent, now: () => now })

await t.test('a webhook is signed, and says what a mail says', async t => {
  const { received, url } = await receiver(t)
  await hookTo(url).tell(mail)
  const [first] = received
  if (first === undefined) throw new Error('nothing came')
  t.ok(isSigned(first))
  t.notOk(isSigned({ ...first, body: `${first.body} ` }))
  t.match(first.headers, {
    'webhook-id': mail.id,
    'webhook-timestamp': String(now / 1000),
    'content-type': 'application/json',
  })
  const { type, timestamp, data } = JSON.parse(first.body)
  t.match({ type, timestamp }, { type: 'khancap.notices', timestamp: '2026-01-01T00:00:00Z' })
  t.match(data, { to: 'team', urgent: false, count: 51 })
  t.equal(data.notices.length, 50)
  t.strictSame(data.notices[0], {
    case: mail.notices[0]?.caseId,
    program: 'emergency',
    kind: 'reminder',
    due_in_hours: -1,
  })
  t.equal(data.notices[2].due_in_hours, 1, 'whole hours')
  t.notMatch(first.body, /vietnam/, 'no team')
  await hookTo(url).tell(mail)
  t.equal(received[1]?.headers['webhook-id'], mail.id, 'the same id again')
})

await t.test('what is no yes is a fault, and nothing is followed', async t => {
  const { received, answers, url } = await receiver(t)
  for (const status of [302, 307, 400, 410, 500]) {
    answers.status = status
    await t.rejects(hookTo(url).tell(mail), { code: 'server_unreachable' }, String(status))
  }
  t.strictSame(new Set(received.map(({ path }) => path)), new Set(['/hook']))
})

await t.test('no request goes to an address inside, under whatever name', async t => {
  const refused = { code: 'server_unreachable', cause: { message: 'not a public address' } }
  for (const url of [
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost:8480/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]/',
    'https://0x7f.1.1.1.1.invalid/',
    'https://2130706433.localhost/',
  ]) {
    const expected = url.includes('invalid') || url.includes('.localhost') ? {} : refused
    await t.rejects(hookTo(url).tell(mail), { code: 'server_unreachable', ...expected }, url)
  }
  const inside = `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1
    172.31.255.255 192.168.1.1 192.0.2.1 198.18.0.1 203.0.113.9 224.0.0.1 255.255.255.255 :: ::1
    ::ffff:8.8.8.8 64:ff9b::808:808 fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 2002:7f00:1::1 x`
  for (const address of inside.split(/\s+/)) t.equal(isPublicAddress(address), false, address)
  for (const address of ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])
    t.equal(isPublicAddress(address), true, address)
})

await t.test('without a mail server the program is the way in which handlers are told', async t => {
  const b = await bench(t, postgresQueue)
  const { received, answers, url } = await receiver(t)
  answers.status = 503
  b.start({ mailer: null, hook: webhook({ url, secret, print: noticeEvent, now: Date.now }) })
  const id = await b.takeIn()
  await until(async () => (await b.db.store.figures()).noticeFailures > 0, 'tried')
  t.match(await ledger(b.db), { unsettled: 1 })
  answers.status = 200
  await b.db.rows('update notice_lanes set wake_at = now()')
  await until(async () => (await ledger(b.db))['unsettled'] === 0, 'told')
  t.strictSame(await b.db.rows('select outcome from notices'), [{ outcome: 'sent' }])
  const ids = received.map(({ headers }) => headers['webhook-id'])
  t.equal(new Set(ids).size, 1, 'one event, however often')
  t.match(received.at(-1)?.body, id)
})

await t.test(
  'who dies between telling and recording it tells the same again, under the same id',
  async t => {
    const b = await bench(t, postgresQueue)
    const { received, url } = await receiver(t)
    const hook = webhook({ url, secret, print: noticeEvent, now: Date.now })
    const noticeId = randomUUID()
    const { caseId } = await routedCase(b.db.store, {}, { noticeId, team: 'vietnam' })
    const deps = { ...b.deps, hook }
    // As if it had died there: what it would record never comes.
    const dying = { ...b.db.store, settleMail: () => new Promise<never>(() => {}) }
    void sendNotice({ ...deps, store: dying }, noticeId)
    await until(() => b.sink.mails.length === 1, 'told by hook and mail')
    t.match(await ledger(b.db), { unsettled: 1 })
    await b.db.rows(`update notice_lanes set leased_until = now() - interval '1 s'`)
    await sendNotice(deps, noticeId)
    t.match(await ledger(b.db), { unsettled: 0 })
    t.equal(received.length, 2)
    t.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1, 'one event')
    t.ok(received.every(each => isSigned(each) && each.body.includes(caseId)))
    t.equal(
      new Set(b.sink.mails.map(({ headers }) => headers.get('message-id'))).size,
      1,
      'one mail',
    )
  },
)

await t.test('beside a mail server a program that refuses harms no mail', async t => {
  const b = await bench(t, postgresQueue)
  const { received, answers, url } = await receiver(t)
  answers.status = 500
  b.start({ hook: webhook({ url, secret, print: noticeEvent, now: Date.now }) })
  await b.takeIn()
  await until(async () => {
    const { received: waiting, unsettled } = await ledger(b.db)
    return waiting === 0 && unsettled === 0
  }, 'told')
  t.equal(b.sink.mails.length, 1)
  t.equal(received.length, 1)
  t.ok(b.log.lines.some(({ event, level }) => event === 'hook not told' && level === 'error'))
})

await t.test('address and secret of a webhook go together, and the secret is long', t => {
  const { schema } = secrets.KHANCAP_WEBHOOK_SECRET
  const of = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`
  for (const bytes of [24, 25, 32, 64]) t.ok(schema.safeParse(of(bytes)).success, String(bytes))
  for (const bytes of [16, 23, 67]) t.notOk(schema.safeParse(of(bytes)).success, String(bytes))
  t.notOk(schema.safeParse(randomBytes(32).toString('base64')).success)
  const env = { DATABASE_URL: 'postgres://x', KHANCAP_ROOT: 'a'.repeat(64) }
  const url = { KHANCAP_WEBHOOK_URL: 'https://hook.example/' }
  const alone = () => loadConfiguration({ ...env, ...url }, 'workers')
  t.throws(alone, new KhancapError('config_invalid'))
  t.match(
    loadConfiguration({ ...env, ...url, KHANCAP_WEBHOOK_SECRET: of(32) }, 'workers').secrets,
    {
      webhookUrl: 'https://hook.example/',
    },
  )
  t.end()
})
