// Step 4m where the mail server fails: gone, another password, an expired certificate, a mailbox that lets nothing be moved.
// Each is known within seconds with its reason, silences the sign of life within five minutes, and loses nothing.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { InboxFault } from '../../schemas/inboxes.js'
import { serveMail, type ServeMailDeps } from '../../src/serve-mail.js'
import { signalLife } from '../../workers/alive.js'
import { testLog } from '../helper/api.js'
import { inCheckout } from '../helper/checkout.js'
import { type Dovecot, dovecot } from '../helper/dovecot.js'
import { mailBench } from '../helper/mail-bench.js'
import { loopbackCa } from '../helper/smtp-sink.js'
import { until } from '../helper/workers.js'

t.setTimeout(300_000)

const { db, directories, log, organisation } = await mailBench(t)
const soon = (holds: () => Promise<boolean> | boolean, what: string) => until(holds, what, 90)
let mails = 0
const mail = () => `Subject: PIL\r\nMessage-ID: <${++mails}@x>\r\n\r\nx\r\n`
const count = async () => Number((await db.rows('select count(*)::int as n from cases'))[0]?.['n'])

async function watch(urls: string, ca: string | null = null, changes: Partial<ServeMailDeps> = {}) {
  await db.rows(`delete from heartbeats where name like 'mailbox:%'`)
  const watching = await serveMail({
    store: db.store,
    primitives: organisation.primitives,
    directories,
    log,
    urls,
    ca,
    identity: organisation.router,
    onTaken: () => {},
    lookMs: 500,
    ...changes,
  })
  t.teardown(() => watching.close(5000))
  return watching
}

const faultIs = (fault: InboxFault | null) => async () => {
  const states = await db.store.inboxStates()
  return states.length === 1 && states[0]?.fault === fault
}

/** What a watch outside hears when the mailbox was last read so long ago. */
async function hears(secondsAgo: number): Promise<string> {
  await db.rows(
    `insert into heartbeats (name, at) values ('sweep', clock_timestamp())
     on conflict (name) do update set at = excluded.at`,
  )
  await db.rows(
    `update heartbeats set at = at - $1::float8 * interval '1 second' where name like 'mailbox:%'`,
    [secondsAgo],
  )
  const own = testLog()
  let pings = 0
  const alive = { ping: async () => void pings++ }
  const deps = { store: db.store, alive, sweepSeconds: 3600, now: Date.now, log: own }
  await signalLife(deps)
  const [line] = own.lines
  return pings === 1 ? 'life' : String(line?.fields.cause)
}

await t.test('the mail server is gone: known, an alarm, and taken in when it is back', async t => {
  const server = await dovecot(t)
  const before = await count()
  await server.append('gone', [mail()])
  const watching = await watch(server.url('gone'))
  await soon(async () => (await count()) === before + 1, 'taken in')
  await soon(faultIs(null), 'all is well')
  t.equal(await hears(0), 'life')
  await server.append('gone', [mail()])
  await server.stop()
  await soon(faultIs('mailbox_unavailable'), 'noticed')
  t.equal(await hears(180), 'life', 'a restart of the mail server wakes nobody')
  t.equal(await hears(100), 'mailbox_unread', 'within five minutes')
  const { mailboxAgeSeconds } = await db.store.figures()
  t.ok((mailboxAgeSeconds ?? 0) > 240)
  await server.start()
  await soon(async () => (await count()) === before + 2, 'nothing is lost')
  await soon(faultIs(null), 'all is well again')
  t.equal(await hears(0), 'life')
  await watching.close(5000)
})

await t.test('the password is another one', async t => {
  const server = await dovecot(t)
  await server.append('password', [mail()])
  const before = await count()
  const wrong = await watch(server.url('password').replace('secret', 'wrong'))
  await soon(faultIs('mailbox_refused'), 'noticed')
  t.equal(await hears(300), 'mailbox_unread')
  await wrong.close(5000)
  t.equal(await count(), before)
  const right = await watch(server.url('password'))
  await soon(async () => (await count()) === before + 1, 'nothing is lost')
  await right.close(5000)
})

await t.test('the certificate has expired, or is of somebody else', async t => {
  const expired = readFileSync(inCheckout('test/fixtures/expired.cert.pem'), 'utf8')
  const server: Dovecot = await dovecot(t, { tls: 'required', certificate: 'expired.cert.pem' })
  await server.append('certificate', [mail()])
  const before = await count()
  const watching = await watch(server.url('certificate'), expired)
  await soon(faultIs('mailbox_untrusted'), 'noticed')
  t.equal(await hears(300), 'mailbox_unread')
  await watching.close(5000)
  const other = await watch(server.url('certificate'), loopbackCa)
  await soon(faultIs('mailbox_untrusted'), 'noticed')
  await other.close(5000)
  t.equal(await count(), before)
})

await t.test('mails cannot be moved: they are taken in, also those that come later', async t => {
  const server = await dovecot(t)
  const before = await count()
  const url = server.url('full', 'INBOX?move=Taken')
  await server.append('full', [mail()])
  const first = await watch(url)
  await soon(async () => (await count()) === before + 1, 'taken in')
  const moved = async () => {
    const client = await server.connect('full')
    const status = await client.status('Taken', { messages: true })
    await client.logout()
    return status === false ? 0 : (status.messages ?? 0)
  }
  await soon(async () => (await moved()) === 1, 'moved')
  await first.close(5000)
  await server.letMove('full', false)
  await server.append('full', [mail()])
  const watching = await watch(url)
  await soon(faultIs('mailbox_stuck'), 'noticed')
  await server.append('full', [mail()])
  await soon(async () => (await count()) === before + 3, 'the next ones are taken in')
  t.equal(await hears(300), 'mailbox_unread')
  await server.letMove('full', true)
  await soon(async () => (await moved()) === 3, 'all are moved when there is room')
  await soon(faultIs(null), 'all is well')
  t.equal(await count(), before + 3, 'none twice')
  await watching.close(5000)
})

await t.test('a flood waits in its mailbox and is taken in bit by bit', async t => {
  const server = await dovecot(t)
  const before = await count()
  for (let at = 0; at < 6; at++) await server.append('flood', [mail()])
  const watching = await serveMail({
    store: db.store,
    primitives: organisation.primitives,
    directories,
    log,
    urls: server.url('flood'),
    ca: null,
    identity: organisation.router,
    onTaken: () => {},
    lookMs: 100,
    pace: { burst: 3, perSecond: 1 },
  })
  t.teardown(() => watching.close(5000))
  await soon(() => log.lines.some(({ event }) => event.includes('flooded')), 'it is told')
  await soon(async () => (await count()) === before + 6, 'all are taken in')
  await watching.close(5000)
})

await t.test('mails of a flood are an alarm for as long as they wait', async t => {
  const server = await dovecot(t)
  const before = await count()
  await server.append('waits', [mail(), mail()])
  const own = testLog()
  const pace = { burst: 1, perSecond: 0.001 }
  const watching = await watch(server.url('waits'), null, { log: own, lookMs: 100, pace })
  await soon(() => own.lines.some(({ event }) => event.includes('flooded')), 'they wait')
  for (let time = 0; time < 3; time++) {
    await db.rows(`update heartbeats set tried_at = tried_at - interval '11 minutes'
      where name like 'mailbox:%'`)
    await soon(faultIs(null), 'it is still tried')
  }
  t.equal(await hears(300), 'mailbox_unread')
  await db.rows(`update heartbeats set tried_at = tried_at - interval '11 minutes'
    where name like 'mailbox:%'`)
  await soon(faultIs(null), 'tried once more')
  const { mailboxAgeSeconds } = await db.store.figures()
  t.ok((mailboxAgeSeconds ?? 0) >= 300, 'who tries has not read it')
  t.equal(await count(), before)
  await watching.close(5000)
})

await t.test('a long look says with each group of mails that it is under way', async t => {
  const server = await dovecot(t)
  const before = await count()
  await server.append(
    'many',
    Array.from({ length: 33 }, () => mail()),
  )
  const notes: string[] = []
  const watching = await watch(server.url('many'), null, {
    store: {
      ...db.store,
      async noteMailbox(mailbox, became) {
        notes.push(became)
        await db.store.noteMailbox(mailbox, became)
      },
    },
  })
  await soon(() => notes.includes('read'), 'it is read')
  t.strictSame(notes.slice(0, notes.indexOf('read')), ['begun', 'begun', 'begun'])
  t.equal(await count(), before + 33)
  await watching.close(5000)
})

await t.test('trying a mailbox changes nothing of what is known of it', async t => {
  await db.rows(`delete from heartbeats where name like 'mailbox:%'`)
  await db.store.noteMailbox('known', 'begun')
  await db.store.noteMailbox('known', 'mailbox_refused')
  await db.rows(`update heartbeats set at = at - interval '5 minutes',
    tried_at = tried_at - interval '11 minutes' where name = 'mailbox:known'`)
  t.strictSame(await db.store.inboxStates(), [])
  await db.store.noteMailbox('known', 'begun')
  const [state] = await db.store.inboxStates()
  t.equal(state?.fault, 'mailbox_refused')
  t.ok((state?.readSecondsAgo ?? 0) >= 300)
})

await t.test('a mailbox that nobody tries any more is no alarm', async t => {
  await db.rows(`update heartbeats set tried_at = tried_at - interval '11 minutes',
    at = at - interval '1 day' where name like 'mailbox:%'`)
  t.strictSame(await db.store.inboxStates(), [])
  t.equal((await db.store.figures()).mailboxAgeSeconds, null)
})
