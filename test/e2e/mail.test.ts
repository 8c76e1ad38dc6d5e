// A request by mail and its answer, there and back: a real Dovecot, the very process of `npm start`, the real command-line
// tool, a real SMTP server, the sender's own mailbox, and the sender's answer to that (steps 4m and 10m).
import { join } from 'node:path'
import t from 'tap'
import * as z from 'zod'
import { CaseList } from '../../schemas/case.js'
import { addressesIn } from '../../src/core/mail/address-field.js'
import { partText, readParts } from '../../src/core/mail/parts.js'
import { decodeSubject } from '../../src/core/subject-tags/decode.js'
import { dovecot } from '../helper/dovecot.js'
import { inCheckout } from '../helper/checkout.js'
import { freePort } from '../helper/free-port.js'
import { khancap } from '../helper/handler.js'
import { dataFolder, removeFolder, startService } from '../helper/service.js'
import { smtpSink } from '../helper/smtp-sink.js'
import { untilSeen } from '../helper/until-seen.js'

t.setTimeout(600_000)

const sender = 'hong@sender.example'
const organisation = 'help@organisation.example'
const story = 'Sáng nay họ bắt đồng nghiệp của tôi. Ẳ Ằ Ẵ Ặ ỡ ữ ỵ ỷ đ Đ.'
const answer = 'Chúng tôi đã đọc thư của bạn.\nLuật sư gọi lại lúc 9 giờ.'
const more = 'Cảm ơn. Họ vừa chuyển bạn ấy đi nơi khác.'

const coded = (words: string) => `=?UTF-8?B?${Buffer.from(words).toString('base64')}?=`
const mail = (subject: string, header: readonly string[], words: string) =>
  [
    `From: ${coded('Hồng')} <${sender}>`,
    `To: ${organisation}`,
    `Subject: ${coded(subject)}`,
    ...header,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(words).toString('base64'),
    '',
  ].join('\r\n')

await t.test(
  'a request by mail is answered by mail, and the answer to that is of the same case',
  async t => {
    const mailboxes = await dovecot(t)
    const post = await smtpSink()
    t.teardown(() => post[Symbol.asyncDispose]())
    const home = await dataFolder()
    t.teardown(() => removeFolder(home))
    const service = await startService({
      KHANCAP_HOME: home,
      KHANCAP_PORT: String(await freePort()),
      KHANCAP_METRICS_PORT: String(await freePort()),
      KHANCAP_IMAP_URL: mailboxes.url('requests', `INBOX?address=${organisation}`),
      KHANCAP_SMTP_URL: `smtp://127.0.0.1:${post.port}`,
      KHANCAP_SMTP_CA_FILE: inCheckout('test/fixtures', 'loopback.cert.pem'),
      KHANCAP_MAIL_FROM: organisation,
    })
    t.teardown(() => service.stop())
    const station = join(home, 'demo', 'handlers', 'vi-1')
    const cases = async () => {
      const { code, stderr, stdout } = await khancap(station, ['inbox', '--all', '--json'])
      // Busy, or not reached: who waits looks again.
      if (code === 3) return []
      if (stdout === '') throw new Error(stderr)
      return CaseList.parse(JSON.parse(stdout)).cases.filter(one => one.channel === 'mail')
    }

    /** What people wrote: neither acknowledgements nor notices. */
    const letters = () => post.mails.filter(({ headers }) => !headers.has('auto-submitted'))

    await mailboxes.append('requests', [
      mail('Hỗ trợ khẩn cấp', [`Message-ID: <first@sender.example>`], story),
    ])
    const { id } = await untilSeen(
      async () => (await cases()).find(one => one.state === 'routed') ?? null,
      'the case',
      120,
    )
    t.equal((await khancap(station, ['claim', id])).code, 0)
    const opened = await khancap(station, ['open', id])
    t.match(opened.stdout, story, 'the words as they were written')

    const reply = await khancap(station, ['reply', id, '--plain', '--yes'], answer)
    t.equal(reply.code, 0, reply.stderr)
    const letter = await untilSeen(
      async () => letters().find(({ to }) => to.includes(sender)) ?? null,
      'the letter',
      120,
    )
    t.strictSame(letter.to, [sender])
    await untilSeen(
      async () => (await cases()).find(one => one.id === id && one.letter === 'sent') ?? null,
      'the record of it',
      120,
    )

    // The sender's own mail server, and their mail program.
    await mailboxes.append('hong', [letter.raw])
    const program = await mailboxes.connect('hong')
    await program.mailboxOpen('INBOX')
    const got = await program.fetchOne('1', { source: true })
    await program.logout()
    const { source } = z.object({ source: z.instanceof(Uint8Array) }).parse(got)
    const { header, parts } = readParts(source)
    const [words] = parts
    t.equal(words === undefined ? '' : partText(words).replaceAll('\r\n', '\n').trim(), answer)
    t.equal(header.first('in-reply-to')?.trim(), '<first@sender.example>')
    t.equal(header.first('references')?.trim(), '<first@sender.example>')
    t.strictSame(addressesIn(header.first('from') ?? ''), [organisation])
    const name = header.first('message-id')?.trim() ?? ''
    const token = `${id.slice(0, 4)}-${id.slice(4, 8)}`.toUpperCase()
    t.match(decodeSubject(header.first('subject') ?? '').text, `[case ${token}]`)

    await mailboxes.append('requests', [
      mail(
        `Trả lời: thư của bạn [case ${token}]`,
        [
          'Message-ID: <second@sender.example>',
          `In-Reply-To: ${name}`,
          `References: <first@sender.example> ${name}`,
        ],
        more,
      ),
    ])
    const taken = await untilSeen(
      async () => (await cases()).find(one => one.unread_additions > 0) ?? null,
      'what came to it',
      120,
    )
    t.equal(taken.id, id, 'the same case')
    t.ok(taken.due_at, 'and somebody has to read it')
    const again = await khancap(station, ['open', id])
    t.match(again.stdout, more)

    const second = await khancap(station, ['reply', id, '--plain', '--yes'], 'Chúng tôi đã nhận.')
    t.equal(second.code, 0, second.stderr)
    const next = await untilSeen(
      async () =>
        letters().find(each => each.headers.get('in-reply-to') === '<second@sender.example>') ??
        null,
      'the second letter',
      120,
    )
    t.equal(
      next.headers.get('references'),
      `<first@sender.example> ${name} <second@sender.example>`,
      'one thread, from the first mail on',
    )
    const all = await untilSeen(
      async () => {
        const seen = await cases()
        return seen.length === 0 ? null : seen
      },
      'the inbox',
      120,
    )
    t.equal(all.length, 1)
  },
)
