// How the texts for applicants are set, in every language: the marks and spaces that its readers expect, one Chinese script
// at a time, and the same places for values everywhere.
import t from 'tap'
import { shippedCatalogues, shippedPrograms, shippedWords } from '../../schemas/programs/shipped.js'
import { hourOfDay, localDate, localTime } from '../../web/local-time.js'
import { allOfflineTexts } from '../helper/offline-file.js'
import { allTexts } from '../helper/texts.js'

interface Line {
  readonly path: string
  readonly text: string
}

/** Every text below a value, with where it stands. */
function linesOf(value: unknown, path: string): Line[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => linesOf(inner, `${path}.${key}`))
}

/** What is a code, an address or a name in a language of its own. */
const isElse =
  /\.(language|name|leaveTo|program)$|\.reply_language\.[a-zA-Z-]+$|\.currencyHint$|\.dateHint$/

const written = allTexts.map(texts => {
  const { language } = texts
  const of = <T extends { readonly language: string }>(all: readonly T[]) =>
    all.filter(one => one.language === language)
  const names = shippedPrograms.flatMap(({ id, names: own, promise, for_whom, out_of_scope }) =>
    linesOf([own[language], promise[language], for_whom?.[language], out_of_scope?.[language]], id),
  )
  const lines = [
    ...linesOf(texts, 'pages'),
    ...linesOf(of(allOfflineTexts), 'offline'),
    ...linesOf(of(shippedCatalogues), 'forms'),
    ...linesOf(of(shippedWords), 'shared'),
    ...names,
  ]
  return { language, lines: lines.filter(({ path }) => !isElse.test(path)) }
})

const linesIn = (language: string) => written.find(one => one.language === language)?.lines ?? []

/** Lines that are set otherwise, as a reader of the test finds them. */
const faulty = (lines: readonly Line[], fault: RegExp) =>
  lines.filter(({ text }) => fault.test(text)).map(({ path, text }) => `${path}: ${text}`)

/** The characters of a double-byte encoding, from lead and trail bytes in these ranges. */
function charactersOf(
  encoding: string,
  leads: readonly [number, number],
  trails: readonly (readonly [number, number])[],
): Set<string> {
  const decoder = new TextDecoder(encoding)
  const found = new Set<string>()
  for (let lead = leads[0]; lead <= leads[1]; lead++)
    for (const [from, to] of trails)
      for (let trail = from; trail <= to; trail++)
        found.add(decoder.decode(Uint8Array.of(lead, trail)))
  return found
}

await t.test('there are texts to look at in every language', t => {
  for (const { language, lines } of written) t.ok(lines.length > 700, language)
  t.end()
})

await t.test('each text has the same places for values in every language', t => {
  const places = (text: string) => (text.match(/\{[a-z]+\}/g) ?? []).toSorted().join(' ')
  const english = new Map(linesIn('en').map(({ path, text }) => [path, places(text)]))
  for (const { language, lines } of written)
    t.strictSame(
      lines.filter(({ path, text }) => places(text) !== (english.get(path) ?? '')),
      [],
      language,
    )
  t.end()
})

await t.test('French: a mark never stands alone at the beginning of a line', t => {
  t.strictSame(faulty(linesIn('fr'), /[^\u00a0\d][:;?!»]|\d[;?!»]|«[^\u00a0]/), [])
  t.strictSame(faulty(linesIn('fr'), /['"“”]| Mo\b/), [])
  t.end()
})

await t.test('English and Vietnamese: no space before a mark, and round quotes', t => {
  for (const language of ['en', 'vi'])
    t.strictSame(faulty(linesIn(language), /\s[,.:;?!…”]|["']|“\s/), [], language)
  t.strictSame(faulty(linesIn('vi'), /(?<!q)u[ỳýỷỹỵ](?!\p{L})|o[àáảãạ](?!\p{L})/iu), [])
  t.end()
})

await t.test('Chinese: wide marks, long dashes and dots, quotes of its script', t => {
  for (const language of ['zh-Hans', 'zh-Hant'])
    t.strictSame(
      faulty(
        linesIn(language),
        /[\p{sc=Han}}][ ]?[,.:;?!()]|[,.;?!(] ?\p{sc=Han}|\.\.|(?<!…)…(?!…)/u,
      ),
      [],
      language,
    )
  t.strictSame(faulty(linesIn('zh-Hans'), /[「」『』]/), [])
  t.strictSame(faulty(linesIn('zh-Hant'), /[“”‘’]/), [])
  t.end()
})

await t.test('Chinese: no character of the other script', t => {
  const rows = [[0xa1, 0xfe]] as const
  const scripts = {
    'zh-Hans': charactersOf('gbk', [0xb0, 0xf7], rows),
    'zh-Hant': charactersOf('big5', [0xa4, 0xf9], [[0x40, 0x7e], ...rows]),
  }
  t.ok(scripts['zh-Hans'].has('说') && !scripts['zh-Hans'].has('說'))
  t.ok(scripts['zh-Hant'].has('說') && !scripts['zh-Hant'].has('说'))
  for (const [language, known] of Object.entries(scripts))
    t.strictSame(
      linesIn(language).filter(({ text }) =>
        (text.match(/\p{sc=Han}/gu) ?? []).some(character => !known.has(character)),
      ),
      [],
      language,
    )
  t.end()
})

await t.test('days and hours stand as each language writes them', t => {
  const day = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr'].map(one => localDate('2027-03-27', one))
  t.strictSame(day, [
    '27 tháng 3, 2027',
    '27 March 2027',
    '2027年3月27日',
    '2027年3月27日',
    '27 mars 2027',
  ])
  t.equal(localDate('2027-03', 'fr'), 'mars 2027')
  t.equal(localDate('2027', 'zh-Hant'), '2027年')
  for (const none of ['2027-02-31', '27', '-3', 'abc-01-01']) t.equal(localDate(none, 'vi'), none)
  t.equal(hourOfDay('2027年3月27日', '08:30', '台灣'), '2027年3月27日 08:30（台灣）')
  t.equal(hourOfDay('27 mars 2027', '08:30', 'France'), '27 mars 2027, 08:30 (France)')
  const noon = '2027-03-27T12:00:00Z'
  t.match(localTime(noon, 'zh-Hans'), /^2027年3月2\d日星期. \d\d:\d\d（\S+）$/)
  t.match(localTime(noon, 'zh-Hant'), /^2027年3月2\d日星期. \d\d:\d\d（\S+）$/)
  t.match(localTime(noon, 'en'), /^\w+, 2\d March 2027, \d\d:\d\d \(\S+\)$/)
  t.end()
})
