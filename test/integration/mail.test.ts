// Step 4m: mails in a real Dovecot become sealed cases in a real store, each once, and only then are settled.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import type { CarriedMail } from '../../schemas/sealed.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openAddition, openAgeFile, openEnvelope } from '../../src/core/envelope/open.js'
import { routeFor } from '../../src/core/routing/route.js'
import { serveMail, type ServeMailDeps } from '../../src/serve-mail.js'
import { submitIntake } from '../../src/app/submit-intake.js'
import { armorRequest, printRequestFile } from '../../src/core/envelope/request-file.js'
import { sealRequest } from '../helper/api.js'
import { type Dovecot, dovecot } from '../helper/dovecot.js'
import { exampleDirectory } from '../helper/example-directory.js'
import { testOrganisation } from '../helper/organisation.js'
import { loopbackCa } from '../helper/smtp-sink.js'
import { bench, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(300_000)

const server = await dovecot(t)
const tags = new Map(shippedPrograms.map(({ id, tags: own }) => [id, own]))
const organisation = await testOrganisation({
  programs: exampleDirectory().programs.map(program => ({
    ...program,
    tags: tags.get(program.id) ?? [],
  })),
})
const { db, deps, directories, log } = await bench(t, postgresQueue, { organisation })
const p = organisation.primitives
const identities = Object.values(organisation.identities).flatMap(({ opening }) => opening)

/** Patient: machines may be slow, and nothing here is about time. */
const soon = (holds: () => Promise<boolean> | boolean, what: string) => until(holds, what, 90)

let users = 0
const newUser = () => `box${++users}`
const mail = (subject: string, body = 'canary-7d1f', more = '') =>
  `From: somebody@example.org\r\nSubject: ${subject}\r\nMessage-ID: <${Math.random()}@x>\r\n${more}\r\n${body}\r\n`

async function watch(urls: string, changes: Partial<ServeMailDeps> = {}) {
  const watching = await serveMail({
    store: db.store,
    primitives: p,
    directories,
    log,
    urls,
    ca: null,
    identity: organisation.router,
    onTaken: () => {},
    lookMs: 1000,
    ...changes,
  })
  t.teardown(() => watching.close(5000))
  return watching
}

interface Row {
  readonly id: string
  readonly channel: string
  readonly received_at: Date
  readonly sealed: Uint8Array
  readonly slip: Uint8Array | null
}

async function cases(): Promise<Row[]> {
  const rows =
    await db.rows(`select c.id, c.channel, c.received_at, e.sealed, s.sealed as slip from cases c
    join envelopes e on e.case_id = c.id left join slips s on s.case_id = c.id
    order by c.received_at, c.id`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return rows as unknown as Row[]
}
const count = async () => Number((await db.rows('select count(*)::int as n from cases'))[0]?.['n'])
const taken = async () =>
  Number((await db.rows('select count(*)::int as n from taken_mails'))[0]?.['n'])

async function contentOf(row: Row) {
  const verified = await directories.newest()
  const content = await openEnvelope(p, identities, row.sealed, {
    origin: verified.directory.origin,
    kind: 'envelope',
    directories: new Map(),
  })
  if (content === null) throw new Error('not sealed to a handler')
  return content
}

async function rawOf(carried: CarriedMail | undefined): Promise<string> {
  if (carried === undefined) throw new Error('no mail')
  const rows = await db.rows('select sealed from mails where id = $1', [carried.file.id])
  const sealed = rows[0]?.['sealed']
  if (!(sealed instanceof Uint8Array)) throw new Error('no sealed mail')
  const opened = await openAgeFile(p, [carried.file.identity], sealed)
  const raw = (opened?.plaintext ?? new Uint8Array()).subarray(0, carried.file.bytes)
  t.strictSame(await p.sha256(raw), decodeBase64url(carried.file.sha256))
  return Buffer.from(raw).toString('latin1')
}

/** A request that was sealed offline, as its file carries it. */
async function offlineRequest() {
  const offline = { channel: 'offline' as const }
  const { request } = await sealRequest(organisation, { envelope: offline, slip: offline })
  return {
    id: request.id,
    directorySequence: request.directory_version,
    mailbox: decodeBase64url(request.mailbox),
    slip: decodeBase64url(request.slip ?? ''),
    envelope: decodeBase64url(request.envelope),
  }
}

async function flags(of: Dovecot, user: string, path = 'INBOX'): Promise<string[]> {
  const client = await of.connect(user)
  await client.mailboxOpen(path)
  const all = await client.fetchAll('1:*', { flags: true }).catch(() => [])
  await client.logout()
  return all.map(({ flags: set }) => [...(set ?? [])].filter(flag => flag !== '\\Recent').join(' '))
}

await t.test('step 4m: a tagged mail becomes a case, sealed whole to the handlers', async t => {
  const user = newUser()
  const arrived = new Date(Date.now() - 3_600_000)
  const raw = mail('=?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=')
  await server.append(user, [raw], arrived)
  const watching = await watch(server.url(user))
  await soon(async () => (await count()) === 1, 'a case')
  const [row] = await cases()
  if (row === undefined) throw new Error('no case')
  t.equal(row.channel, 'mail')
  t.ok(Math.abs(Number(row.received_at) - arrived.getTime()) < 2000, 'the clock starts at arrival')
  const content = await contentOf(row)
  t.equal(content.program, 'emergency')
  t.equal(content.language, 'vi')
  t.equal(content.mail?.whole, true)
  t.equal(await rawOf(content.mail), raw, 'every byte is in it')
  const slip = await deps.slips.open(row.slip ?? new Uint8Array(), content.context.origin, null)
  t.match(slip, { program: 'emergency', language: 'vi', country: 'unknown' })
  await soon(async () => (await flags(server, user)).join() === '\\Seen', 'it is marked as read')
  const dump = JSON.stringify(await db.rows('select * from taken_mails'))
  t.notMatch(dump, /canary|somebody|127\.0\.0\.1/)
  await watching.close(5000)
})

await t.test(
  'every outcome of a subject is taken in; a mailbox may know program and country',
  async t => {
    const user = newUser()
    const before = await count()
    await server.append(user, [
      mail('hello'),
      mail('SOS'),
      mail('PIL'),
      mail('PIL + Ho tro khan cap'),
      'no header at all',
      Buffer.from([0, 255, 10, 10, 0, 1, 2]),
    ])
    const watching = await watch(server.url(user, 'INBOX?move=Taken&country=VN'))
    await soon(async () => (await count()) === before + 6, 'six cases')
    const found = await Promise.all((await cases()).slice(-6).map(contentOf))
    t.equal(found.filter(({ program }) => program === 'pil').length, 1)
    const { directory } = await directories.newest()
    const slips = await Promise.all(
      (await cases())
        .slice(-6)
        .flatMap(({ slip }) =>
          slip === null ? [] : [deps.slips.open(slip, directory.origin, null)],
        ),
    )
    const [both, ...others] = slips.filter(slip => (slip?.also ?? []).length > 0)
    t.strictSame(others, [])
    if (both === undefined || both === null) throw new Error('both tags are not in the slip')
    t.strictSame([both.program, ...(both.also ?? [])].toSorted(), ['emergency', 'pil'])
    t.match(
      routeFor(directory, both, Date.now()),
      { program: 'emergency', reason: 'several_programs' },
      'the earlier answer of the two is owed, and the team is told',
    )
    await soon(async () => (await flags(server, user, 'Taken')).length === 6, 'all were moved')
    t.equal((await flags(server, user)).length, 0)
    await watching.close(5000)
  },
)

await t.test('a mail that comes while it is watched is taken in', async () => {
  const user = newUser()
  const before = await count()
  const watching = await watch(server.url(user), { lookMs: 60_000 })
  await sleep(300)
  await server.append(user, [mail('PIL')])
  await soon(async () => (await count()) === before + 1, 'pushed by the server')
  await watching.close(5000)
})

await t.test(
  'the same mail makes one case: seen twice, delivered twice, in two boxes, by two workers',
  async t => {
    const [one, two] = [newUser(), newUser()]
    const before = await count()
    const same = mail('PIL')
    await server.append(one, [same, mail('PIL'), `Received: by somewhere\r\n${same}`])
    await server.append(two, [same])
    const urls = `${server.url(one)} ${server.url(two)}`
    const seen = await taken()
    const watching = await Promise.all([watch(urls), watch(urls), watch(server.url(one))])
    await soon(async () => (await taken()) === seen + 4, 'all four are dealt with')
    await sleep(300)
    t.equal(await count(), before + 2)
    await Promise.all(watching.map(each => each.close(5000)))
  },
)

await t.test('a mailbox that was made anew (UIDVALIDITY) doubles nothing', async t => {
  const user = newUser()
  const before = await count()
  const mails = [mail('PIL'), mail('SOS')]
  const client = await server.connect(user)
  await client.mailboxCreate('Requests')
  for (const each of mails) await client.append('Requests', Buffer.from(each))
  const watching = await watch(server.url(user, 'Requests'))
  await soon(async () => (await count()) === before + 2, 'two cases')
  await watching.close(5000)
  await client.mailboxDelete('Requests')
  await sleep(1100)
  await client.mailboxCreate('Requests')
  for (const each of mails) await client.append('Requests', Buffer.from(each))
  await client.logout()
  const seen = await taken()
  const again = await watch(server.url(user, 'Requests'))
  await soon(async () => (await taken()) === seen + 2, 'both were looked at again')
  t.equal(await count(), before + 2)
  await again.close(5000)
})

await t.test('a case token threads a mail to its case, and starts its clock', async t => {
  const user = newUser()
  const [first] = await cases()
  if (first === undefined) throw new Error('no case')
  const token = `${first.id.slice(0, 4)}-${first.id.slice(4, 8)}`.toUpperCase()
  const before = await count()
  const raw = mail(`Re: [case ${token}] PIL`)
  await server.append(user, [raw, mail('Re: [case ZZZZ-ZZZZ]')])
  const watching = await watch(server.url(user))
  await soon(async () => (await count()) === before + 1, 'the unknown token is a case')
  const find = () =>
    db.rows('select sealed, signature from additions where case_id = $1', [first.id])
  await soon(async () => (await find()).length === 1, 'the known one an addition')
  const [row] = await find()
  const { directory } = await directories.newest()
  const sealed = row?.['sealed']
  if (!(sealed instanceof Uint8Array)) throw new Error('no addition')
  const expected = { origin: directory.origin, kind: 'addition', directories: new Map() } as const
  const content = await openAddition(p, identities, sealed, expected)
  t.equal(await rawOf(content?.mail), raw)
  await watching.close(5000)
})

await t.test(
  'a case that came by the page, or has ended, takes no mail by its letters',
  async t => {
    const user = newUser()
    await server.append(user, [mail('PIL'), mail('SOS')])
    const known = new Set((await cases()).map(({ id }) => id))
    const first = await watch(server.url(user))
    await soon(async () => (await count()) === known.size + 2, 'two cases')
    await first.close(5000)
    const [web = '', closed = ''] = (await cases()).map(({ id }) => id).filter(id => !known.has(id))
    await db.rows("update cases set channel = 'web' where id = $1", [web])
    await db.rows("update cases set state = 'closed', purge_at = now() where id = $1", [closed])
    const seen = await taken()
    const token = (id: string) => `${id.slice(0, 4)}-${id.slice(4, 8)}`.toUpperCase()
    await server.append(user, [
      mail(`Re: [case ${token(web)}]`),
      mail(`Re: [case ${token(closed)}]`),
    ])
    const watching = await watch(server.url(user))
    await soon(async () => (await taken()) === seen + 2, 'both are dealt with')
    await watching.close(5000)
    t.equal(await count(), known.size + 4, 'each is a case of its own')
    const additions = await db.rows('select id from additions where case_id = any($1)', [
      [web, closed],
    ])
    t.strictSame(additions, [])
    const [row] = await db.rows('select state, purge_at is null as kept from cases where id = $1', [
      closed,
    ])
    t.strictSame(row, { state: 'closed', kept: false }, 'the purge is not put off')
  },
)

await t.test(
  'a sealed request makes one case, mailed or posted; what else the mail says is added to it',
  async t => {
    const user = newUser()
    const before = await count()
    const carried = await Promise.all([1, 2, 3].map(() => offlineRequest()))
    const [first, second, third] = await Promise.all(
      carried.map(async each => armorRequest(await printRequestFile(p, each))),
    )
    const posted = carried[1]
    if (posted === undefined) throw new Error('three requests')
    const intake = { ...db, ...organisation, directories, now: Date.now }
    await submitIntake(intake, posted, ['offline'])
    const damaged = third?.replace(/.{64}\n/, '')
    const seen = await taken()
    const arrived = new Date(Date.now() - 7_200_000)
    await server.append(
      user,
      [
        mail('document', first),
        mail('once more', first?.replaceAll('\n', '\r\n> ')),
        mail('posted before', second),
        mail('PIL', `Please hurry.\r\n${first}`),
        mail('damaged', damaged),
      ],
      arrived,
    )
    const watching = await watch(server.url(user))
    await soon(async () => (await taken()) === seen + 5, 'all are dealt with')
    t.equal(await count(), before + 3, 'two requests, and a mail that a person looks at')
    const rows = await cases()
    const mailed = rows.find(row =>
      Buffer.from(row.sealed).equals(carried[0]?.envelope ?? new Uint8Array()),
    )
    if (mailed === undefined) throw new Error('no case of the first')
    t.equal(mailed.channel, 'offline')
    t.ok(Math.abs(Number(mailed.received_at) - arrived.getTime()) < 2000, 'its clock')
    const own = await db.rows(
      `select (select count(*)::int from additions where case_id = $1) as additions,
        (select count(*)::int from mails where case_id = $1) as mails,
        (select count(*)::int from taken_mails where case_id = $1) as places`,
      [mailed.id],
    )
    t.strictSame(own, [{ additions: 1, mails: 1, places: 3 }])
    t.ok(rows.some(row => Buffer.from(row.sealed).equals(posted.envelope)))
    await watching.close(5000)
  },
)

await t.test(
  'a sealed request whose case has ended is settled, and no digest outlives the case',
  async t => {
    const user = newUser()
    const request = await offlineRequest()
    await submitIntake({ ...db, ...organisation, directories, now: Date.now }, request, ['offline'])
    const [intake] = await db.rows('select case_id from intakes where id = $1', [request.id])
    const id = intake?.['case_id']
    await db.rows("update cases set state = 'closed', purge_at = now() where id = $1", [id])
    const before = await count()
    const armored = armorRequest(await printRequestFile(p, request))
    const isSettled = (mails: number) => async () =>
      (await flags(server, user)).join() === Array.from({ length: mails }, () => '\\Seen').join()
    const forgotten = () =>
      db.rows('select digest is null as gone from taken_mails where case_id = $1 order by uid', [
        id,
      ])

    await server.append(user, [mail('closed', armored)])
    const watching = await watch(server.url(user))
    await soon(isSettled(1), 'settled where the case is closed')
    t.strictSame(await forgotten(), [{ gone: false }])
    t.ok((await db.store.purgeDue(10)) > 0)
    t.strictSame(await forgotten(), [{ gone: true }])
    await server.append(user, [mail('purged', armored)])
    await soon(isSettled(2), 'settled where it is purged')
    t.strictSame(await forgotten(), [{ gone: true }, { gone: true }])
    t.equal(await count(), before)
    await watching.close(5000)
  },
)

await t.test(
  "a machine's own mail without a tag is recorded as no case, and stays unread",
  async t => {
    const user = newUser()
    const before = await count()
    const seen = await taken()
    await server.append(user, [
      mail('Automatic reply: out of office', 'x', 'Auto-Submitted: auto-replied\r\n'),
      mail('PIL', 'x', 'Auto-Submitted: auto-replied\r\n'),
    ])
    const watching = await watch(server.url(user))
    await soon(async () => (await taken()) === seen + 2, 'both were looked at')
    t.equal(await count(), before + 1)
    await soon(
      async () => (await flags(server, user)).join() === ',\\Seen',
      'one is marked as read',
    )
    await watching.close(5000)

    await server.append(user, [mail('SOS', 'y')])
    const again = await watch(server.url(user))
    await soon(
      async () => (await flags(server, user)).join() === ',\\Seen,\\Seen',
      'what is no case is left alone after a new start, too',
    )
    await again.close(5000)
  },
)

await t.test(
  'a server that is gone, a wrong password, a certificate of somebody: nothing is lost, and it is noticed',
  async t => {
    const own = await dovecot(t, { tls: 'required' })
    const user = newUser()
    const before = await count()
    await own.append(user, [mail('PIL')])
    const saw = (code: string) => log.lines.some(({ fields }) => fields.code === code)
    const wrong = await watch(own.url(user).replace('secret', 'wrong'), { ca: loopbackCa })
    await soon(() => saw('mailbox_refused'), 'refused')
    await wrong.close(5000)
    const strange = await watch(own.url(user), { ca: null })
    await sleep(500)
    await strange.close(5000)
    t.equal(
      await count(),
      before,
      'a mailbox on loopback without STARTTLS is refused by the server',
    )
    await own.stop()
    const watching = await watch(own.url(user), { ca: loopbackCa })
    await soon(() => saw('mailbox_unavailable'), 'away')
    const { mailboxAgeSeconds } = await db.store.figures()
    t.ok((mailboxAgeSeconds ?? -1) >= 0, 'its age is counted from the first attempt on')
    await own.start()
    await soon(async () => (await count()) === before + 1, 'it is taken in when the server is back')
    await watching.close(5000)
  },
)
