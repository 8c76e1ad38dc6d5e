// The shipped programs: they fit the schema, say what the organisation's pages promise, reach a team for everybody,
// and every question, option and country has its word in every language.
import t from 'tap'
import { Program, Question, type Field } from '../../schemas/program.js'
import { labelAt, optionAt } from '../../schemas/programs/catalogue.js'
import { emergency } from '../../schemas/programs/emergency.js'
import { pil } from '../../schemas/programs/pil.js'
import { catalogueFor } from '../../schemas/programs/catalogue.js'
import { shippedCatalogues, shippedPrograms, shippedWords } from '../../schemas/programs/shipped.js'
import { forWhomOf, outOfScopeOf, promiseOf } from '../../web/screens/program-words.js'

const languages = ['en', 'vi', 'zh-Hans', 'zh-Hant', 'fr']
const teams = ['vi', 'zh', 'en', 'fr']

const named = (code: string) =>
  languages.map(l => shippedWords.find(words => words.language === l)?.countries[code])

/** Every question and field with its path. */
function asked(program: Program): { path: string; question: Question | Field }[] {
  return [...program.form.questions, ...(program.more?.questions ?? [])].flatMap(question => [
    { path: question.key, question },
    ...('fields' in question
      ? question.fields.map(field => ({ path: `${question.key}.${field.key}`, question: field }))
      : []),
  ])
}

await t.test('programs fit the schema without a default filled in', async t => {
  for (const program of shippedPrograms) t.strictSame(Program.parse(program), program, program.id)
})

await t.test('a question that nobody could answer is no question', t => {
  const asks = (question: object) =>
    Question.safeParse({ key: 'q', required: false, ways_out: [], ...question }).error?.issues.map(
      ({ path }) => path.join('.'),
    ) ?? []
  const files = { type: 'files', max_files: 3 }
  t.strictSame(asks(files), [])
  t.strictSame(asks({ ...files, required: true }), ['required'], 'files come after the request')
  const fields = [{ key: 'f', required: true, ways_out: ['unknown'], type: 'year' }]
  for (const holding of [
    { type: 'group', fields },
    { type: 'list', max_rows: 2, fields },
  ]) {
    t.strictSame(asks(holding), [])
    t.strictSame(asks({ ...holding, ways_out: ['unknown'] }), ['ways_out'], 'its fields have them')
  }
  t.strictSame(asks({ type: 'one', options: ['UA-14', '2', 'abroad'] }), [])
  for (const code of ['', '-', '_a', ':unknown', 'a b'])
    t.strictSame(asks({ type: 'one', options: [code] }), ['options.0'], code)
  t.end()
})

await t.test('the three literal tags are there, letter by letter', async t => {
  const literal = shippedPrograms.flatMap(p => p.tags.filter(tag => tag.literal).map(x => x.text))
  t.strictSame(literal, ['Hỗ trợ khẩn cấp', 'PIL', 'Tranh tụng lợi ích công cộng'])
  for (const { text } of shippedPrograms.flatMap(p => p.tags)) t.equal(text, text.normalize('NFC'))
})

await t.test('emergency support answers in 48 hours, and tells people on the way', async t => {
  const level = emergency.service_level
  t.equal(level.first_response_seconds, 48 * 3600)
  t.equal(level.addition_response_seconds, 48 * 3600)
  const rungs = level.ladder.map(rung => [rung.after_seconds / 3600, rung.kind, rung.to])
  t.strictSame(rungs, [
    [1, 'reminder', 'team'],
    [4, 'reminder', 'team'],
    [24, 'reminder', 'team'],
    [40, 'reminder', 'team'],
    [44, 'escalation', 'lead'],
    [47, 'escalation', 'director'],
    [48, 'breach', 'director'],
  ])
  for (const {
    service_level: { ladder, first_response_seconds: last },
  } of shippedPrograms) {
    const times = ladder.map(rung => rung.after_seconds)
    t.strictSame(
      times,
      times.toSorted((a, b) => a - b),
      'in ascending order',
    )
    t.equal(new Set(times).size, times.length, 'each at its own time')
    t.equal(times.at(-1), last, 'the last rung is the deadline')
  }
})

await t.test('French is a language of pil only; both cover the same countries', async t => {
  t.notOk(emergency.languages.includes('fr'))
  t.ok(pil.languages.includes('fr'))
  t.strictSame(emergency.countries, pil.countries)
})

await t.test('every language and country reaches exactly one team of the demo', async t => {
  for (const program of shippedPrograms) {
    t.ok(teams.includes(program.fallback_team))
    for (const row of program.routing) t.ok(teams.includes(row.team))
    const last = program.routing.at(-1)
    t.strictSame([last?.languages, last?.countries], [[], []], 'the last row catches everything')
  }
})

await t.test('conditions and defaults name what is there', async t => {
  for (const program of shippedPrograms)
    for (const { path, question } of asked(program)) {
      if ('default' in question && question.default !== undefined)
        t.ok(question.options.includes(question.default), path)
      const condition = question.shown_if
      if (condition === undefined) continue
      const group = path.includes('.') ? `${path.split('.')[0]}.` : ''
      const other = asked(program).find(x => x.path === group + condition.key)?.question
      const options = other !== undefined && 'options' in other ? other.options : []
      for (const code of condition.any_of) t.ok(options.includes(code), `${path}: ${code}`)
    }
})

await t.test('question keys are unique within a form', async t => {
  for (const program of shippedPrograms)
    for (const form of [program.form, program.more]) {
      const keys = form?.questions.map(question => question.key) ?? []
      t.equal(new Set(keys).size, keys.length, program.id)
    }
})

for (const language of languages) {
  const shared = shippedWords.find(words => words.language === language)
  for (const program of shippedPrograms)
    await t.test(`${program.id} has every word in ${language}, and none too many`, async t => {
      const words = shippedCatalogues.find(c => c.program === program.id && c.language === language)
      if (words === undefined || shared === undefined) throw new Error('no catalogue')
      t.type(program.names[language], 'string')
      t.type(program.promise[language], 'string')
      t.type(program.for_whom?.[language], 'string')
      t.type(program.out_of_scope?.[language], 'string')
      const questions = asked(program)
      const labels = questions.filter(({ path }) => !path.endsWith('.kind')).map(q => q.path)
      t.strictSame(Object.keys(words.labels).toSorted(), labels.toSorted())
      const top = questions.filter(({ path }) => !path.includes('.')).map(q => q.path)
      t.strictSame(Object.keys(words.why).toSorted(), top.toSorted(), 'why each is asked')
      const used = new Set<string>()
      for (const { path, question } of questions) {
        t.not(labelAt(words, path), path, path)
        const codes = 'options' in question ? question.options : []
        for (const code of [...codes, ...question.ways_out]) {
          t.not(optionAt(words, shared, path, code), code, `${path} ${code}`)
          if (words.options[path]?.[code] !== undefined) used.add(`${path} ${code}`)
        }
      }
      const written = Object.entries(words.options).flatMap(([path, codes]) =>
        Object.keys(codes).map(code => `${path} ${code}`),
      )
      t.strictSame(written.toSorted(), [...used].toSorted())
      const texts = [labels, ...Object.values(words.options)].flatMap(x => Object.values(x))
      for (const text of texts) t.equal(text, text.normalize('NFC').trim())
    })
}

await t.test('what a program says of itself is in the language of the page, else in English', t => {
  const said = { en: 'English', uk: 'Українська' }
  const program = { ...emergency, promise: said, for_whom: said, out_of_scope: said }
  for (const of of [promiseOf, forWhomOf, outOfScopeOf]) {
    t.equal(of(program, 'uk'), said.uk)
    t.equal(of(program, 'vi'), said.en)
  }
  const { for_whom: _, out_of_scope: __, ...silent } = emergency
  t.strictSame(Program.parse(silent), silent, 'it need not say')
  t.strictSame([forWhomOf(silent, 'en'), outOfScopeOf(silent, 'en')], [null, null])
  t.end()
})

await t.test('names of countries are the same 250 in every language', async t => {
  const codes = Object.keys(shippedWords[0]?.countries ?? {})
  t.equal(codes.length, 250)
  for (const words of shippedWords) t.strictSame(Object.keys(words.countries), codes)
  for (const program of shippedPrograms)
    for (const code of program.countries) t.ok(codes.includes(code))
})

await t.test('Taiwan, Hong Kong, Macao and Kosovo have their own names', async t => {
  t.strictSame(named('TW'), ['Taiwan', 'Đài Loan', '台湾', '台灣', 'Taïwan'])
  t.strictSame(named('HK'), ['Hong Kong', 'Hồng Kông', '香港', '香港', 'Hong Kong'])
  t.strictSame(named('MO'), ['Macao', 'Macao', '澳门', '澳門', 'Macao'])
  t.strictSame(named('VN'), ['Vietnam', 'Việt Nam', '越南', '越南', 'Viêt Nam'])
  t.strictSame(named('XK'), ['Kosovo', 'Kosovo', '科索沃', '科索沃', 'Kosovo'])
  const trap = /Province of China|中国台湾|中國台灣|SAR China|R\.A\.S\./
  const names = shippedWords.flatMap(words => Object.values(words.countries))
  t.strictSame(
    names.filter(name => trap.test(name)),
    [],
  )
})

await t.test('words of a directory stand before those that are shipped', async t => {
  const own = {
    words: { en: { labels: { contact: 'Ours' } }, uk: { labels: { contact: 'Наше' } } },
  }
  const shipped = catalogueFor('emergency', 'en', shippedCatalogues, null)
  t.strictSame(
    shipped,
    shippedCatalogues.find(({ program, language }) => program === 'emergency' && language === 'en'),
  )
  const changed = catalogueFor('emergency', 'en', shippedCatalogues, own)
  t.equal(changed.labels['contact'], 'Ours')
  t.equal(changed.labels['country'], shipped.labels['country'], 'the others stay')
  const kept = catalogueFor('emergency', 'vi', shippedCatalogues, own)
  t.not(kept.labels['contact'], 'Ours', 'a shipped language is not pushed out by English')
  t.equal(catalogueFor('new', 'uk', shippedCatalogues, own).labels['contact'], 'Наше')
  t.equal(catalogueFor('new', 'fr', shippedCatalogues, own).labels['contact'], 'Ours')
  t.strictSame(catalogueFor('new', 'fr', shippedCatalogues, null).labels, {})
})
