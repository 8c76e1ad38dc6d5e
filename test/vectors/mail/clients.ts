// Mails as well-known programs shape them: which fields, in which order, which structure. Written for the project after
// what these programs are known to send; nobody sent any of them, and no address is anybody's.
import {
  bare,
  type CorpusSubject,
  encoderOf,
  splitWords,
  subjects,
  wordsB,
  wordsQ,
} from './subjects.js'

export interface CorpusMail {
  readonly name: string
  /** Each character one byte. */
  readonly raw: string
  readonly outcome: 'case' | 'addition' | 'no_case'
  readonly programs: readonly string[] | null
}

const crlf = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n`
const base64 = (text: string) =>
  (
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')
const date = 'Sun, 01 Mar 2026 09:15:00 +0700'

export const story = 'Tôi cần được giúp đỡ. Xin đừng gọi điện.'
const storyHtml = `<div>${story}</div>`

/** A part in transfer encoding base64. */
function part(type: string, text: string, more: readonly string[] = []): string {
  return crlf([
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    ...more,
    '',
    base64(text),
  ])
}

function multipart(kind: string, boundary: string, parts: readonly string[]): readonly string[] {
  return [
    `Content-Type: multipart/${kind}; boundary="${boundary}"`,
    '',
    ...parts.flatMap(each => [`--${boundary}`, each]),
    `--${boundary}--`,
  ]
}

const plain = part('text/plain; charset="UTF-8"', story)
const html = part('text/html; charset="UTF-8"', storyHtml)

type Client = (subject: CorpusSubject) => string

const clients: Readonly<Record<string, Client>> = {
  gmail: ({ text }) =>
    crlf([
      'MIME-Version: 1.0',
      `Date: ${date}`,
      'Message-ID: <CAJk3v+x@mail.gmail.example>',
      `Subject: ${wordsB(text)}`,
      'From: Somebody <somebody@gmail.example>',
      'To: help@example.org',
      ...multipart('alternative', '000000000000a1b2c3d4e5f6', [plain, html]),
    ]),
  outlook: ({ text }) =>
    crlf([
      'From: Somebody <somebody@outlook.example>',
      'To: "help@example.org" <help@example.org>',
      `Subject: ${wordsQ(text, 'utf-8')}`,
      'Thread-Topic: x',
      'Thread-Index: AdvF1A==',
      `Date: ${date}`,
      'Message-ID: <PS2PR01MB0001@PS2PR01MB0001.prod.outlook.example>',
      'Accept-Language: vi-VN, en-US',
      'X-MS-Has-Attach: yes',
      ...multipart('related', '_004_PS2PR01_', [
        multipart('alternative', '_000_PS2PR01_', [plain, html]).join('\r\n'),
        part('image/png; name="image001.png"', '\u0089PNG', ['Content-ID: <image001.png@01>']),
      ]),
    ]),
  'outlook-2010': ({ text }) =>
    crlf([
      'From: "Somebody" <somebody@example.org>',
      'To: <help@example.org>',
      `Subject: ${encoded(text, 'windows-1258', wordsB) ?? wordsB(text, 'utf-8')}`,
      `Date: ${date}`,
      'Message-ID: <000001dc0001$1@example.org>',
      'X-Mailer: Microsoft Outlook 14.0',
      ...multipart('mixed', '----=_NextPart_000_0001_01DC', [
        plain,
        part('application/ms-tnef; name="winmail.dat"', '\u0078\u009f>"tnef'),
      ]),
    ]),
  'apple-mail': ({ text }) =>
    crlf([
      'From: Somebody <somebody@icloud.example>',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      'Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.400.131.1.6\\))',
      `Subject: ${wordsQ(text)}`,
      'Message-Id: <0A1B2C3D-0001@icloud.example>',
      `Date: ${date}`,
      'To: help@example.org',
      '',
      'T=C3=B4i c=E1=BA=A7n =C4=91=C6=B0=E1=BB=A3c gi=C3=BAp =C4=91=E1=BB=A1.=20',
    ]),
  iphone: ({ text }) =>
    crlf([
      'Content-Type: multipart/alternative; boundary=Apple-Mail-5A6B7C8D',
      'Content-Transfer-Encoding: 7bit',
      'From: Somebody <somebody@icloud.example>',
      'Mime-Version: 1.0 (1.0)',
      `Date: ${date}`,
      `Subject: ${wordsB(text, 'utf-8')}`,
      'Message-Id: <1E2F3A4B-0001@icloud.example>',
      'To: help@example.org',
      'X-Mailer: iPhone Mail (22B91)',
      '',
      '--Apple-Mail-5A6B7C8D',
      plain,
      '--Apple-Mail-5A6B7C8D',
      part('image/heic; name=IMG_0001.HEIC', 'heic', ['Content-Disposition: attachment']),
      '--Apple-Mail-5A6B7C8D--',
    ]),
  qq: ({ text }) =>
    crlf([
      'X-QQ-mid: webmail001t0000000000t0000000',
      'From: "=?gb18030?B?xOO6ww==?=" <10000@qq.example>',
      'To: "=?gb18030?B?aGVscA==?=" <help@example.org>',
      `Subject: ${encoded(text, 'gb18030', wordsB) ?? wordsB(text, 'utf-8')}`,
      'Mime-Version: 1.0',
      `Date: ${date}`,
      'Message-ID: <tencent_0001@qq.example>',
      'X-QQ-MIME: TCMime 1.0 by Tencent',
      ...multipart('alternative', '----=_NextPart_67A0_0001', [plain, html]),
    ]),
  '163': ({ text }) =>
    crlf([
      `Date: ${date}`,
      'From: somebody  <somebody@163.example>',
      'To: help@example.org',
      `Subject: ${encoded(text, 'gb18030', (words, _charset, bytesOf) => wordsB(words, 'GBK', bytesOf)) ?? wordsB(text, 'UTF-8')}`,
      'X-Mailer: Coremail Webmail Server Version XT5.0.14',
      'MIME-Version: 1.0',
      'Message-ID: <1.0001.195@163.example>',
      ...multipart('alternative', '----=_Part_0001_0001.1', [plain, html]),
    ]),
  foxmail: ({ text }) =>
    crlf([
      `Date: ${date}`,
      'From: somebody@126.example',
      'To: help <help@example.org>',
      `Subject: ${encoded(text, 'gb18030', (words, _charset, bytesOf) => splitWords(words, 'GB2312', bytesOf)) ?? splitWords(text, 'utf-8')}`,
      'X-Priority: 3',
      'X-Mailer: Foxmail 7.2.25.331[cn]',
      'Mime-Version: 1.0',
      'Message-ID: <202603010915000001@126.example>',
      ...multipart('mixed', '----=_001_NextPart000_=----', [
        multipart('alternative', '----=_002_NextPart000_=----', [plain, html]).join('\r\n'),
      ]),
    ]),
  proton: ({ text }) =>
    crlf([
      `Date: ${date}`,
      'To: "help@example.org" <help@example.org>',
      'From: somebody <somebody@proton.example>',
      `Subject: ${wordsQ(text, 'utf-8')}`,
      'Message-ID: <abc=@proton.example>',
      'Feedback-ID: 1:user:proton',
      'X-Pm-Message-ID: 0001',
      'MIME-Version: 1.0',
      ...multipart('mixed', 'b1_0001', [
        multipart('alternative', 'b2_0001', [plain, html]).join('\r\n'),
        part('application/pgp-keys; name="publickey.asc"', '-----BEGIN PGP PUBLIC KEY BLOCK-----', [
          'Content-Disposition: attachment; filename="publickey.asc"',
        ]),
      ]),
    ]),
  'thunderbird-pgp': ({ text }) =>
    crlf([
      'Message-ID: <0001@example.org>',
      `Date: ${date}`,
      'MIME-Version: 1.0',
      'User-Agent: Mozilla Thunderbird',
      'From: Somebody <somebody@example.org>',
      `Subject: ${wordsB(text)}`,
      'Autocrypt: addr=somebody@example.org; keydata=xjMEZ',
      'To: help@example.org',
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"',
      '',
      'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)',
      '--enc',
      'Content-Type: application/pgp-encrypted',
      '',
      'Version: 1',
      '--enc',
      'Content-Type: application/octet-stream; name="encrypted.asc"',
      '',
      '-----BEGIN PGP MESSAGE-----',
      '',
      'wV4D',
      '-----END PGP MESSAGE-----',
      '--enc--',
    ]),
  'pgp-inline': ({ text }) =>
    crlf([
      `Subject: ${bare(text)}`,
      'From: somebody@example.org',
      'Bcc: help@example.org',
      '',
      '-----BEGIN PGP MESSAGE-----',
      'Charset: utf-8',
      '',
      'hQIMA',
      '-----END PGP MESSAGE-----',
    ]),
  k9: ({ text }) =>
    crlf([
      `Date: ${date}`,
      'From: Somebody <somebody@example.org>',
      'To: help@example.org',
      `Subject: ${splitWords(text)}`,
      'User-Agent: K-9 Mail for Android',
      'Message-ID: <K9-0001@example.org>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain;\r\n charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      base64(story),
    ]),
  yahoo: ({ text }) =>
    crlf([
      'X-YMail-OSG: 0001',
      `Date: ${date} (UTC)`,
      'From: Somebody <somebody@yahoo.example>',
      'Reply-To: Somebody <somebody@yahoo.example>',
      'To: "help@example.org" <help@example.org>',
      'Message-ID: <1.1.1@mail.yahoo.example>',
      `Subject: ${wordsB(text, 'UTF-8*vi')}`,
      'MIME-Version: 1.0',
      ...multipart('alternative', '----=_Part_1_1.1', [plain, html]),
    ]),
  viscii: ({ text }) =>
    crlf([
      'From: somebody@example.vn',
      `Subject: ${encoded(text, 'viscii', wordsQ) ?? wordsQ(text)}`,
      'X-Mailer: VietMail',
      '',
      'x',
    ]),
  tcvn: ({ text }) =>
    crlf([
      'From: somebody@example.vn',
      `Subject: ${encoded(text, 'tcvn', (words, _charset, bytesOf) => wordsB(words, 'x-viet-tcvn5712', bytesOf)) ?? wordsB(text)}`,
      '',
      'x',
    ]),
  big5: ({ text }) =>
    crlf([
      'From: somebody@example.tw',
      `Subject: ${encoded(text, 'big5', wordsB) ?? wordsB(text)}`,
      'X-Mailer: Outlook Express 6.00',
      '',
      'x',
    ]),
  'bare-utf8': ({ text }) =>
    crlf(['from: somebody@example.org', `SUBJECT:${bare(text)}`, '', bare(story)]),
  'bare-lf': ({ text }) =>
    `From: a@example.org\nSubject: ${wordsB(text).replaceAll('\r\n', '\n')}\n\nx\n`,
  telephone: ({ text }) => crlf([`Subject: ${wordsB(text)}`, 'Content-Type: text/plain', '', '']),
}

type Encode = (text: string, charset?: string, bytesOf?: (text: string) => Buffer) => string
const encoders = new Map<string, ReturnType<typeof encoderOf>>()

function encoded(text: string, charset: string, encode: Encode): string | null {
  const encoder = encoders.get(charset) ?? encoderOf(charset)
  encoders.set(charset, encoder)
  if (encoder(text) === null) return null
  return encode(text, charset, each => encoder(each) ?? Buffer.alloc(0))
}

export function clientMails(): CorpusMail[] {
  return Object.entries(clients).flatMap(([client, make]) =>
    subjects.map((subject): CorpusMail => {
      // No two mails of the corpus are the same one.
      const raw = make(subject).replaceAll('0001', `0001-${subject.name}`)
      return { name: `${client}-${subject.name}`, raw, outcome: 'case', programs: subject.programs }
    }),
  )
}
