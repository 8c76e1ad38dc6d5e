// Step 9 for a case that came as a mail: the tool shows it, and saves it under names of ours.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { routeCase } from '../../src/app/route-case.js'
import { widthOf } from '../../cli/terminal/width.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { serveMail } from '../../src/serve-mail.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { testLog } from '../helper/api.js'
import { temporaryFolder } from '../helper/cli.js'
import { dovecot } from '../helper/dovecot.js'
import { keyRing } from '../helper/key-ring.js'
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

/** A mail arrives, and is taken in by the worker until something holds. */
async function takeIn(mail: string, holds: () => Promise<boolean>, what: string): Promise<void> {
  await server.append('requests', [mail])
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
  await until(holds, what, 90)
  await watching.close(5000)
}

const opener = slipOpener(primitives, organisation.router)

/** Takes a mail in, and routes its case. */
async function takenCase(mail: string): Promise<string> {
  const ids = async () => (await api.db.rows('select id from cases')).map(row => String(row['id']))
  const before = await ids()
  await takeIn(mail, async () => (await ids()).length > before.length, 'a case')
  const id = (await ids()).find(each => !before.includes(each)) ?? ''
  const openSlip = opener.open.bind(opener)
  const { recipients } = opener
  await routeCase({ store, directories, openSlip, recipients, primitives, log }, id)
  return id
}

const id = await takenCase(raw)

await t.test('step 9: open shows a mail, and nothing in it acts on the terminal', async t => {
  const { code, out } = await desk.run('vietnam-1', ['open', id])
  t.equal(code, 0)
  t.match(out, /by mail/)
  t.match(out, /^ {2}from {6}\| Hồng <somebody@example\.org>$/m)
  t.match(out, /its subject says: tagged emergency \(vi\)/)
  t.match(out, 'Xin chào <U+001B>[31m')
  t.notMatch(out, 'warning:', 'a mail has no form that could not fit')
  const json = JSON.parse((await desk.run('vietnam-1', ['open', id, '--json'])).out)
  t.match(json.mails, [{ whole: true, subject: { outcome: 'tagged', programs: ['emergency'] } }])
})

await t.test('step 9: nothing in a mail passes for a line of the tool', async t => {
  const forged = 'FORGED\u00a0'.repeat(40)
  const word = `=?UTF-8?B?${Buffer.from(forged).toString('base64')}?=`
  const hostile = raw
    .replace(/^From: .*$/m, `From: ${word} <somebody@example.org>\r\nTo: ${word}`)
    .replace('filename="../../evil.pdf"', `filename*=utf-8''${encodeURIComponent(forged)}`)
  const { code, err, out } = await desk.run('vietnam-1', ['open', await takenCase(hostile)], {
    columns: 80,
  })
  t.equal(code, 0, err)
  for (const row of out.split('\n')) {
    t.ok(widthOf(row) <= 80, row)
    if (row.includes('FORGED')) t.match(row, /^ {2}(from|to)? *\| /)
  }
  t.match(out, /^ {2}attachment, about \d+ bytes; --out DIR saves it\n {2}\| FORGED/m)
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

await t.test('step 10m: a bounce in the mailbox returns to its case', async t => {
  await desk.run('vietnam-1', ['claim', id])
  const { code, err } = await desk.run('vietnam-1', ['reply', id, '--plain', '--yes'], {
    stdin: 'hello',
  })
  t.equal(code, 0, err)
  const [letter] = await api.db.rows('select id from letters where case_id = $1', [id])
  const name = await opener.nameLetter(String(letter?.['id']))
  const bounce = [
    'Return-Path: <>',
    'From: MAILER-DAEMON@example.org',
    'Subject: failure notice',
    'Message-ID: <bounce@example.org>',
    '',
    'Hi. This is the qmail-send program. I have given up.',
    '',
    `Message-ID: <${name}@example.org>`,
    '',
  ].join('\r\n')
  const state = async () => (await store.findCase(id, 'vietnam-1'))?.letter
  await takeIn(bounce, async () => (await state()) === 'undelivered', 'the bounce')
  t.match((await desk.run('vietnam-1', ['inbox'])).out, 'answer may be lost')
})

await t.test('a mail is for the handlers of its case only', async t => {
  const { code } = await desk.run('china-1', ['open', id])
  t.equal(code, 1)
})

await t.test('a mail that is sealed with PGP is kept as it came, and handed to gpg', async t => {
  const { gpg, home, makeKey, seal: sealTo } = await keyRing(t)
  process.env['GNUPGHOME'] = home
  t.teardown(() => delete process.env['GNUPGHOME'])
  const fingerprint = makeKey('team@example.org')
  const inside = [
    'Content-Type: multipart/mixed; boundary="in"; protected-headers="v1"',
    'Subject: =?UTF-8?Q?PIL:_h=E1=BB=93_s=C6=A1?=',
    '',
    '--in',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Xin chào từ bên trong \u001b[31m',
    '--in',
    'Content-Type: application/pdf; name=a.pdf',
    '',
    '%PDF-',
    '--in--',
    '',
  ].join('\r\n')
  const seal = (text: string) => sealTo(text, 'team@example.org')
  const mime = [
    'From: somebody@example.org',
    'Subject: ...',
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="out"',
    '',
    '--out',
    'Content-Type: application/pgp-encrypted',
    '',
    'Version: 1',
    '--out',
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    '',
    `${seal(inside)}--out--`,
    '',
  ].join('\r\n')
  const pgpCase = await takenCase(mime)
  const shut = await desk.run('intake-1', ['open', pgpCase])
  t.equal(shut.code, 0)
  t.match(shut.err, /sealed with PGP: khancap open \w{8} --gpg/)
  t.notMatch(shut.out, 'bên trong')
  const { code, err, out } = await desk.run('intake-1', ['open', pgpCase, '--gpg'])
  t.equal(code, 0, err)
  t.match(out, 'Xin chào từ bên trong <U+001B>[31m')
  t.match(out, /its subject says: tagged pil/, 'the subject inside')
  t.match(err, /it says pil, and the case runs as \w+/)
  t.match(err, /khancap reroute \w{8} --team \w+ hands it/)
  const folder = await temporaryFolder(t)
  await desk.run('intake-1', ['open', pgpCase, '--gpg', '--out', join(folder, 'out')])
  t.equal(await readFile(join(folder, 'out', `${pgpCase}-mail-1.eml`), 'latin1'), mime)
  t.equal(await readFile(join(folder, 'out', `${pgpCase}-mail-1-1.pdf`), 'latin1'), '%PDF-')

  const inline = await takenCase(`Subject: PIL\r\n\r\nBcc:\r\n${seal('words inline')}`)
  const words = await desk.run('vietnam-1', ['open', inline, '--gpg'])
  const shown = words.code === 0 ? words : await desk.run('intake-1', ['open', inline, '--gpg'])
  t.match(shown.out, 'words inline')

  gpg(['--yes', '--delete-secret-keys', fingerprint])
  const other = await desk.run('intake-1', ['open', pgpCase, '--gpg'])
  t.equal(other.code, 1)
  t.match(other.err, 'the key that it is sealed to is not here')
  const path = process.env['PATH']
  process.env['PATH'] = folder
  const missing = await desk.run('intake-1', ['open', pgpCase, '--gpg'])
  process.env['PATH'] = path
  t.equal(missing.code, 1)
  t.match(missing.err, 'there is no gpg on this machine')
  t.match(missing.err, '--out DIR saves the mail')
})
