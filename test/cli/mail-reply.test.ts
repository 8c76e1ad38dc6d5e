// Step 10m: a request that came by mail is answered by mail. The handler sees what the provider will, says yes, and the
// server holds nothing of it in clear; what does not arrive comes back.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import { sendLetter } from '../../src/app/send-letter.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { partText, readParts } from '../../src/core/mail/parts.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { act, caseInTeam, replyBody, sealedLetter } from '../helper/api.js'
import { scriptedAsker } from '../helper/cli.js'
import { mailOffice, serviceAddress } from '../helper/mail-office.js'
import type { SunkMail } from '../helper/smtp-sink.js'
import { clientId } from '../helper/store.js'

t.setTimeout(300_000)

const desk = await mailOffice(t)
const { api, sink } = desk
const { rows, store } = api.db
const words = 'Chúng tôi đã đọc thư của bạn.\nLuật sư gọi lại lúc 9 giờ.'

let count = 0
const mail = (...header: string[]) =>
  [
    'From: =?utf-8?q?H=E1=BB=93ng?= <somebody@sender.example>',
    'To: help@example.org',
    'Subject: =?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=',
    `Message-ID: <m${++count}@sender.example>`,
    ...header,
    '',
    `Xin chào ${count}`,
    '',
  ].join('\r\n')

const send = (id: string, ...args: string[]) =>
  desk.run('vietnam-1', ['reply', id, ...args], { stdin: words })
const row = (id: string) => store.findCase(id, 'vietnam-1')
const lastMail = (): SunkMail => {
  const last = sink.mails.at(-1)
  if (last === undefined) throw new Error('no mail')
  return last
}
const wordsIn = ({ raw }: SunkMail) => {
  const [part] = readParts(Buffer.from(raw)).parts
  return part === undefined ? '' : partText(part)
}

await t.test('step 10m: nothing leaves in the clear unless somebody says so', async t => {
  const id = await desk.caseFrom(mail('References: <a@x> <b@x>', 'In-Reply-To: <b@x>'))
  const refused = await send(id)
  t.equal(refused.code, 1)
  t.match(refused.err, 'IN THE CLEAR')
  t.match(refused.err, 'somebody@sender.example')
  t.match(refused.err, /subject +Trả lời: thư của bạn \[case /)
  t.match(refused.err, '| Luật sư gọi lại lúc 9 giờ.', 'the whole text is shown')
  t.match(refused.err, '--plain --yes')
  t.equal((await send(id, '--plain')).code, 1, 'one of the two is not enough')
  t.equal((await send(id, '--yes')).code, 1)
  const asker = scriptedAsker('no')
  const no = await desk.run('vietnam-1', ['reply', id], { stdin: words, asker })
  t.equal(no.code, 1)
  t.match(no.err, 'nothing was sent')
  t.match(asker.asked, ['Send it in the clear?'])
  await desk.post()
  t.equal(sink.mails.length, 0)
  t.match(await row(id), { state: 'claimed' })

  const { code, out } = await send(id, '--plain', '--yes', '--json')
  t.equal(code, 0)
  t.match(JSON.parse(out), {
    case: { id, state: 'answered', letter: 'waiting', due_at: null },
    letter: { to: 'somebody@sender.example', sealed_with: null },
  })
  const [held] = await rows(
    "select encode(sealed, 'escape') as text from letters where case_id = $1",
    [id],
  )
  t.match(held?.['text'], /^age-encryption\.org/)
  t.notMatch(held?.['text'], 'sender.example')
  await desk.post()
  t.equal(sink.mails.length, 1)
  const sent = lastMail()
  t.match(sent, { from: serviceAddress, to: ['somebody@sender.example'], encrypted: true })
  const { headers } = sent
  t.match(headers.get('message-id'), /^<[0-9a-f]{64}@example\.org>$/)
  t.equal(headers.get('in-reply-to'), `<m${count}@sender.example>`)
  t.equal(headers.get('references'), `<a@x> <b@x> <m${count}@sender.example>`)
  t.equal(headers.get('from'), serviceAddress, 'no name of an organisation')
  t.equal(headers.has('auto-submitted'), false, 'a person wrote it')
  t.equal(wordsIn(sent).replaceAll('\r\n', '\n'), `${words}\n`)
  t.match(await row(id), { state: 'answered', letter: 'sent', dueAt: null })
  t.match(await rows('select sealed from letters where case_id = $1', [id]), [{ sealed: null }])

  // The answer to it comes back to the case.
  const subject = headers.get('subject') ?? ''
  t.equal(
    await desk.arrive(mail().replace(/^Subject: .*$/m, `Subject: Re: ${subject}`)),
    'addition',
  )
  t.match(await row(id), { unreadAdditions: 1 })
  t.ok(((await row(id))?.dueAt ?? 0) > Date.now(), 'the clock of additions runs')
  await desk.run('vietnam-1', ['open', id])
  const again = await send(id, '--plain', '--yes')
  t.equal(again.code, 0, again.err)
  await desk.post()
  t.equal(lastMail().headers.get('in-reply-to'), `<m${count}@sender.example>`, 'the newest mail')
  t.match(await row(id), { unreadAdditions: 0, dueAt: null })
})

await t.test('step 10m: at a terminal yes is asked for, and the answer is no', async t => {
  const id = await desk.caseFrom(mail())
  const asker = scriptedAsker('yes')
  const { code, err } = await desk.run('vietnam-1', ['reply', id], { stdin: words, asker })
  t.equal(code, 0, err)
  await desk.post()
  t.equal(wordsIn(lastMail()).replaceAll('\r\n', '\n'), `${words}\n`)
})

await t.test(
  'step 10m: what the mail server refuses comes back, and its deadline runs',
  async t => {
    const id = await desk.caseFrom(mail())
    const before = await row(id)
    await send(id, '--plain', '--yes')
    sink.refuse['somebody@sender.example'] = { code: 550 }
    await desk.post()
    sink.refuse = {}
    t.match(await row(id), { state: 'routed', letter: 'undelivered', dueAt: before?.dueAt ?? 0 })
    t.match((await desk.run('vietnam-1', ['inbox'])).out, 'answer may be lost')
    const opened = await desk.run('vietnam-1', ['open', id])
    t.match(opened.out, /undelivered \(refused\)/)
    t.notMatch(
      opened.err + opened.out,
      'warning:',
      'an answer that was taken back is no sign of lies',
    )
    t.match(
      await rows(`select kind from notices where case_id = $1 and kind = 'undelivered'`, [id]),
      [{ kind: 'undelivered' }],
    )
    await desk.run('vietnam-1', ['claim', id])
    t.equal((await send(id, '--plain', '--yes')).code, 0, 'the same words may be sent again')
    await desk.post()
    t.match(await row(id), { state: 'answered', letter: 'sent' })
  },
)

await t.test('step 10m: a mail server that is away is waited for, for an hour', async t => {
  const id = await desk.caseFrom(mail())
  await send(id, '--plain', '--yes')
  const mails = sink.mails.length
  sink.refuse['data'] = { code: 451 }
  await desk.post()
  t.match(await row(id), { state: 'answered', letter: 'waiting' })
  t.match(await rows('select failures from letters where case_id = $1', [id]), [{ failures: 1 }])
  t.match((await desk.run('vietnam-1', ['inbox', '--all'])).out, 'answer not sent yet')
  sink.refuse = {}
  const wake = async () => {
    await rows(`update letters set wake_at = now() where outcome is null`)
    await store.wakeLetters()
    await desk.post()
  }
  await wake()
  t.equal(sink.mails.length, mails + 1)
  t.match(await row(id), { letter: 'sent' })

  const passed = (id: string, span: string) =>
    rows(
      `update letters set created_at = created_at - $2::interval, tried_at = tried_at - $2::interval
        where case_id = $1`,
      [id, span],
    )
  const late = await desk.caseFrom(mail())
  await send(late, '--plain', '--yes')
  // Nobody worked for a day: what was never tried is not late.
  await passed(late, '1 day')
  sink.refuse['data'] = { code: 451 }
  await desk.post()
  t.match(await row(late), { letter: 'waiting' })
  await passed(late, '59 min')
  await wake()
  t.match(await row(late), { letter: 'waiting' })
  await passed(late, '2 min')
  await wake()
  sink.refuse = {}
  t.match(await row(late), { state: 'routed', letter: 'undelivered' })
  t.match((await desk.run('vietnam-1', ['open', late])).out, 'undelivered (late')

  const none = await desk.caseFrom(mail())
  await send(none, '--plain', '--yes')
  await desk.post({ letters: null })
  t.match(await row(none), { letter: 'undelivered' })
})

await t.test(
  'step 10m: a crash after the mail server took it sends the same mail again',
  async t => {
    const id = await desk.caseFrom(mail())
    await send(id, '--plain', '--yes')
    const died = {
      ...desk.deps.store,
      settleLetter: () => Promise.reject(new KhancapError('store_unavailable')),
    }
    await t.rejects(desk.post({ store: died }), { code: 'store_unavailable' })
    const first = lastMail()
    t.match(await row(id), { letter: 'waiting' })
    await desk.post()
    t.equal(lastMail(), first, 'somebody has it')
    await rows(`update letters set wake_at = wake_at - interval '121 s' where case_id = $1`, [id])
    await store.wakeLetters()
    await desk.post()
    t.not(lastMail(), first)
    t.equal(lastMail().headers.get('message-id'), first.headers.get('message-id'))
    t.match(await row(id), { letter: 'sent' })
  },
)

await t.test(
  'step 10m: where a mail server did not say whether it has it, it may have arrived',
  async t => {
    const id = await desk.caseFrom(mail())
    await send(id, '--plain', '--yes')
    sink.lost = true
    const mails = sink.mails.length
    await desk.post()
    sink.lost = false
    t.equal(sink.mails.length, mails + 1)
    const [kept] = await rows(
      `select extract(epoch from wake_at - now())::int as pause from letters where case_id = $1`,
      [id],
    )
    t.ok(Number(kept?.['pause']) > 600, 'the server may take ten minutes to say yes')
    await rows(
      `update letters set wake_at = now(), tried_at = now() - interval '61 min' where case_id = $1`,
      [id],
    )
    await store.wakeLetters()
    sink.refuse['data'] = { code: 451 }
    await desk.post()
    sink.refuse = {}
    t.match(await row(id), { state: 'routed', letter: 'undelivered' })
    t.match((await desk.run('vietnam-1', ['open', id])).out, 'undelivered (may have arrived')
    t.match(
      await rows(`select kind from notices where case_id = $1 and kind <> 'new_case'`, [id]),
      [{ kind: 'unconfirmed' }],
    )
  },
)

await t.test('step 10m: another address is used only where the handler says so', async t => {
  const id = await desk.caseFrom(mail('Reply-To: other@elsewhere.example'))
  const refused = await send(id, '--plain', '--yes')
  t.equal(refused.code, 1)
  t.match(refused.err, 'asks that answers go elsewhere: other@elsewhere.example')
  t.match(refused.err, '--to somebody@sender.example')
  const stranger = await send(id, '--plain', '--yes', '--to', 'third@elsewhere.example')
  t.equal(stranger.code, 1)
  t.match(stranger.err, 'asks for no answer to third@elsewhere.example')
  const asker = scriptedAsker('somebody@sender.example', 'no')
  await desk.run('vietnam-1', ['reply', id], { stdin: words, asker })
  t.match(asker.asked, ['Where does the answer go?', 'Send it in the clear?'])
  t.equal((await send(id, '--plain', '--yes', '--to', 'other@elsewhere.example')).code, 0)
  await desk.post()
  t.strictSame(lastMail().to, ['other@elsewhere.example'])
  const many = await desk.caseFrom(mail('Reply-To: one@x.example, two@x.example'))
  const { code, err } = await send(many, '--plain', '--yes')
  t.equal(code, 0)
  t.match(err, 'several addresses')
  await desk.post()
  t.strictSame(lastMail().to, ['somebody@sender.example'])
})

await t.test('step 10m: a mail without one plain sender is not answered from here', async t => {
  const mails = sink.mails.length
  const from = 'x@x.example\r\n\tBcc: y@x.example'
  const id = await desk.caseFrom(mail().replace(/^From: .*$/m, `From: ${from}`))
  const { code, err } = await send(id, '--plain', '--yes')
  t.equal(code, 1)
  t.match(err, 'names no single sender with a plain address')
  t.match(err, 'khancap contacted')
  await desk.post()
  t.equal(sink.mails.length, mails)
})

await t.test('a letter is brought for what came by mail, and for nothing else', async t => {
  const web = await caseInTeam(api, 'vietnam')
  await act(api, 'vietnam-1', 'POST', `/v1/cases/${web.caseId}/claim`, {})
  const body = await replyBody(api, 'vietnam-1', web)
  const path = `/v1/cases/${web.caseId}/replies`
  const brought = { case: web.caseId, reply: body.id }
  const letter = encodeBase64url(await sealedLetter(api, 'vietnam-1', brought))
  const refused = await act(api, 'vietnam-1', 'POST', path, { ...body, letter })
  t.equal(refused.statusCode, 400)
  t.match(refused.json().errors, [{ pointer: '/letter', code: 'not_by_mail' }])
  const other = await act(api, 'vietnam-1', 'POST', path, { ...body, letter: body.sealed })
  t.match(other.json().errors, [{ pointer: '/letter', code: 'wrong_kind' }])
  const id = await desk.caseFrom(mail())
  const envelope = (await store.caseEnvelope(id)) ?? new Uint8Array()
  const missing = await replyBody(api, 'vietnam-1', { ...web, caseId: id, envelope })
  const bare = await act(api, 'vietnam-1', 'POST', `/v1/cases/${id}/replies`, missing)
  t.match(bare.json().errors, [{ pointer: '/letter', code: 'missing' }])
  const run = await desk.run('vietnam-1', ['reply', web.caseId, '--plain'], { stdin: words })
  t.equal(run.code, 2)
  t.match(run.err, 'are for requests that came by mail')
})

await t.test('whoever can write to the store has no mail of their own sent', async t => {
  const mails = sink.mails.length
  const id = await desk.caseFrom(mail())
  await send(id, '--plain', '--yes')
  const [kept] = await rows('select id, reply_id from letters where case_id = $1', [id])
  const own = { case: id, reply: String(kept?.['reply_id']), to: 'victim@x.example' }
  const forged = {
    'of a key that is not there': await sealedLetter(api, 'vietnam-1', own, randomBytes(32)),
    'in the name of somebody else': await sealedLetter(api, 'vietnam-1', { ...own, by: 'china-1' }),
    'of another case': await sealedLetter(api, 'vietnam-1', { ...own, case: '1'.repeat(26) }),
    'of another reply': await sealedLetter(api, 'vietnam-1', { ...own, reply: clientId() }),
    'that nobody sealed': randomBytes(5000),
    'to no address': await sealedLetter(api, 'vietnam-1', {
      ...own,
      to: 'a@x.example>\r\nRCPT TO:<b@x.example',
    }),
  }
  for (const [what, sealed] of Object.entries(forged)) {
    await rows(
      `update letters set sealed = $2, outcome = null, wake_at = null where case_id = $1`,
      [id, sealed],
    )
    await sendLetter(desk.deps, String(kept?.['id']))
    t.match(await row(id), { letter: 'undelivered' }, what)
    await rows(`update cases set letter = null where id = $1`, [id])
  }
  t.equal(sink.mails.length, mails, 'nothing was sent')
})

/** What a mail server says of a mail that it could not deliver (RFC 3464), as Postfix writes it. */
const report = (returned: string, action = 'failed') =>
  [
    'Return-Path: <>',
    'From: MAILER-DAEMON@sender.example (Mail Delivery System)',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    `Message-ID: <b${++count}@sender.example>`,
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
    '',
    '--b1',
    '',
    'This is the mail system.',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; sender.example',
    '',
    'Final-Recipient: rfc822; somebody@sender.example',
    `Action: ${action}`,
    'Status: 5.1.1',
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${returned}`,
    'Subject: Re: your message',
    '',
    '--b1--',
    '',
  ].join('\r\n')

await t.test('a bounce returns to its case, and its deadline runs again', async t => {
  const id = await desk.caseFrom(mail())
  const before = await row(id)
  await send(id, '--plain', '--yes')
  await desk.post()
  const name = lastMail().headers.get('message-id') ?? ''
  t.equal(await desk.arrive(report(name, 'delayed')), 'no_case', 'a delay is no failure')
  const guessed = name.replace(/[0-9a-f]{32}@/, `${'0'.repeat(32)}@`)
  t.equal(await desk.arrive(report(guessed)), 'no_case', 'whoever does not know its name')
  t.equal(await desk.arrive(report('<other@x.example>')), 'no_case')
  const answer = mail(`In-Reply-To: ${name}`, 'Return-Path: <>', 'Auto-Submitted: auto-replied')
  const away = `${answer.replace(/^Subject: .*$/m, 'Subject: away')}> Message-ID: ${name}\r\n`
  t.equal(await desk.arrive(away), 'no_case', 'an automatic answer that quotes it')
  t.match(await row(id), { state: 'answered', letter: 'sent', dueAt: null })
  t.equal(await desk.arrive(report(name)), 'bounce')
  t.match(await row(id), { state: 'routed', letter: 'undelivered', dueAt: before?.dueAt ?? 0 })
  t.equal(await desk.arrive(report(name)), 'bounce', 'and once more')
  const { events } = await store.caseParts(id)
  t.match(
    events.filter(({ kind }) => kind === 'undelivered'),
    [{ detail: /bounced$/ }],
  )
  t.match((await desk.run('vietnam-1', ['inbox'])).out, 'answer may be lost')
  t.match(
    await rows(`select kind from notices where case_id = $1 and kind = 'undelivered'`, [id]),
    [{ kind: 'undelivered' }],
  )
  t.match(await rows(`select case_id from taken_mails order by uid desc limit 1`), [
    { case_id: id },
  ])
})

await t.test('what a person may have written is read by one, bounce or not', async t => {
  const id = await desk.caseFrom(mail())
  await send(id, '--plain', '--yes')
  await desk.post()
  const name = lastMail().headers.get('message-id') ?? ''
  const plain = (returnPath: string) =>
    mail(`Return-Path: ${returnPath}`)
      .replace(/^From: .*$/m, 'From: postmaster@sender.example')
      .replace(/^Subject: .*$/m, 'Subject: Re: your message')
      .replace('Xin chào', `Please help me\r\n> Message-ID: ${name}\r\n`)
  t.equal(await desk.arrive(plain('<postmaster@sender.example>')), 'case', 'a person')
  t.match(await row(id), { letter: 'sent', unreadAdditions: 0 })
  t.equal(await desk.arrive(plain('<>')), 'addition', 'perhaps a machine')
  t.match(await row(id), { state: 'routed', letter: 'undelivered', unreadAdditions: 1 })
  t.equal(await desk.arrive(plain('<>')), 'addition')
  t.match(await row(id), { unreadAdditions: 2 })
  await sealedMails(id, 3)
  await rows(`update cases set state = 'routed' where state = 'received'`)
})

async function sealedMails(id: string, count: number): Promise<void> {
  const [held] = await rows('select count(*)::int as count from mails where case_id = $1', [id])
  t.match(held, { count }, 'each is sealed in the case')
}

await t.test('a bounce that comes before the letter counts as sent stops it', async t => {
  const id = await desk.caseFrom(mail())
  await send(id, '--plain', '--yes')
  const died = {
    ...desk.deps.store,
    settleLetter: () => Promise.reject(new KhancapError('store_unavailable')),
  }
  await t.rejects(desk.post({ store: died }))
  const name = lastMail().headers.get('message-id') ?? ''
  const mails = sink.mails.length
  t.equal(await desk.arrive(report(name)), 'bounce')
  await rows(`update letters set wake_at = wake_at - interval '121 s' where case_id = $1`, [id])
  await store.wakeLetters()
  await desk.post()
  t.equal(sink.mails.length, mails)
  t.match(await row(id), { letter: 'undelivered' })
})

/** The store takes no letter while `during` runs: the answer is kept, and not confirmed. */
async function unconfirmed(during: () => Promise<unknown>): Promise<void> {
  await rows(`create or replace function lose_letter() returns trigger language plpgsql as
    $$ begin raise exception 'lost'; end $$`)
  await rows(
    'create trigger lose_letter before insert on letters for each row execute function lose_letter()',
  )
  await during()
  await rows('drop trigger lose_letter on letters')
}

await t.test('step 10m: an answer that is sent once more is the one that was made', async t => {
  const id = await desk.caseFrom(mail('Reply-To: other@elsewhere.example'))
  const to = ['--to', 'other@elsewhere.example']
  await unconfirmed(async () => {
    const lost = await send(id, '--plain', '--yes', ...to)
    t.not(lost.code, 0, lost.err)
    t.match(lost.err, '--again sends it once more')
  })
  const folder = join(await desk.folderOf('vietnam-1'), 'drafts')
  const kept = await readFile(join(folder, `${id}.json`), 'utf8')
  t.notMatch(kept, /elsewhere|example\.example|Luật/, 'whom it goes to is sealed')
  const refusals = {
    'another address': ['--plain', '--yes', '--to', 'somebody@sender.example'],
    'no address': ['--plain', '--yes'],
    'not said to leave in the clear': ['--yes', ...to],
    'a key': ['--yes', '--key', 'ABCD', ...to],
    'another language': ['--plain', '--yes', '--language', 'fr', ...to],
    'once more, to another address': ['--again', '--to', 'somebody@sender.example'],
    'once more, to a key': ['--again', '--key', 'ABCD'],
  }
  const mails = sink.mails.length
  for (const [what, args] of Object.entries(refusals)) {
    const { code, err } = await send(id, ...args)
    t.equal(code, 1, what)
    t.match(err, 'differs from what you ask for now', what)
    t.match(err, '--discard forgets it', what)
  }
  await desk.post()
  t.equal(sink.mails.length, mails)
  const { code, err, out } = await send(id, '--plain', '--yes', '--json', ...to)
  t.equal(code, 0, err)
  t.match(err, 'once more, the answer to other@elsewhere.example: it leaves in the clear')
  t.match(JSON.parse(out).letter, { to: 'other@elsewhere.example', sealed_with: null })
  await desk.post()
  t.strictSame(lastMail().to, ['other@elsewhere.example'])
})

await t.test('step 10m: a kept letter is sealed anew to the router of a new directory', async t => {
  const id = await desk.caseFrom(mail())
  await unconfirmed(async () => send(id, '--plain', '--yes'))
  const router = newAgeIdentity(desk.organisation.primitives)
  const recipient = recipientOf(desk.organisation.primitives, router)
  await desk.publish(({ router: [old] }) => ({
    router: old === undefined ? [] : [{ ...old, recipient }],
  }))
  const { code, err } = await send(id, '--again')
  t.equal(code, 0, err)
  const [stored] = await rows('select sealed from letters where case_id = $1', [id])
  const sealed = stored?.['sealed']
  if (!(sealed instanceof Uint8Array)) throw new Error('no letter')
  const opener = slipOpener(desk.organisation.primitives, router)
  t.match(await opener.openLetter(sealed, desk.url), { to: 'somebody@sender.example', case: id })
  await desk.post({
    openLetter: opener.openLetter.bind(opener),
    nameLetter: opener.nameLetter.bind(opener),
  })
  t.match(await row(id), { letter: 'sent' })
  t.equal(wordsIn(lastMail()).replaceAll('\r\n', '\n'), `${words}\n`)
})
