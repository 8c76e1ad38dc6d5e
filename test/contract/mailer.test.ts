// The mail port against a real SMTP server: encrypted or not at all, refused and unavailable told apart.
import { createServer } from 'node:net'
import t from 'tap'
import { smtpMailer } from '../../src/adapters/nodemailer/smtp-mailer.js'
import type { Mail } from '../../src/ports/mailer.js'
import { loopbackCa, portOf, smtpSink } from '../helper/smtp-sink.js'

const mail: Mail = {
  messageId: 'notice-1',
  to: ['one@example.org', 'two@example.org'],
  subject: 'A case waits',
  text: 'First line.\n\n.A line that begins with a dot.\n',
}
const from = 'notices@example.org'

await t.test('a mail arrives once, for everybody, and shows nobody who else is told', async t => {
  await using sink = await smtpSink()
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from, ca: loopbackCa })
  t.strictSame(await mailer.sendMail(mail), { refused: 0 })
  const [got] = sink.mails
  t.equal(sink.mails.length, 1)
  t.equal(got?.from, from)
  t.strictSame(got?.to, ['one@example.org', 'two@example.org'])
  t.notMatch(got?.raw, /one@example|two@example/)
  t.equal(got?.headers.get('to'), '"undisclosed-recipients":;')
  t.equal(got?.headers.get('message-id'), '<notice-1@example.org>')
  t.equal(got?.headers.get('auto-submitted'), 'auto-generated')
  t.equal(got?.headers.get('subject'), 'A case waits')
  t.match(got?.text, /First line\.\r\n\r\n\.A line/)
  t.notOk(got?.headers.has('x-mailer'))
  t.notMatch(got?.raw, new RegExp((await import('node:os')).hostname()), 'no name of this machine')
})

await t.test('the same notice keeps its Message-ID', async t => {
  await using sink = await smtpSink()
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from, ca: loopbackCa })
  await mailer.sendMail(mail)
  await mailer.sendMail(mail)
  t.equal(new Set(sink.mails.map(each => each.headers.get('message-id'))).size, 1)
})

await t.test('STARTTLS with a CA file encrypts, as Proton Mail Bridge wants it', async t => {
  await using sink = await smtpSink({ password: 'p@ss word' })
  const url = `smtp://bridge:${encodeURIComponent('p@ss word')}@127.0.0.1:${sink.port}`
  await smtpMailer({ url, from, ca: loopbackCa }).sendMail(mail)
  t.equal(sink.mails[0]?.encrypted, true)
})

await t.test('smtps encrypts from the first byte', async t => {
  await using sink = await smtpSink({ tls: 'implicit' })
  await smtpMailer({ url: `smtps://127.0.0.1:${sink.port}`, from, ca: loopbackCa }).sendMail(mail)
  t.equal(sink.mails[0]?.encrypted, true)
})

await t.test('a certificate that does not verify gets no mail', async t => {
  await using sink = await smtpSink({ tls: 'implicit' })
  const mailer = smtpMailer({ url: `smtps://127.0.0.1:${sink.port}`, from, ca: null })
  await t.rejects(mailer.sendMail(mail), { code: 'mail_unavailable' })
  t.equal(sink.mails.length, 0)
})

await t.test('a server without STARTTLS gets no mail where encryption is asked for', async t => {
  await using sink = await smtpSink({ tls: 'none' })
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from, ca: loopbackCa })
  await t.rejects(mailer.sendMail(mail), { code: 'mail_unavailable' })
  t.equal(sink.mails.length, 0)
})

await t.test('on loopback without a CA file mail may go in the clear', async t => {
  await using sink = await smtpSink({ tls: 'none' })
  await smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from, ca: null }).sendMail(mail)
  t.equal(sink.mails[0]?.encrypted, false)
})

await t.test('who is not taken is counted where somebody is told', async t => {
  await using sink = await smtpSink()
  sink.refuse['one@example.org'] = { code: 550 }
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from, ca: loopbackCa })
  t.strictSame(await mailer.sendMail(mail), { refused: 1 })
  t.strictSame(sink.mails[0]?.to, ['two@example.org'])
})

await t.test('refused for good and refused for now are told apart', async t => {
  await using sink = await smtpSink({ password: 'right' })
  const mailer = (password: string) =>
    smtpMailer({ url: `smtp://u:${password}@127.0.0.1:${sink.port}`, from, ca: loopbackCa })
  const table = [
    [
      'every recipient for good',
      { 'one@example.org': 550, 'two@example.org': 553 },
      'mail_refused',
    ],
    ['one of them for now', { 'one@example.org': 550, 'two@example.org': 452 }, 'mail_unavailable'],
    ['the mail for good', { data: 554 }, 'mail_refused'],
    ['the mail for now', { data: 451 }, 'mail_unavailable'],
  ] as const
  for (const [title, refuse, code] of table) {
    sink.refuse = Object.fromEntries(Object.entries(refuse).map(([to, code]) => [to, { code }]))
    await t.rejects(mailer('right').sendMail(mail), { code }, title)
  }
  sink.refuse = {}
  await t.rejects(mailer('wrong').sendMail(mail), { code: 'mail_unavailable' }, 'a wrong password')
  t.equal(sink.mails.length, 0)
})

await t.test(
  'a server that is silent, or not there, is unavailable within the time-out',
  async t => {
    await using sink = await smtpSink()
    sink.mute = true
    const began = performance.now()
    const mailer = smtpMailer({
      url: `smtp://127.0.0.1:${sink.port}`,
      from,
      ca: loopbackCa,
      timeoutMs: 300,
    })
    await t.rejects(mailer.sendMail(mail), { code: 'mail_unavailable' })
    t.ok(performance.now() - began < 3000)
    const gone = createServer()
    await new Promise<void>(done => gone.listen(0, '127.0.0.1', done))
    const port = portOf(gone)
    await new Promise(done => gone.close(done))
    const nobody = smtpMailer({ url: `smtp://127.0.0.1:${port}`, from, ca: null, timeoutMs: 1000 })
    await t.rejects(nobody.sendMail(mail), { code: 'mail_unavailable' })
  },
)
