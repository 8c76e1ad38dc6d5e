// RFC 3834: whom a machine may answer, and every reason for silence, each alone in a mail that would be answered otherwise.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { answerTo, baseAddress, type Silence } from '../../src/core/mail/answer-to.js'
import { readHeader } from '../../src/core/mail/header.js'

const own = new Set(['help@example.org'])
const person = {
  'Return-Path': '<someone@example.net>',
  From: 'Someone <someone@example.net>',
  To: 'help@example.org',
  'Message-ID': '<1@example.net>',
  Subject: 'PIL',
}
type Fields = Readonly<Record<string, string | null>>
const headerOf = (fields: Fields) =>
  readHeader(
    Buffer.from(
      `${Object.entries(fields)
        .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]))
        .join('')}\r\n`,
      'latin1',
    ),
  )
const answered = (fields: Fields) => answerTo(headerOf({ ...person, ...fields }), own)

await t.test('a person is answered where failures of their mail go, in its thread', async t => {
  t.strictSame(answered({}), {
    to: 'someone@example.net',
    inReplyTo: '<1@example.net>',
    references: ['<1@example.net>'],
  })
  const fine: readonly Fields[] = [
    { 'Auto-Submitted': 'no' },
    { 'Auto-Submitted': 'No (a person)' },
    { Precedence: 'first-class' },
    { 'X-Auto-Response-Suppress': 'DR, NDR, RN, NRN' },
    { 'Reply-To': 'elsewhere@example.net' },
    { From: 'someone@example.net (Someone)' },
    { From: '=?UTF-8?B?Tmd1eeG7hW4=?= <Someone@Example.NET>' },
    { From: '"One, Two <x@y.example>" <someone@example.net>' },
    { 'Return-Path': 'someone@example.net' },
    { 'Authentication-Results': 'mx.example.org; dmarc=pass; spf=softfail' },
    { 'X-Spam-Flag': 'NO' },
    { 'Feedback-ID': '1:user:provider' },
  ]
  for (const fields of fine)
    t.match(answered(fields), { to: 'someone@example.net' }, JSON.stringify(fields))
})

await t.test('every reason for silence is one', async t => {
  const table: Readonly<Record<Silence, readonly Fields[]>> = {
    automatic: [
      { 'Auto-Submitted': 'auto-replied' },
      { 'Auto-Submitted': 'auto-generated; owner-email="a@example.net"' },
      { 'Auto-Submitted': 'AUTO-NOTIFIED' },
      { 'Auto-Submitted': '' },
      { 'Auto-Submitted': 'nobody-knows' },
      { 'X-Auto-Response-Suppress': 'All' },
      { 'X-Auto-Response-Suppress': 'DR, OOF, AutoReply' },
      { 'X-Autoreply': 'yes' },
      { 'X-Autoreply-From': 'x', 'X-Autorespond': 'x' },
      { 'X-Autoresponder': '' },
      { Autoreply: 'yes' },
      { 'X-Auto-Reply': 'x' },
      { Vacation: 'x' },
      { 'X-Loop': 'someone@example.net' },
      { 'X-Failed-Recipients': 'a@example.net' },
      { 'Content-Type': 'multipart/report; report-type=delivery-status' },
      { 'Content-Type': 'message/delivery-status' },
      { 'Content-Type': 'Text/Calendar; method=REQUEST' },
    ],
    bulk: [
      { 'List-Id': '<news.example.net>' },
      { 'List-Unsubscribe': '<https://example.net/>' },
      { 'List-Post': 'NO' },
      { 'Mailing-List': 'x' },
      { Precedence: 'bulk' },
      { Precedence: ' List' },
      { Precedence: 'junk' },
      { Precedence: 'auto_reply' },
    ],
    doubtful: [
      { 'X-Spam-Flag': 'YES' },
      { 'Authentication-Results': 'mx.example.org; spf=pass;\r\n\tdmarc=fail (p=none)' },
    ],
    no_return_path: [
      { 'Return-Path': null },
      { 'Return-Path': '<>' },
      { 'Return-Path': '< >' },
      { 'Return-Path': '' },
      { 'Return-Path': '<someone@example.net>, <other@example.net>' },
      { 'Return-Path': '<@relay.example:someone@example.net>' },
      { 'Return-Path': '<"some one"@example.net>' },
      { 'Return-Path': '<someone>' },
    ],
    other_author: [
      { From: 'Other <other@example.net>' },
      { From: null },
      { From: 'someone@example.net, other@example.net' },
      { From: 'Group: someone@example.net;' },
      { From: '<someone@example.net> <someone@example.net>' },
      { From: '' },
      { 'Return-Path': '<bounce-7@example.net>' },
    ],
    machine: [
      'noreply',
      'No-Reply',
      'no.reply',
      'do-not-reply',
      'donotreply',
      'do_not_respond',
      'noreply+7f',
      'billing-noreply',
      'MAILER-DAEMON',
      'postmaster',
      'bounce',
      'bounces+abc',
      'news-bounces',
      'owner-news',
      'news-owner',
      'news-request',
      'listserv',
      'majordomo',
      'root',
      'nobody',
      'notifications',
      'autoresponder',
    ].map(local => ({
      'Return-Path': `<${local}@example.net>`,
      From: `${local}@example.net`,
    })),
    ourselves: ['help@example.org', 'Help+tag@Example.org'].map(address => ({
      'Return-Path': `<${address}>`,
      From: address,
    })),
    unreadable: [{ 'X-Long': 'a'.repeat(262_144) }],
  }
  for (const [silence, mails] of Object.entries(table))
    for (const fields of mails)
      t.equal(answered(fields), silence, JSON.stringify(fields).slice(0, 100))
  // Names that only look like those of machines.
  for (const local of ['noreen', 'rooter', 'bouncer', 'listener', 'reply', 'tran.nobody.van'])
    t.type(
      answered({ 'Return-Path': `<${local}@example.net>`, From: `${local}@example.net` }),
      'object',
      local,
    )
})

await t.test('a second field of the same name is no way around', async t => {
  const raw = (more: string) => {
    const fields = Object.entries(person).map(([name, value]) => `${name}: ${value}\r\n`)
    return readHeader(Buffer.from(`${fields.join('')}${more}\r\n\r\n`, 'latin1'))
  }
  t.equal(answerTo(raw('From: other@example.net'), own), 'other_author')
  t.equal(answerTo(raw('Auto-Submitted: no\r\nAuto-Submitted: auto-replied'), own), 'automatic')
  t.equal(answerTo(raw('Precedence: first-class\r\nPrecedence: bulk'), own), 'bulk')
  t.match(answerTo(raw('Return-Path: <other@example.net>'), own), { to: 'someone@example.net' })
})

await t.test('the thread is kept to its first mail and the newest ones', async t => {
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `<r${at}@example.net>`)
  const referencesOf = (fields: Fields) => {
    const answer = answered(fields)
    return typeof answer === 'string' ? answer : answer.references
  }
  t.strictSame(referencesOf({ References: ids(19).join('\r\n ') }), [...ids(19), '<1@example.net>'])
  t.strictSame(referencesOf({ References: ids(20).join(' ') }), [
    '<r0@example.net>',
    ...ids(20).slice(2),
    '<1@example.net>',
  ])
  t.strictSame(referencesOf({ 'In-Reply-To': '<0@example.net>' }), [
    '<0@example.net>',
    '<1@example.net>',
  ])
  t.strictSame(referencesOf({ 'In-Reply-To': '<a@b.example> <c@d.example>' }), ['<1@example.net>'])
  t.strictSame(referencesOf({ 'Message-ID': 'none\r\n of it' }), [])
  t.strictSame(referencesOf({ References: '<a b@c> <\x07@d> <e@f.example>' }), [
    '<e@f.example>',
    '<1@example.net>',
  ])
})

await t.test(
  'addresses are compared without letter case and what stands behind a plus',
  async t => {
    t.equal(baseAddress('Some.One+tag+more@Example.NET'), 'some.one@example.net')
    t.equal(baseAddress('a@b.example'), 'a@b.example')
  },
)

await t.test('of the corpus, requests of people are answered, and no machine is', async t => {
  const folder = 'test/vectors/mail'
  const index: readonly { readonly name: string; readonly programs: readonly string[] | null }[] =
    JSON.parse(await readFile(`${folder}/index.json`, 'utf8'))
  const told = new Set<string>()
  for (const { name, programs } of index) {
    if (programs === null) continue
    const raw = await readFile(`${folder}/raw/${name}.eml`, 'latin1')
    const from = /^From: .*?([^\s<>]+@[^\s<>]+)/m.exec(raw)?.[1] ?? 'someone@example.net'
    const delivered = /^return-path:/im.test(raw) ? raw : `Return-Path: <${from}>\r\n${raw}`
    if (typeof answerTo(readHeader(Buffer.from(delivered, 'latin1')), own) !== 'string')
      told.add(name)
  }
  for (const client of ['gmail', 'outlook', 'apple-mail', 'iphone', 'qq', '163', 'proton', 'yahoo'])
    for (const kind of ['vi-emergency', 'pil', 'zh-hans', 'fr', 'en'])
      t.ok(told.has(`${client}-${kind}`), `${client}-${kind}`)
  for (const name of ['dsn-tagged', 'auto-tagged', 'calendar-tagged']) {
    t.ok(
      index.some(each => each.name === name && each.programs !== null),
      name,
    )
    t.notOk(told.has(name), name)
  }
})

await t.test('reading is linear in what a stranger sends', async t => {
  const began = process.cpuUsage()
  for (const value of ['"', '\\"', '(', '<', ',', 'a@', '=?', '<a@b> '])
    for (const name of ['From', 'Return-Path', 'References', 'Authentication-Results'])
      answered({ [name]: value.repeat(200_000 / value.length) })
  const { system, user } = process.cpuUsage(began)
  t.ok((system + user) / 1_000_000 < 5, 'seconds of the processor')
})
