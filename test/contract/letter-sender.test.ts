// The port for letters against a real SMTP server: one visible recipient, a null sender where asked, and nothing in a header
// that does not fit there.
import t from 'tap'
import { smtpLetterSender } from '../../src/adapters/nodemailer/smtp-letter-sender.js'
import type { Letter } from '../../src/ports/letter-sender.js'
import { loopbackCa, type SmtpSink, smtpSink } from '../helper/smtp-sink.js'

const letter: Letter = {
  messageId: 'letter-1',
  to: 'someone@example.net',
  from: { name: 'Nguyễn, "A"', address: 'office@example.org' },
  failuresTo: 'nobody',
  subject: 'Đã nhận được thư 已收到',
  inReplyTo: '<theirs-2@example.net>',
  references: ['<theirs-1@example.net>', '<theirs-2@example.net>'],
  automatic: 'auto-replied',
  body: { text: 'Dòng đầu.\n\n.A line that begins with a dot.\n', files: [] },
}
const sender = (sink: SmtpSink) =>
  smtpLetterSender({ url: `smtp://127.0.0.1:${sink.port}`, ca: loopbackCa })

await t.test('a letter goes to one person, who sees it come from the chosen address', async t => {
  await using sink = await smtpSink()
  await sender(sink).sendLetter(letter)
  const [got] = sink.mails
  t.equal(sink.mails.length, 1)
  t.equal(got?.encrypted, true)
  t.equal(got?.from, '', 'failures go to nobody')
  t.strictSame(got?.to, ['someone@example.net'])
  t.equal(got?.headers.get('to'), 'someone@example.net')
  t.match(got?.headers.get('from'), /<office@example\.org>$/)
  t.equal(got?.headers.get('message-id'), '<letter-1@example.org>')
  t.equal(got?.headers.get('in-reply-to'), '<theirs-2@example.net>')
  t.equal(got?.headers.get('references'), '<theirs-1@example.net> <theirs-2@example.net>')
  t.equal(got?.headers.get('auto-submitted'), 'auto-replied')
  t.equal(got?.headers.get('x-auto-response-suppress'), 'All')
  t.notOk(got?.headers.has('x-mailer'))
  t.match(got?.raw, /^[\t\r\n -~]*$/, 'whatever the letters, the mail is 7 bit')
  t.notMatch(got?.raw, new RegExp((await import('node:os')).hostname()), 'no name of this machine')
})

await t.test('what a person wrote has a sender, no mark of a machine, and its files', async t => {
  await using sink = await smtpSink()
  const bytes = Uint8Array.from({ length: 300 }, (_, at) => at % 256)
  await sender(sink).sendLetter({
    ...letter,
    from: { name: null, address: 'office@example.org' },
    failuresTo: 'sender',
    automatic: null,
    inReplyTo: null,
    references: [],
    body: { text: 'words', files: [{ name: 'form.html', type: 'text/html', bytes }] },
  })
  const [got] = sink.mails
  t.equal(got?.from, 'office@example.org')
  t.equal(got?.headers.get('from'), 'office@example.org')
  for (const name of ['auto-submitted', 'in-reply-to', 'references'])
    t.notOk(got?.headers.has(name), name)
  t.match(got?.text, /Content-Type: text\/html; name=form\.html/)
  t.match(got?.text, /Content-Disposition: attachment; filename=form\.html/)
  t.match(got?.text.replaceAll('\r\n', ''), Buffer.from(bytes).toString('base64'))
})

await t.test('a MIME entity goes as it is, under the same header', async t => {
  await using sink = await smtpSink()
  const entity =
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="b"\r\n\r\n' +
    '--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--b\r\n' +
    'Content-Type: application/octet-stream\r\n\r\n.dots\r\n--b--\r\n'
  await sender(sink).sendLetter({ ...letter, body: { entity: Buffer.from(entity) } })
  const [got] = sink.mails
  t.ok(got?.raw.endsWith(entity), 'byte for byte')
  t.equal(got?.headers.get('mime-version'), '1.0')
  t.equal(got?.headers.get('message-id'), '<letter-1@example.org>')
  t.equal(got?.headers.get('auto-submitted'), 'auto-replied')
  t.equal(got?.raw.match(/^content-type: multipart/gim)?.length, 1)
  t.equal(got?.raw.slice(0, got.raw.indexOf('\r\n\r\n')).match(/^content-/gim)?.length, 1)
})

await t.test('nothing that does not fit in a header leaves', async t => {
  await using sink = await smtpSink()
  const entity = (text: string): Letter['body'] => ({ entity: Buffer.from(text, 'latin1') })
  const file = (name: string, type: string): Letter['body'] => ({
    text: '',
    files: [{ name, type, bytes: new Uint8Array() }],
  })
  const office = 'office@example.org'
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `<${at}@example.net>`)
  const refused: Record<string, Partial<Letter>> = {
    'a line end in the subject': { subject: 'a\r\nBcc: other@example.net' },
    'a NUL in the subject': { subject: 'a\0b' },
    'half a letter in the subject': { subject: 'a\ud800b' },
    'a subject one letter too long': { subject: 'a'.repeat(201) },
    'a line end in the name': { from: { name: 'a\nBcc: b', address: office } },
    'a line end in the recipient': { to: 'someone@example.net\r\nBcc: other@example.net' },
    'two recipients': { to: 'someone@example.net, other@example.net' },
    'a recipient in brackets': { to: '<someone@example.net>' },
    'a quoted recipient': { to: '"a b"@example.net' },
    'a recipient on a host without a dot': { to: 'someone@localhost' },
    'a recipient at an address literal': { to: 'someone@[127.0.0.1]' },
    'a recipient one letter too long': {
      to: `${'a'.repeat(64)}@${`${'b'.repeat(45)}.`.repeat(4)}comabc`,
    },
    'a local part one letter too long': { to: `${'a'.repeat(65)}@example.net` },
    'a From that is no address': { from: { name: null, address: 'office' } },
    'a Message-ID of ours with a space': { messageId: 'a b' },
    'In-Reply-To with a line end': { inReplyTo: '<a@example.net>\r\nBcc: b@example.net' },
    'In-Reply-To without brackets': { inReplyTo: 'a@example.net' },
    'a reference with a space': { references: ['<a b@example.net>'] },
    'one reference too many': { references: ids(21) },
    'a file name with a line end': { body: file('a\r\nb', 'text/html') },
    'a type with parameters': { body: file('a', 'text/html; x="\r\n"') },
    'an entity with a field of its own': {
      body: entity('Content-Type: text/plain\r\nBcc: other@example.net\r\n\r\n'),
    },
    'an entity without a header': { body: entity('words\r\n') },
    'an entity with 8 bits': { body: entity('Content-Type: text/plain\r\n\r\n\xe9\r\n') },
    'an entity with a bare line feed': { body: entity('Content-Type: text/plain\r\n\r\na\nb\r\n') },
    'an entity with a line too long': {
      body: entity(`Content-Type: text/plain\r\n\r\n${'a'.repeat(999)}\r\n`),
    },
  }
  for (const [title, change] of Object.entries(refused))
    await t.rejects(
      sender(sink).sendLetter({ ...letter, ...change }),
      { code: 'mail_refused' },
      title,
    )
  t.equal(sink.mails.length, 0)
  const atTheCap: Partial<Letter>[] = [
    { subject: 'ỗ'.repeat(200) },
    { to: `${'a'.repeat(64)}@${`${'b'.repeat(45)}.`.repeat(4)}coma` },
    { references: ids(20) },
    { body: entity(`Content-Type: text/plain\r\n\r\n${'a'.repeat(998)}\r\n`) },
    { subject: '=?utf-8?Q?a=0D=0ABcc:_other=40example.net?=' },
  ]
  for (const change of atTheCap) await sender(sink).sendLetter({ ...letter, ...change })
  t.equal(sink.mails.length, atTheCap.length)
  for (const { headers, to } of sink.mails) {
    t.equal(to.length, 1)
    t.notOk(headers.has('bcc'))
  }
})

await t.test('where all was handed over and no answer came, it may have arrived', async t => {
  await using sink = await smtpSink()
  sink.lost = true
  const bodies = [letter.body, { entity: Buffer.from('Content-Type: text/plain\r\n\r\nwords\r\n') }]
  for (const body of bodies)
    await t.rejects(sender(sink).sendLetter({ ...letter, body }), { code: 'mail_unconfirmed' })
  t.equal(sink.mails.length, 2, 'and it has')
  sink.lost = false
  sink.mute = true
  const hasty = smtpLetterSender({
    url: `smtp://127.0.0.1:${sink.port}`,
    ca: loopbackCa,
    timeoutMs: 300,
  })
  await t.rejects(hasty.sendLetter(letter), { code: 'mail_unavailable' }, 'before, it has not')
})

await t.test('refused for good and refused for now are told apart', async t => {
  await using sink = await smtpSink()
  const table = [
    [{ 'someone@example.net': 550 }, 'mail_refused'],
    // Greylisting, or a full mailbox: this recipient, and no other one.
    [{ 'someone@example.net': 450 }, 'mail_deferred'],
    [{ 'someone@example.net': 452 }, 'mail_deferred'],
    // The server goes away, whoever the recipient is.
    [{ 'someone@example.net': 421 }, 'mail_unavailable'],
    // Our own address, or none: that is to be mended, and no fault of the recipient.
    [{ from: 550 }, 'mail_unavailable'],
    [{ data: 554 }, 'mail_refused'],
    [{ data: 451 }, 'mail_unavailable'],
  ] as const
  for (const [refuse, code] of table) {
    sink.refuse = Object.fromEntries(Object.entries(refuse).map(([to, code]) => [to, { code }]))
    await t.rejects(sender(sink).sendLetter(letter), { code })
  }
  sink.refuse = {}
  const untrusted = smtpLetterSender({ url: `smtps://127.0.0.1:${sink.port}`, ca: null })
  await t.rejects(untrusted.sendLetter(letter), { code: 'mail_unavailable' })
  t.equal(sink.mails.length, 0)
})
