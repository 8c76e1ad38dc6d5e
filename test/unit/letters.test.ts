// The pieces of a letter: who a mail is from, the thread that it stands in, MIME that arrives as it was made, names that
// nobody can guess.
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { isMailAddress } from '../../src/core/mail/mail-address.js'
import { addressesIn } from '../../src/core/mail/address-field.js'
import { attachedEntity, encryptedEntity, textEntity } from '../../src/core/mail/entity.js'
import { readHeader } from '../../src/core/mail/header.js'
import { readBounce } from '../../src/core/mail/bounce.js'
import { letterKeys, letterName, letterNamed } from '../../src/core/mail/letter-name.js'
import { partText, readParts } from '../../src/core/mail/parts.js'
import { threadAfter } from '../../src/core/mail/thread.js'
import { letterSubject, letterWords } from '../../cli/letter/words.js'

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))

await t.test('the addresses of a field are plain ones, or none', t => {
  const cases: Record<string, readonly (string | null)[]> = {
    'a@x.example': ['a@x.example'],
    ' "B, C" <a@x.example> ': ['a@x.example'],
    'B (a, b <c@x.example>) <a@x.example>': ['a@x.example'],
    '=?utf-8?q?H=E1=BB=93ng?= <a@x.example>': ['a@x.example'],
    'one@x.example, Two <two@x.example>': ['one@x.example', 'two@x.example'],
    'B\r\n <a@x.example>': ['a@x.example'],
    '': [],
    a: [null],
    'a@x': [null],
    '"a b"@x.example': [null],
    '<a@x.example> <b@x.example>': [null],
    'group: a@x.example;': [null],
    'a@x.example\r\nBcc: b@x.example': [null],
    'a@x.example\r\n Bcc: b@x.example': [null],
    'a@x.example\0': [null],
    '"open <a@x.example>': [null],
    '(open <a@x.example>': [null],
    'a <a@x.example': [null],
    'ä@x.example': [null],
    'a@[127.0.0.1]': [null],
  }
  for (const [field, wanted] of Object.entries(cases))
    t.strictSame(addressesIn(field), wanted, JSON.stringify(field))
  const many = (count: number) => Array.from({ length: count }, () => 'a@x.example').join(',')
  t.equal(addressesIn(many(20)).length, 20)
  t.strictSame(addressesIn(many(21)), [null])
  const long = (letters: number) => `${'x'.repeat(letters - 13)} <a@x.example>`
  t.strictSame(addressesIn(long(1999)), ['a@x.example'])
  t.strictSame(addressesIn(long(2001)), [null])
  t.ok(isMailAddress('a@x.example'))
  t.end()
})

await t.test('an answer names the mail that it answers, and the thread before', t => {
  const after = (...lines: string[]) =>
    threadAfter(readHeader(bytes(`${lines.join('\r\n')}\r\n\r\n`)))
  t.strictSame(after('Subject: x'), { inReplyTo: null, references: [] })
  t.strictSame(after('Message-ID: <m@x>'), { inReplyTo: '<m@x>', references: ['<m@x>'] })
  t.strictSame(
    after('Message-ID: <m@x>', 'References: <a@x>\r\n <b@x>', 'In-Reply-To: <b@x>').references,
    ['<a@x>', '<b@x>', '<m@x>'],
  )
  t.strictSame(after('Message-ID: <m@x>', 'In-Reply-To: <b@x>').references, ['<b@x>', '<m@x>'])
  t.strictSame(after('Message-ID: <m@x>', 'In-Reply-To: <b@x> <c@x>').references, ['<m@x>'])
  t.strictSame(after('Message-ID: no id', 'References: <a@x>'), { inReplyTo: null, references: [] })
  const long = Array.from({ length: 40 }, (_, at) => `<${at}@x>`)
  const { references } = after('Message-ID: <m@x>', `References: ${long.join('\r\n ')}`)
  t.equal(references.length, 20)
  t.strictSame([references[0], references[1], references.at(-1)], ['<0@x>', '<22@x>', '<m@x>'])
  t.strictSame(after(`Message-ID: <${'m'.repeat(251)}>`).inReplyTo, null)
  t.end()
})

await t.test('an entity is 7 bit in short lines, and reads as it was written', t => {
  const texts = [
    'hello',
    'From here\n.\n..\nx = y \n\ttab\t',
    'Chào bạn '.repeat(30),
    '你好'.repeat(500),
    'a'.repeat(5000),
    'é\r\nè\rê',
  ]
  for (const text of texts) {
    const made = textEntity(text)
    for (const line of made.split('\r\n')) {
      t.match(line, /^[\t -~]*$/)
      t.ok(line.length <= 76)
      t.notMatch(line, /^(From |\.)|[ \t]$/)
    }
    const [part] = readParts(bytes(made)).parts
    const wanted = text.replaceAll(/\r\n?/g, '\n').trimEnd()
    const read = part === undefined ? '' : partText(part)
    t.equal(read.replaceAll('\r\n', '\n').trimEnd(), wanted)
  }
  const encrypted = readParts(bytes(encryptedEntity('ARMOR\nARMOR\n', 'b1')))
  t.match(encrypted, {
    whole: true,
    parts: [{ type: 'application/pgp-encrypted' }, { type: 'application/octet-stream' }],
  })
  const attached = readParts(bytes(attachedEntity('words', 'ARMOR\n', 'b1')))
  t.match(attached, { whole: true, parts: [{ type: 'text/plain' }, { name: 'message.age' }] })
  t.end()
})

await t.test('a letter has one name, which needs the key', async t => {
  const p = await nodePrimitives()
  const [one, other] = await letterKeys(p, ['IDENTITY-1', 'IDENTITY-2'])
  if (one === undefined || other === undefined) throw new Error('no keys')
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const name = await letterName(p, one, id)
  t.match(name, /^0f8fad5bd9cb469fa16570867728950e[0-9a-f]{32}$/)
  t.equal(await letterName(p, one, id.toUpperCase()), name)
  t.not(await letterName(p, other, id), name)
  t.equal(await letterNamed(p, [one, other], name), id)
  t.equal(await letterNamed(p, [other, one], name), id, 'under an older identity')
  t.equal(await letterNamed(p, [other], name), null)
  t.equal(await letterNamed(p, [one], `${name.slice(0, -1)}g`), null)
})

await t.test(
  'subjects are neutral, in the language of the answer, with the token of the case',
  t => {
    const id = '3k7mab12zzzzzzzzzzzzzzzzzz'
    t.equal(letterSubject('vi', id), 'Trả lời: thư của bạn [case 3K7M-AB12]')
    t.equal(letterSubject('fr-CA', id), 'Re : votre message [case 3K7M-AB12]')
    t.equal(letterWords('zh-Hant').subject, '回覆：您的來信')
    t.equal(letterWords('zh').subject, '回复：您的来信')
    t.equal(letterWords('km').subject, 'Re: your message', 'where there is no catalogue')
    t.end()
  },
)

const name = 'ab'.repeat(32)
const bounce = (text: string) => readBounce(bytes(text), readHeader(bytes(text)))

await t.test('bounces of many servers name what they return, and whether it failed', t => {
  const returned = `Message-ID: <${name}@x.example>`
  const parts = (type: string, ...bodies: string[]) =>
    [
      `Content-Type: multipart/report; ${type}; boundary=b`,
      '',
      ...bodies.map(body => `--b\r\n${body}`),
      '--b--',
      '',
    ].join('\r\n')
  const status = (action: string) => `Content-Type: message/delivery-status\r\n\r\n${action}`
  const original = `Content-Type: message/rfc822\r\n\r\n${returned}\r\n\r\nwords`
  const report = 'report-type=delivery-status'
  const shapes: Record<string, [string, boolean | null]> = {
    'RFC 3464': [parts(report, status('Action: failed'), original), true],
    'in other letters': [parts(report, status('ACTION:Failed (no such user)'), original), true],
    'as an envelope id': [
      parts(report, status(`Original-Envelope-Id: ${name}@x\r\nAction: failed`)),
      true,
    ],
    delayed: [parts(report, status('Action: delayed'), original), false],
    delivered: [parts(report, status('Action: delivered'), original), false],
    'one of several': [
      parts(report, status('Action: relayed\r\n\r\nAction: failed'), original),
      true,
    ],
    'without a status': [parts(report, original), null],
    'without a status, of a daemon': [
      `Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\n${parts(report, original)}`,
      true,
    ],
    'a complaint of abuse': [parts('report-type=feedback-report', original), null],
    'a postmaster, who is a person': [
      `Return-Path: <postmaster@x.example>\r\nFrom: postmaster@x.example\r\nSubject: Re: your message\r\n\r\nplease help\r\n> ${returned}\r\n`,
      null,
    ],
    'a postmaster, of whom no return path is known': [
      `From: postmaster@x.example\r\n\r\nplease help\r\n> ${returned}\r\n`,
      null,
    ],
    'a base64 part': [
      parts(
        report,
        status('Action: failed'),
        `Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(returned).toString('base64')}`,
      ),
      true,
    ],
    'read by its recipient': [parts('report-type=disposition-notification', original), null],
    qmail: [
      `Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program.\r\n--- Below this line is a copy of the message.\r\n\r\n${returned}\r\n`,
      true,
    ],
    Exim: [
      `X-Failed-Recipients: a@x.example\r\nFrom: Mail Delivery System <Mailer-Daemon@x.example>\r\nSubject: Mail delivery failed\r\n\r\n${returned}\r\n`,
      true,
    ],
    'Exim, delayed': [
      `Return-Path: <>\r\nFrom: Mail Delivery System <Mailer-Daemon@x.example>\r\nSubject: Warning: message 1 delayed 24 hours\r\n\r\n${returned}\r\n`,
      false,
    ],
    Exchange: [
      `Return-Path: <>\r\nFrom: postmaster@x.example\r\nSubject: Undeliverable: Re: your message\r\n\r\nOriginal message headers:\r\n ${returned}\r\n`,
      true,
    ],
    'a person who forwards it': [`From: a@x.example\r\n\r\n${returned}\r\n`, null],
    'a person of that name elsewhere': [
      `From: "postmaster" <a@x.example>\r\n\r\n${returned}`,
      null,
    ],
    'the name in its own header': [
      `Return-Path: <>\r\nFrom: postmaster@x.example\r\nIn-Reply-To: <${name}@x.example>\r\n\r\nwords\r\n`,
      null,
    ],
    'nothing of ours': [
      'Return-Path: <>\r\nFrom: postmaster@x.example\r\n\r\nwords <abc@x.example>\r\n',
      null,
    ],
  }
  for (const [shape, [text, failed]] of Object.entries(shapes))
    t.strictSame(
      bounce(text),
      failed === null
        ? null
        : { names: [name], failed, isReport: text.includes('message/delivery-status') },
      shape,
    )
  const many = Array.from({ length: 11 }, (_, at) => `<${String(at).padStart(64, '0')}@x>`)
  t.equal(
    bounce(`Return-Path: <>\r\nFrom: postmaster@x.example\r\n\r\n${many.join('\n')}`)?.names.length,
    10,
  )
  t.end()
})
