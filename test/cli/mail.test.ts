// Step 9 for a case that came as a mail: the tool shows it, saves it under names of ours, and does not pretend that it can
// be answered here.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { routeCase } from '../../src/app/route-case.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { serveMail } from '../../src/serve-mail.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { testLog } from '../helper/api.js'
import { temporaryFolder } from '../helper/cli.js'
import { dovecot } from '../helper/dovecot.js'
import { office } from '../helper/office.js'
import { until } from '../helper/workers.js'

t.setTimeout(300_000)

const raw = [
  'From: =?utf-8?q?H=E1=BB=93ng?= <somebody@example.org>',
  'Subject: =?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=',
  'Content-Type: multipart/mixed; boundary="b1"',
  '',
  '--b1',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Xin ch=C3=A0o =1B[31m',
  '--b1',
  'Content-Type: application/pdf; name="../../evil.pdf"',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment; filename="../../evil.pdf"',
  '',
  'JVBERi0x',
  '--b1--',
  '',
].join('\r\n')

const server = await dovecot(t)
const desk = await office(t)
const { api, organisation } = desk
const { primitives, root } = organisation
const { store } = api.db
const directories = currentDirectory({ store, primitives, root, now: Date.now })
const log = testLog()

async function takenCase(): Promise<string> {
  await server.append('requests', [raw])
  const watching = await serveMail({
    store,
    primitives,
    directories,
    log,
    urls: server.url('requests'),
    ca: null,
    identity: organisation.router,
    onTaken: () => {},
  })
  const ids = () => api.db.rows('select id from cases')
  await until(async () => (await ids()).length === 1, 'a case', 90)
  await watching.close(5000)
  const id = String((await ids())[0]?.['id'])
  const opener = slipOpener(primitives, organisation.router)
  const openSlip = opener.open.bind(opener)
  const { recipients } = opener
  await routeCase({ store, directories, openSlip, recipients, primitives, log }, id)
  return id
}

const id = await takenCase()

await t.test('step 9: open shows a mail, and nothing in it acts on the terminal', async t => {
  const { code, out } = await desk.run('vietnam-1', ['open', id])
  t.equal(code, 0)
  t.match(out, /by mail/)
  t.match(out, /from +Hồng <somebody@example\.org>/)
  t.match(out, /its subject says: tagged emergency \(vi\)/)
  t.match(out, 'Xin chào <U+001B>[31m')
  t.notMatch(out, 'warning:', 'a mail has no form that could not fit')
  const json = JSON.parse((await desk.run('vietnam-1', ['open', id, '--json'])).out)
  t.match(json.mails, [{ whole: true, subject: { outcome: 'tagged', programs: ['emergency'] } }])
})

await t.test('step 9: what is attached is saved under names of ours', async t => {
  const folder = await temporaryFolder(t)
  const { code } = await desk.run('vietnam-1', ['open', id, '--out', join(folder, 'out')])
  t.equal(code, 0)
  t.strictSame((await readdir(join(folder, 'out'))).toSorted(), [
    `${id}-mail-1-1.pdf`,
    `${id}-mail-1.eml`,
    `${id}.json`,
  ])
  t.equal(await readFile(join(folder, 'out', `${id}-mail-1.eml`), 'latin1'), raw)
})

await t.test('step 10: a mail is not answered here, and the tool says how it is', async t => {
  await desk.run('vietnam-1', ['claim', id])
  const { code, err } = await desk.run('vietnam-1', ['reply', id], { stdin: 'hello' })
  t.equal(code, 1)
  t.match(err, 'this request came by mail')
  t.match(err, '--via mail')
})

await t.test('a mail is for the handlers of its case only', async t => {
  const { code } = await desk.run('china-1', ['open', id])
  t.equal(code, 1)
})
