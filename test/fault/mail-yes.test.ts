// Steps 4m and 10m under kill -9 at the one moment that nobody can close: the mail server has said yes, and the record of it
// is not committed. The same mail leaves again, under one Message-ID, and everything else happens once. The process is
// `npm run workers`: what it attaches to an acknowledgement is the form that was built.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import t from 'tap'
import { readOfflineForm } from '../../src/core/offline/offline-form.js'
import { partBytes, readParts } from '../../src/core/mail/parts.js'
import { dovecot } from '../helper/dovecot.js'
import { mailOffice, serviceAddress } from '../helper/mail-office.js'
import { clean } from '../helper/npm-start.js'
import { loopbackCa } from '../helper/smtp-sink.js'
import { until } from '../helper/workers.js'

t.setTimeout(1_200_000)

const build = spawnSync('env', clean([process.execPath, 'build.mjs', '--if-stale']))
t.equal(build.status, 0, 'the build is there')

const desk = await mailOffice(t)
const { api, organisation, sink } = desk
const server = await dovecot(t)
const user = 'help@example.org'
const from = 'somebody@sender.example'
const folder = await mkdtemp(join(tmpdir(), 'khancap-yes-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
await writeFile(at('router.identity'), `${organisation.router}\n`)
await writeFile(at('ca.pem'), loopbackCa)
const settings = {
  KHANCAP_HOME: folder,
  KHANCAP_ROOT: organisation.root,
  KHANCAP_ROUTER_IDENTITY_FILE: at('router.identity'),
  KHANCAP_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
  KHANCAP_SMTP_CA_FILE: at('ca.pem'),
  KHANCAP_MAIL_FROM: serviceAddress,
  KHANCAP_IMAP_URL: server.url(encodeURIComponent(user)),
  KHANCAP_METRICS_PORT: '0',
  DATABASE_URL: api.db.url,
}

let said = ''
function start(): ChildProcess {
  const child = spawn('env', clean([process.execPath, 'build/workers/main.js'], settings), {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const rows = api.db.rows.bind(api.db)
const soon = (holds: () => Promise<boolean> | boolean, what: string) => until(holds, what, 120)
const tellsOf = () => sink.mails.filter(({ to }) => to[0] === from)
const holds = async (statement: string) => (await rows(statement)).length > 0

/**
 * Lets the next mail in, and stops its sender's record of it with a lock; kills the sender there.
 * @param lock a statement that locks what the record changes @param record the statement that then waits
 */
async function killAtRecord(child: ChildProcess, lock: string, record: RegExp): Promise<void> {
  const client = new Client({ connectionString: api.db.url })
  await client.connect()
  try {
    let isLocked = false
    sink.beforeYes = async () => {
      if (isLocked) return
      await client.query('begin')
      isLocked = ((await client.query(lock)).rowCount ?? 0) > 0
    }
    const stopped = async () =>
      isLocked &&
      (
        await rows(
          `select query from pg_stat_activity where wait_event_type = 'Lock'
            and datname = current_database()`,
        )
      ).some(({ query }) => record.test(String(query)))
    await soon(stopped, 'the record waits')
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  } finally {
    sink.beforeYes = null
    await client.end()
  }
}

let running: ChildProcess | null = null

await t.test(
  'an acknowledgement whose record was lost is sent again, the same, with the form that was built',
  async t => {
    const subject = Buffer.from('Xin biểu mẫu yêu cầu Hỗ trợ khẩn cấp').toString('base64')
    await server.append(user, [
      `Return-Path: <${from}>\r\nFrom: ${from}\r\nSubject: =?UTF-8?B?${subject}?=\r\n` +
        'Message-ID: <1@sender.example>\r\n\r\nXin giup toi\r\n',
    ])
    await killAtRecord(
      start(),
      'select uid from taken_mails where acknowledge_until is not null for update',
      /update taken_mails set acknowledge_until/,
    )
    t.equal(tellsOf().length, 1, 'the mail server has it')
    t.ok(await holds('select uid from taken_mails where acknowledge_until > now()'), 'still owed')
    await rows('update acknowledgements set leased_until = now()')
    running = start()
    await soon(() => tellsOf().length === 2, 'told again')
    await soon(
      async () => !(await holds('select uid from taken_mails where acknowledge_until > now()')),
      'recorded',
    )
    const [first, second] = tellsOf()
    t.equal(first?.headers.get('message-id'), second?.headers.get('message-id'))
    t.equal((await rows('select id from cases')).length, 1, 'one case')
    t.equal((await rows('select id from mails')).length, 1)
    for (const told of [first, second]) {
      t.equal(told?.headers.get('from'), user)
      const file = readParts(Buffer.from(told?.raw ?? '')).parts.find(({ name }) => name !== null)
      t.match(file, { name: 'notes-vi.html', type: 'text/html', isAttached: true })
      const form = readOfflineForm(
        file === undefined ? '' : Buffer.from(partBytes(file)).toString('utf8'),
      )
      t.equal(form?.root, organisation.root)
      t.strictSame(form?.note, organisation.note)
      t.match(form?.template, /<html lang="vi"/)
    }
  },
)

await t.test(
  'a letter whose record was lost is sent again, the same; its case is answered once',
  async t => {
    await soon(() => holds(`select id from cases where state = 'routed'`), 'routed')
    const [made] = await rows('select id from cases')
    const id = String(made?.['id'])
    await desk.run('vietnam-1', ['claim', id])
    const before = sink.mails.length
    const worker = running ?? start()
    const killed = killAtRecord(
      worker,
      `select id from cases where id = '${id}' for update`,
      /^select from cases where id/,
    )
    const { code, err } = await desk.run('vietnam-1', ['reply', id, '--plain', '--yes'], {
      stdin: 'Chào bạn',
    })
    t.equal(code, 0, err)
    await killed
    t.match(await rows('select outcome from letters'), [{ outcome: null }], 'nobody knows of it')
    await rows(`update letters set wake_at = now() where outcome is null`)
    start()
    await soon(() => holds(`select id from letters where outcome = 'sent'`), 'recorded')
    const sent = sink.mails.slice(before).filter(({ to }) => to[0] === from)
    t.equal(sent.length, 2)
    t.equal(sent[0]?.headers.get('message-id'), sent[1]?.headers.get('message-id'))
    t.equal(sent[0]?.text, sent[1]?.text)
    t.match(await api.db.store.findCase(id, 'vietnam-1'), {
      state: 'answered',
      letter: 'sent',
      dueAt: null,
    })
    const { events } = await api.db.store.caseParts(id)
    t.equal(events.filter(({ kind }) => kind === 'replied').length, 1)
    t.notOk(events.some(({ kind }) => kind === 'undelivered'))
    t.notMatch(said, /sender\.example|giup|Chào/, 'nothing of it in the log')
  },
)
