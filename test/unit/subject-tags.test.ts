// Step 4m: what the subject of a mail says. Lines are those of test/vectors/subjects and the classes of mistakes that
// a first set of rules makes; no line is ever discarded, none takes long.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { emergency } from '../../schemas/programs/emergency.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { decodeSubject, maxRawSubject } from '../../src/core/subject-tags/decode.js'
import { subjectClassifier } from '../../src/core/subject-tags/classify.js'
import { maxComparedSubject } from '../../src/core/subject-tags/fold.js'

const at = Date.parse('2026-03-02T10:00:00Z')
const classifier = subjectClassifier(shippedPrograms, at)
const outcome = (text: string, of = classifier) => {
  const { outcome, programs } = of.text(text)
  return outcome === 'tagged' ? [outcome, ...programs].join(' ') : outcome
}

interface Line {
  readonly id: string
  readonly raw: string
  readonly decoded: string
  readonly program: 'emergency' | 'pil' | 'both' | 'thread' | 'review' | 'none'
  readonly language_hint: string
  readonly note: string
}

const stated = {
  emergency: 'tagged emergency',
  pil: 'tagged pil',
  both: 'tagged emergency pil',
  thread: 'thread',
  review: 'maybe',
  none: 'untagged',
}

const vectors: readonly Line[] = JSON.parse(
  await readFile('test/vectors/subjects/subjects.json', 'utf8'),
)

for (const { id, raw, decoded, program, language_hint, note } of vectors)
  await t.test(`${id}, ${note}: is sorted as stated`, async t => {
    const found = classifier.raw(raw)
    t.equal(found.decoded, decoded)
    const tagged =
      found.outcome === 'tagged' ? ['tagged', ...found.programs].join(' ') : found.outcome
    t.equal(tagged, stated[program])
    t.equal(found.language, language_hint)
  })

const lines: Readonly<Record<string, readonly string[]>> = {
  'tagged emergency': [
    'Urgent medical help',
    'hỗ trợ y tế khẩn cấp',
    '紧急医疗援助',
    '緊急支援',
    '緊急醫療援助',
    '緊急協助請求',
    'Hotrokhancap',
    'HoTroKhanCap',
    'ho_tro_khan_cap',
    'ho-tro-khan-cap',
    'Hỗ.trợ.khẩn.cấp',
    'hoox trowj khaanr caaps',
    'hoo4 trow5 kha6n3 ca6p1',
    "Ho^~ tro+. kha^?n ca^'p",
    "HO^~ TRO+. KHA^?N CA^'P",
    'HOOX TROWJ KHAANR CAAPS',
    'hooxtrowjkhaanrcaaps',
    '***SPAM*** Hỗ trợ khẩn cấp',
    '回复: 緊急支援',
    'Trả lời: hỗ trợ khẩn cấp',
    'ｅｍｅｒｇｅｎｃｙ\u3000ｓｕｐｐｏｒｔ',
    'E\u200bmer\u00adgency sup\u2060port',
    '\u202eEmergency support\u202c',
    'Demande d’aide juridique d’urgence',
    'aide durgence',
    'assistance médicale urgente',
    'Xin hỗ trợ khẩn cấp cho gia đình',
    'Ðề nghị hỗ trợ khẩn cấp',
    'URGENT ACTION request - Vietnam',
    'Hỗ trợ khẩn cấp webinar',
    'khan cap ho tro',
    'Hổ trợ khẫn cấp!!!',
    'Request for emergency support form',
    '紧急法律援助',
    '紧 急 支 援',
    'khẩn cấp hỗ trợ',
  ],
  'tagged pil': [
    'tranh tungj lowij ichs coong coongj',
    'Tranh tung5 lo7i5 ich1 co6ng co6ng5',
    'tranhtungloiichcongcong',
    'TRANH TỤNG LỢI ÍCH CÔNG CỘNG',
    'P.I.L.',
    'P.I.L. request',
    '公益訴訟',
    '申请PIL表格',
    'PIL案件',
    'Public-Interest-Litigation',
    'public_interest_lawsuit in Hanoi',
    'Please send me the form for PIL',
    'pil',
    'Pil',
    '"PIL"',
    '#PIL',
    'Vụ án vì lợi ích công cộng',
    "litiges d'intérêt général",
    'RE: FW: [EXT] TR: PIL',
    'RE[2]: PIL - land case',
    '[SPAM?] PIL',
    'I: PIL - richiesta',
  ],
  maybe: [
    '我的PIL案件在法院被驳回了请联系',
    'ImportError: No module named PIL',
    'PILs',
    'pil: vụ đất đai',
    'Câu hỏi về PIL cho chị Lan và các anh',
    'Urgent action required: verify your account',
    'Action urgente requise',
    'URGENT ACTION REQUIRED',
    'Emergency support webinar next week',
    'Public interest litigation conference 2026',
    'SOS',
    'help me',
    'kêu cứu',
    'Chồng tôi bị bắt sáng nay',
    '救命',
    '我丈夫被抓了',
    'au secours',
    'Mon frère a été arrêté',
    'Hỗ trợ khẩn',
    'Hỗ trợ khẩn c',
    'Tranh tụng lợi ích công',
    '紧急支',
    'Support: this is an emergency',
    'Cần hỗ trợ. Rất khẩn cấp!',
    'litigation in the public interest',
    'Еmergency suррort',
    'РIL',
    'Hç trî khÈn cÊp',
    'Há»— trá»£ kháº©n cáº¥p',
    '(no subject)',
    '(không có chủ đề)',
    'Fwd:',
    'Re: ...',
    'Encrypted Message',
    'xin mẫu đơn pil',
    'Khẩn cấp: cần hỗ trợ',
    '🆘',
    'hotrokhancap2024',
    '紧急情况，请求支援',
    'PIL in crescita nel trimestre',
  ],
  untagged: [
    'PİL değişimi',
    'Pil doktorda',
    'PIL@court.example',
    'pil@court.example',
    'https://example.org/PIL',
    'urgent notice',
    'technical support',
    'public interest',
    'Invoice 2024-11',
    'Meeting tomorrow',
    'Lịch họp tuần sau',
    '周会纪要',
    'compilation urgente',
  ],
  thread: ['[CASE 7f3k-92qd] PIL', 'Re: Hỗ trợ khẩn cấp [case 7F3K-92QD]', 'Re:［case 7F3K-92QD］'],
  'tagged emergency pil': [
    'PIL / Emergency support',
    'Hỗ trợ khẩn cấp và tranh tụng lợi ích công cộng',
  ],
}
for (const [expected, texts] of Object.entries(lines))
  await t.test(`${texts.length} more lines are ${expected}`, async t => {
    for (const text of texts) t.equal(outcome(text), expected, text)
  })

await t.test('a case token is read in any letter case, and wins over every tag', async t => {
  const found = classifier.text('Re: PIL [CASE 7f3K-92qD] hỗ trợ khẩn cấp')
  t.equal(found.outcome, 'thread')
  t.equal(found.caseToken, '7f3k92qd')
  t.strictSame(found.programs, [])
  t.equal(classifier.text('case 7F3K-92QD').caseToken, null, 'without brackets it is none')
})

await t.test('who asks for the form is noticed', async t => {
  for (const text of [
    'Xin mẫu đơn Hỗ trợ khẩn cấp',
    '[PIL] request form',
    '紧急支援表格',
    'formulaire PIL',
  ])
    t.equal(classifier.text(text).asksForForm, true, text)
  t.equal(classifier.text('Hỗ trợ khẩn cấp').asksForForm, false)
})

await t.test('words of raw bytes are decoded whatever their sender did to them', async t => {
  const text = (raw: string) => decodeSubject(raw).text
  const bytes = (value: Buffer | string) => Buffer.from(value).toString('latin1')
  t.equal(
    text('=?utf-8*vi?q?H=E1=BB=97_tr=e1=bb=a3?='),
    'Hỗ trợ',
    'language suffix, hex digits in either case',
  )
  t.equal(text('=?UTF-8?B?SOG7lw?= =?UTF-8?B?IHRy4bujPT0=?='), 'Hỗ trợ==', 'padding missing')
  t.equal(
    text('=?UTF-8?B?SOG7?=\r\n =?utf-8?B?lw==?='),
    'Hỗ',
    'a letter split between words, labels in two cases',
  )
  t.equal(
    text('=?UTF-8?B?SOG7==?= =?UTF-8?Q?=97?='),
    'Hỗ',
    'base64 and quoted-printable beside each other',
  )
  t.equal(text('a=?utf-8?q?b?=c'), 'abc', 'glued to text')
  t.equal(text('a =?utf-8?q?b?= c'), 'a b c', 'white space beside plain text is kept')
  t.equal(text('=?utf-8?q?two words?='), 'two words', 'spaces inside a word')
  t.equal(text('=?big5?B?uvKr5qTktKk=?='), '緊急支援')
  t.equal(text('=?windows-1252?Q?d=92urgence?='), 'd’urgence')
  t.equal(text('=?iso-8859-1?Q?d=92urgence?='), 'd’urgence')
  t.equal(
    text(`${bytes('Hỗ')} =?utf-8?q?tr=E1=BB=A3?=`),
    'Hỗ trợ',
    'bare UTF-8 beside an encoded word',
  )
  t.equal(
    text('=?us-ascii?Q?\u0000\u001b[31m?='),
    '\u0000\u001b[31m',
    'controls stay for whoever prints them',
  )
  t.strictSame(decodeSubject('caf\xe9'), { text: 'café', bareBytes: true, doubtful: false })
  t.equal(decodeSubject('=?x-nobody-knows?Q?caf=C3=A9?=').text, 'café')
  t.equal(decodeSubject('=?x-nobody-knows?Q?a?=').doubtful, true)
  t.equal(decodeSubject('=?utf-8?Q?=FF?=').doubtful, true)
  t.equal(decodeSubject('=?utf-8?Q?never closes').doubtful, true)
})

await t.test('a tag in every charset that its letters can be sent in is the tag', async t => {
  const tag = 'Hỗ trợ khẩn cấp'
  const words: Record<string, string> = {
    'utf-8': Buffer.from(tag).toString('base64'),
    viscii: 'SLIgdHL+IGtopm4gY6Rw',
    tcvn: 'SOcgdHLuIGtoyG4gY8pw',
    'tcvn5712-1': 'SOcgdHLuIGtoyG4gY8pw',
    'windows-1258': 'SPTeIHRy9fIga2ji0m4gY+LscA==',
  }
  for (const [charset, word] of Object.entries(words)) {
    const found = classifier.raw(`=?${charset}?B?${word}?=`)
    t.equal(found.decoded, tag, charset)
    t.strictSame(found.programs, ['emergency'], charset)
  }
})

await t.test('bare bytes that are not UTF-8 are shown, and a person looks', async t => {
  const gbk = '\xbd\xf4\xbc\xb1\xd6\xa7\xd4\xae'
  const found = classifier.raw(gbk)
  t.equal(found.outcome, 'maybe')
  t.strictSame(found.programs, ['emergency'], 'read as another charset it is a tag')
})

await t.test('tags have a validity: an old one is noticed, and a person looks', async t => {
  const tag = { text: 'urgent aid', language: 'en', literal: true }
  const sorted = (validity: object, now = at) =>
    outcome(
      'Urgent aid',
      subjectClassifier([{ ...emergency, tags: [{ ...tag, ...validity }] }], now),
    )
  t.equal(sorted({}), 'tagged emergency')
  t.equal(sorted({ valid_until: '2026-03-02T10:00:00Z' }), 'maybe')
  t.equal(sorted({ valid_until: '2026-03-02T10:00:01Z' }), 'tagged emergency')
  t.equal(sorted({ valid_from: '2026-03-02T10:00:01Z' }), 'maybe')
  t.equal(
    outcome(
      'Urgent aid',
      subjectClassifier([{ ...emergency, valid_until: '2021-01-01T00:00:00Z' }], at),
    ),
    'maybe',
  )
})

await t.test('another organisation brings its own tags', async t => {
  const own = subjectClassifier(
    [
      {
        ...emergency,
        id: 'shelter',
        tags: [
          { text: 'SHL', language: null, literal: true },
          { text: 'nơi trú ẩn', language: 'vi', literal: true },
          { text: '庇護所', language: 'zh-Hant', literal: true, gap: { after: 2, words: 1 } },
        ],
      },
    ],
    at,
  )
  for (const text of [
    'SHL',
    'Re: [SHL] request',
    'noi tru an',
    'nowi trus aarn',
    '庇护所',
    '庇護之所',
  ])
    t.equal(outcome(text, own), 'tagged shelter', text)
  t.equal(outcome('Hỗ trợ khẩn cấp', own), 'untagged')
})

await t.test('a tag at the end of what is compared counts, behind it a line is cut', async t => {
  const padded = (length: number) => `${'x '.repeat(length / 2 - 9)}Emergency support`
  t.equal(outcome(padded(maxComparedSubject)), 'tagged emergency')
  t.equal(outcome(padded(maxComparedSubject + 18)), 'untagged')
  t.equal(decodeSubject('a'.repeat(maxRawSubject + 1)).text.length, maxRawSubject)
})

await t.test('lines that are made to take long do not', async t => {
  const made: Record<string, string> = {
    'words that never close': '=?utf-8?B?'.repeat(20_000),
    'half openings': '=?'.repeat(30_000),
    'thousands of words': '=?utf-8?Q?a?= '.repeat(6000),
    prefixes: 'Re: '.repeat(16_000),
    'gateway tags': '[EXT] '.repeat(10_000),
    brackets: '['.repeat(60_000),
    'one long word': 'a'.repeat(60_000),
    'halves of a phrase': 'ho tro '.repeat(9000),
    keystrokes: 'ho^^^tro+++'.repeat(6000),
    tokens: 'PIL '.repeat(15_000),
    'tokens beside dots': 'P.I.L.'.repeat(10_000),
    addresses: 'PIL@'.repeat(15_000),
    marks: `o${'\u0300'.repeat(60_000)}`,
    'letters that grow': '\ufdfa'.repeat(60_000),
    'gaps that never end': `urgent ${'x'.repeat(29)} `.repeat(2000),
  }
  for (const [name, raw] of Object.entries(made)) {
    const began = performance.now()
    classifier.raw(raw)
    classifier.text(raw)
    t.ok(performance.now() - began < 5000, name)
  }
})
