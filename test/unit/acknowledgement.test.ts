// What an acknowledgement says: every language says all of it, none repeats or names anything, the instant can be read.
import t from 'tap'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import {
  acknowledgementLanguages,
  printAcknowledgement,
} from '../../src/core/acknowledgement/acknowledgement.js'
import { acknowledgementTexts } from '../../src/core/acknowledgement/catalogue.js'

const answerBy = Date.parse('2026-11-04T07:00:00Z')
const addresses = ['https://help.example.org', 'http://abcdef.onion']
const languages = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr']

await t.test('every language of the shipped programs has every sentence', async t => {
  const handled = new Set(shippedPrograms.flatMap(program => program.languages))
  t.strictSame(
    acknowledgementTexts.map(({ language }) => language).toSorted(),
    [...handled].toSorted(),
  )
  const keys = Object.keys(acknowledgementTexts[0] ?? {}).toSorted()
  for (const { language, months, ...sentences } of acknowledgementTexts) {
    t.strictSame(Object.keys({ language, months, ...sentences }).toSorted(), keys, language)
    t.equal(new Set(months).size, 12, language)
    for (const [key, sentence] of Object.entries(sentences)) {
      t.ok(sentence.trim() !== '' && sentence === sentence.normalize('NFC'), `${language} ${key}`)
      t.equal(sentence.includes('{by}'), key === 'arrived', `${language} ${key}`)
    }
    for (const place of ['{hour}', '{day}', '{month}', '{year}', 'UTC'])
      t.ok(sentences.instant.includes(place), `${language} ${place}`)
    t.ok(sentences.subject.length <= 40, 'a subject is short')
  }
})

await t.test('a language says when, where it is safer, and what to delete', async t => {
  const print = (language: string) =>
    printAcknowledgement({ languages: [language], answerBy, addresses, form: null })
  const instants: Readonly<Record<string, string>> = {
    vi: 'lúc 07 giờ ngày 4 tháng 11 năm 2026 theo giờ UTC (giờ Việt Nam: cộng thêm 7 giờ).',
    en: '07:00 UTC on 4 November 2026 at the latest.',
    fr: 'le 4 novembre 2026 à 07 h 00 UTC.',
    'zh-Hans': '2026年11月4日07:00（协调世界时 UTC；北京时间再加8小时）',
    'zh-Hant': '2026年11月4日07:00（世界協調時間 UTC；台北、香港時間再加8小時）',
  }
  for (const language of languages) {
    const { text } = print(language)
    t.match(text, instants[language] ?? 'none', language)
    for (const address of addresses) t.ok(text.includes(address), `${language} ${address}`)
    t.notMatch(text, /[{}]/, language)
    t.ok(text.length < 900, `${language} is short`)
  }
  const first = { languages, answerBy: Date.parse('2026-11-01T07:00:00Z'), addresses, form: null }
  for (const said of ['le 1er novembre', 'ngày 1 tháng 11', '11月1日', 'on 1 November'])
    t.match(printAcknowledgement(first).text, said)
  t.match(print('en').text, /^Your mail has arrived\. A person will read it/)
})

await t.test('no text names a program', async t => {
  const names = shippedPrograms.flatMap(program => [
    ...Object.values(program.names),
    ...program.tags.map(({ text }) => text),
  ])
  const { subject, text } = printAcknowledgement({
    languages,
    answerBy,
    addresses,
    form: 'attached',
  })
  for (const name of names)
    t.notOk(`${subject}\n${text}`.toLowerCase().includes(name.toLowerCase()), name)
})

await t.test('the form is spoken of where it was asked for, and where it is', async t => {
  const print = (form: 'attached' | 'on_page' | null) =>
    printAcknowledgement({ languages: ['en'], answerBy, addresses, form }).text
  t.match(print('attached'), /The form is attached/)
  t.match(print('on_page'), /The form is on that page/)
  t.notMatch(print(null), /form/)
})

await t.test('an onion address alone is the safer place', async t => {
  const { text } = printAcknowledgement({
    languages: ['en'],
    answerBy,
    addresses: ['http://abcdef.onion:8080'],
    form: null,
  })
  t.match(text, /It is safer to write here:\nhttp:\/\/abcdef\.onion:8080\n/)
  t.notMatch(text, /Tor Browser/)
})

await t.test('a language that is not known is all that the program is handled in', async t => {
  const handled = ['vi', 'en', 'zh-Hans', 'zh-Hant']
  t.strictSame(acknowledgementLanguages('vi', handled), ['vi'])
  t.strictSame(acknowledgementLanguages('fr', handled), ['fr'], 'found is found')
  t.strictSame(acknowledgementLanguages('zh', handled), ['zh-Hans', 'zh-Hant'])
  t.strictSame(acknowledgementLanguages('und', handled), handled)
  t.strictSame(acknowledgementLanguages('tr', handled), handled)
  t.strictSame(acknowledgementLanguages('und', ['uk']), languages)
  const { subject, text } = printAcknowledgement({ languages, answerBy, addresses, form: null })
  t.equal(subject.split(' / ').length, 5)
  t.ok(subject.length <= 200)
  t.equal(text.split('\n\n* * *\n\n').length, 5)
})
