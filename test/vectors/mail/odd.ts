// Mails that are broken, hostile, automatic, or belong to a case that is there already.
import type { CorpusMail } from './clients.js'
import { wordsB } from './subjects.js'

/** The case that threaded mails of the corpus name by its token. */
export const threadedCase = '7threads0000000000000000aa'

const emergency = `Subject: ${wordsB('Hỗ trợ khẩn cấp')}`
const pil = 'Subject: PIL'
type Programs = readonly string[] | null

function mail(
  name: string,
  lines: readonly string[] | string,
  programs: Programs = null,
  outcome: CorpusMail['outcome'] = 'case',
): CorpusMail {
  const raw = typeof lines === 'string' ? lines : `${lines.join('\r\n')}\r\n`
  // The name makes each mail another one; where there is no header to put it into, the words differ.
  return { name, raw: raw.replaceAll('%name', name), outcome, programs }
}

const id = 'Message-ID: <%name@example.org>'
const words = ['', 'x %name']

function nested(depth: number): string[] {
  const lines: string[] = []
  for (let level = 0; level < depth; level++)
    lines.push(`Content-Type: multipart/mixed; boundary=b${level}`, '', `--b${level}`)
  return [...lines, 'Content-Type: text/plain', '', 'x']
}

const brokenMime: readonly CorpusMail[] = [
  mail(
    'no-end-of-multipart',
    [id, pil, 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x'],
    ['pil'],
  ),
  mail('no-boundary', [id, pil, 'Content-Type: multipart/mixed', ...words], ['pil']),
  mail(
    'empty-boundary',
    [id, pil, 'Content-Type: multipart/mixed; boundary=""', ...words],
    ['pil'],
  ),
  mail(
    'boundary-of-dashes',
    [id, pil, 'Content-Type: multipart/mixed; boundary="--"', '', '----', '', '------'],
    ['pil'],
  ),
  mail(
    'boundary-in-itself',
    [
      id,
      pil,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'x',
      '--b--',
    ],
    ['pil'],
  ),
  mail(
    'boundary-that-begins-another',
    [
      id,
      pil,
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/mixed; boundary=ab',
      '',
      '--ab',
      '',
      'x',
      '--ab--',
      '--a--',
    ],
    ['pil'],
  ),
  mail('parts-fifty-deep', [id, pil, ...nested(50)], ['pil']),
  mail(
    'six-hundred-parts',
    [
      id,
      pil,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...Array.from({ length: 600 }, () => '--b\r\n\r\nx'),
      '--b--',
    ],
    ['pil'],
  ),
  mail(
    'base64-that-is-none',
    [id, pil, 'Content-Transfer-Encoding: base64', '', '!!!! this is no base64 %name ===='],
    ['pil'],
  ),
  mail(
    'base64-cut',
    [id, pil, 'Content-Transfer-Encoding: base64', '', 'VMO0aSBj4bqnbiDE'],
    ['pil'],
  ),
  mail(
    'quoted-printable-broken',
    [id, pil, 'Content-Transfer-Encoding: quoted-printable', '', '=ZZ=4=\r\n=%name='],
    ['pil'],
  ),
  mail(
    'uuencode',
    [id, pil, 'Content-Transfer-Encoding: x-uuencode', '', 'begin 644 a', '#0V%T', '`', 'end'],
    ['pil'],
  ),
  mail(
    'charset-unknown',
    [id, pil, 'Content-Type: text/plain; charset=x-nobody-knows', ...words],
    ['pil'],
  ),
  mail(
    'charset-of-a-thousand-letters',
    [id, pil, `Content-Type: text/plain; charset=${'x'.repeat(1000)}`, ...words],
    ['pil'],
  ),
  mail('type-that-is-none', [id, pil, 'Content-Type: ;;;=;"', ...words], ['pil']),
  mail(
    'two-types',
    [id, pil, 'Content-Type: text/plain', 'Content-Type: multipart/mixed; boundary=b', ...words],
    ['pil'],
  ),
  mail(
    'parameters-by-the-hundred',
    [id, pil, `Content-Type: text/plain${'; a=b'.repeat(500)}`, ...words],
    ['pil'],
  ),
  mail(
    'name-in-pieces',
    [id, pil, "Content-Type: application/pdf; name*0*=utf-8''%E1%BB; name*1*=97.pdf", ...words],
    ['pil'],
  ),
  mail(
    'name-that-climbs',
    [id, pil, 'Content-Disposition: attachment; filename="../../../etc/passwd"', ...words],
    ['pil'],
  ),
]

const brokenHeaders: readonly CorpusMail[] = [
  mail('empty', ''),
  mail('one-line-end', '\r\n'),
  mail('one-byte', 'x'),
  mail('body-only', '\r\nHỗ trợ khẩn cấp'.normalize('NFD').replaceAll(/[^\x20-\x7e\r\n]/g, '')),
  mail('no-header', 'no header at all %name'),
  mail('mbox-line', ['From somebody Sun Mar  1 09:15:00 2026', id, pil, ...words], ['pil']),
  mail('bare-cr', `${id}\r${pil}\r\rx`, ['pil']),
  mail('bare-lf-mixed', `${id}\n${pil}\r\n\nx`, ['pil']),
  mail('nul-in-body', [id, pil, '', 'a\0b\0\0'], ['pil']),
  mail('nul-in-a-field', [id, 'X-Odd: a\0b', pil, ...words], ['pil']),
  mail('high-bytes', [id, pil, '', '\u00ff\u00fe\u0080\u0081'], ['pil']),
  mail('no-subject', [id, 'From: a@example.org', ...words]),
  mail('empty-subject', [id, 'Subject:', ...words]),
  mail('subject-of-spaces', [id, 'Subject:    \t ', ...words]),
  mail('only-a-prefix', [id, 'Subject: Re: Fwd: RE:', ...words]),
  mail('two-subjects', [id, pil, emergency, ...words], ['pil']),
  mail('subject-after-a-thousand-fields', [
    id,
    ...Array.from({ length: 999 }, (_, at) => `X-${at}: x`),
    pil,
    ...words,
  ]),
  mail(
    'fold-of-a-thousand-lines',
    [id, 'X-Long: a', ...Array.from({ length: 1000 }, () => ' b'), pil, ...words],
    ['pil'],
  ),
  mail(
    'subject-folded-in-words',
    [
      id,
      'Subject: =?UTF-8?B?SOG7lyB0?=',
      '\t=?UTF-8?B?cuG7oyBraOG6qW4g?=',
      ' =?UTF-8?B?Y+G6pXA=?=',
      ...words,
    ],
    ['emergency'],
  ),
  mail('field-without-colon', [id, 'this is no field', pil, ...words], ['pil']),
  mail('space-before-colon', [id, 'Subject : PIL', ...words], ['pil']),
  mail('header-without-end', `${id}\r\n${pil}`, ['pil']),
  mail('byte-order-mark', `\u00ef\u00bb\u00bf${id}\r\n${pil}\r\n\r\nx`, ['pil']),
  mail('long-line', [id, `X-Long: ${'a'.repeat(20_000)}`, pil, ...words], ['pil']),
  mail(
    'bidi-and-zero-width',
    [id, `Subject: ${wordsB('\u202eP\u200bI\u200bL\u202c')}`, ...words],
    ['pil'],
  ),
  mail('full-width', [id, `Subject: ${wordsB('ＰＩＬ')}`, ...words], ['pil']),
  mail('escape-in-subject', [id, `Subject: ${wordsB('PIL \u001b[31m\u0007')}`, ...words], ['pil']),
  mail('word-that-never-closes', [id, 'Subject: =?UTF-8?B?SOG7lyB0cuG7oyBr', ...words]),
  mail('words-that-never-close', [id, `Subject: ${'=?UTF-8?Q?'.repeat(300)}`, ...words]),
  mail('words-inside-words', [
    id,
    `Subject: =?UTF-8?B?${Buffer.from('=?UTF-8?Q?PIL?=').toString('base64')}?=`,
    ...words,
  ]),
  mail('words-of-nothing', [id, `Subject: ${'=?UTF-8?Q??= '.repeat(500)}PIL`, ...words], ['pil']),
  mail('prefixes-by-the-hundred', [id, `Subject: ${'Re: '.repeat(300)}PIL`, ...words], ['pil']),
  mail('gateway-tags', [id, 'Subject: [EXTERNAL] ***SPAM*** {Spam?} PIL', ...words], ['pil']),
  mail('dotted', [id, 'Subject: P.I.L.', ...words], ['pil']),
  mail('telex', [id, 'Subject: Hoox trowj khaanr caaps', ...words], ['emergency']),
  mail('gdp', [id, 'Subject: Il PIL italiano cresce', ...words]),
  mail('image-library', [id, 'Subject: PIL.Image import error', ...words]),
  mail('encrypted-subject', [
    id,
    'Subject: ...',
    'Content-Type: multipart/encrypted; boundary=b',
    '',
    '--b',
    '',
    'x',
    '--b--',
  ]),
]

const calendar = (method: string) => [
  `Content-Type: text/calendar; method=${method}`,
  '',
  'BEGIN:VCALENDAR',
  'END:VCALENDAR',
]

const others: readonly CorpusMail[] = [
  mail('calendar-request', [id, 'Subject: Invitation: tea', ...calendar('REQUEST')]),
  mail('calendar-reply', [id, 'Subject: Accepted: tea', ...calendar('REPLY')]),
  mail('calendar-tagged', [id, emergency, ...calendar('REQUEST')], ['emergency']),
  mail(
    'tnef-only',
    [
      id,
      emergency,
      'Content-Type: application/ms-tnef',
      'Content-Transfer-Encoding: base64',
      '',
      'eJ8+IgAA',
    ],
    ['emergency'],
  ),
  mail(
    'html-only',
    [id, emergency, 'Content-Type: text/html', '', '<style>'.repeat(50), '<b>x'],
    ['emergency'],
  ),
  mail('forwarded-whole', [
    id,
    'Subject: Fwd: x',
    'Content-Type: message/rfc822',
    '',
    pil,
    '',
    'x',
  ]),
  mail(
    'partial',
    [id, pil, 'Content-Type: message/partial; number=1; total=2; id=a', ...words],
    ['pil'],
  ),
  mail(
    'external-body',
    [
      id,
      pil,
      'Content-Type: message/external-body; access-type=URL; URL="http://example.org/"',
      ...words,
    ],
    ['pil'],
  ),
  mail('newsletter', [
    id,
    'Subject: Weekly news',
    'List-Id: <news.example.org>',
    'Precedence: bulk',
    ...words,
  ]),
  mail('phishing', [id, 'Subject: Urgent action required: your mailbox', ...words]),
  mail(
    'armor-cut',
    [id, emergency, '', '-----BEGIN SEALED REQUEST-----', 'c2VhbGVkLXJlcXVlc3QvMQ=='],
    ['emergency'],
  ),
  mail('armor-of-nothing', [
    id,
    'Subject: x',
    '',
    '-----BEGIN SEALED REQUEST-----',
    '-----END SEALED REQUEST-----',
  ]),
  mail(
    'age-armor',
    [
      id,
      emergency,
      '',
      '-----BEGIN AGE ENCRYPTED FILE-----',
      'YWdl',
      '-----END AGE ENCRYPTED FILE-----',
    ],
    ['emergency'],
  ),
]

const dsn = [
  'Content-Type: multipart/report; report-type=delivery-status; boundary=r',
  '',
  '--r',
  '',
  'Not delivered.',
  '--r',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mail.example.org',
  '',
  'Final-Recipient: rfc822; nobody@example.org',
  'Action: failed',
  'Status: 5.1.1',
  '--r--',
]

const machines: readonly CorpusMail[] = [
  mail(
    'dsn',
    [id, 'Return-Path: <>', 'Subject: Undelivered Mail Returned to Sender', ...dsn],
    null,
    'no_case',
  ),
  mail('dsn-exchange', [id, 'Subject: Undeliverable: hello', ...dsn], null, 'no_case'),
  mail(
    'dsn-null-sender',
    [id, 'Return-Path: <>', 'Subject: failure notice', ...words],
    null,
    'no_case',
  ),
  mail('dsn-tagged', [id, 'Return-Path: <>', emergency, ...dsn], ['emergency']),
  mail(
    'read-receipt',
    [
      id,
      'Subject: Read: hello',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=r',
      ...words,
    ],
    null,
    'no_case',
  ),
  mail(
    'out-of-office',
    [id, 'Subject: Out of office', 'Auto-Submitted: auto-replied', ...words],
    null,
    'no_case',
  ),
  mail(
    'out-of-office-comment',
    [id, 'Subject: Out of office', 'Auto-Submitted: auto-replied (vacation)', ...words],
    null,
    'no_case',
  ),
  mail(
    'auto-generated',
    [id, 'Subject: Backup report', 'Auto-Submitted: auto-generated', ...words],
    null,
    'no_case',
  ),
  mail(
    'auto-notified',
    [id, 'Subject: A page was changed', 'Auto-Submitted: auto-notified', ...words],
    null,
    'no_case',
  ),
  mail('auto-submitted-no', [id, 'Subject: hello', 'Auto-Submitted: no', ...words]),
  mail('auto-tagged', [id, pil, 'Auto-Submitted: auto-replied', ...words], ['pil']),
  mail('auto-maybe', [id, 'Subject: SOS', 'Auto-Submitted: auto-replied', ...words]),
  mail('autoreply-163', [id, 'Subject: holiday', 'X-Autoreply: yes', ...words], null, 'no_case'),
  mail(
    'autorespond',
    [id, 'Subject: holiday', 'X-Autorespond: holiday', ...words],
    null,
    'no_case',
  ),
]

const threaded = ['7THR-EADS', '7thr-eads'].flatMap(token =>
  ['Re: [case %] PIL', '[case %]', '回复：[case %]', 'Fwd: something [case %] else'].map(
    (subject, at) =>
      mail(
        `thread-${token.slice(-1)}-${at}`,
        [id, `Subject: ${wordsB(subject.replace('%', token))}`, ...words],
        null,
        'addition',
      ),
  ),
)

const strangers: readonly CorpusMail[] = [
  mail('thread-of-nobody', [id, 'Subject: [case ZZZZ-ZZZZ]', ...words]),
  mail('thread-of-nobody-tagged', [id, 'Subject: [case ZZZZ-ZZZZ] PIL', ...words]),
  mail('thread-cut', [id, 'Subject: [case 7THR-EA', ...words]),
]

export function oddMails(): CorpusMail[] {
  return [brokenMime, brokenHeaders, others, machines, threaded, strangers].flat()
}
