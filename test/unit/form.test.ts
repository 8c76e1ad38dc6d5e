// Answers against forms: what is asked, what is missing, what does not fit, and what goes into the slip.
import t from 'tap'
import { emergency } from '../../schemas/programs/emergency.js'
import { pil } from '../../schemas/programs/pil.js'
import { Answers, SlipContent } from '../../schemas/sealed.js'
import type { Form, Question } from '../../schemas/program.js'
import { checkAnswers, countChars, isCalendarDate } from '../../src/core/form/check.js'
import { sameJson } from '../../src/core/form/excerpt.js'
import { keepShown, shownQuestions } from '../../src/core/form/shown.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'

const shortest: Answers = {
  reply_language: 'vi',
  contact: { kind: 'portal' },
  on_behalf_of: 'self',
  country: { way_out: 'unknown' },
  time_pressure: { way_out: 'prefer_not' },
  what_happened: 'Công an bắt em tôi sáng nay.',
  situation: ['detained'],
  defender_link: { way_out: 'later' },
  help_needed: { way_out: 'unknown' },
  referral: 'ask_me_each_time',
}

const one = (question: Question): Form => {
  return { version: 1, questions: [question] }
}
const optional = { key: 'q', required: false, ways_out: [] }

await t.test('a first contact with one sentence and ways out has no fault', async t => {
  t.strictSame(checkAnswers(emergency.form, shortest), [])
  t.strictSame(Answers.parse(shortest), shortest, 'and it is what an envelope takes')
})

await t.test(
  'every required question is missed by its place, in the order of the form',
  async t => {
    t.strictSame(checkAnswers(emergency.form, {}), [
      { pointer: '/reply_language', code: 'required' },
      { pointer: '/contact/kind', code: 'required' },
      { pointer: '/on_behalf_of', code: 'required' },
      { pointer: '/country', code: 'required' },
      { pointer: '/time_pressure', code: 'required' },
      { pointer: '/what_happened', code: 'required' },
      { pointer: '/situation', code: 'required' },
      { pointer: '/defender_link', code: 'required' },
      { pointer: '/help_needed', code: 'required' },
      { pointer: '/referral', code: 'required' },
    ])
    t.strictSame(
      checkAnswers(pil.form, {}).map(fault => fault.pointer),
      [
        '/reply_language',
        '/contact/kind',
        '/role',
        '/jurisdiction/country',
        '/stage',
        '/issue',
        '/summary',
        '/public_interest',
        '/client_informed',
        '/support_sought',
        '/referral',
      ],
    )
  },
)

await t.test('the language and the way to answer have no way out', async t => {
  const faults = checkAnswers(emergency.form, {
    ...shortest,
    reply_language: { way_out: 'unknown' },
    contact: { kind: { way_out: 'prefer_not' } },
  })
  t.strictSame(faults, [
    { pointer: '/reply_language', code: 'unknown_option' },
    { pointer: '/contact/kind', code: 'unknown_option' },
  ])
})

await t.test('an address is asked for where it is needed, and only there', async t => {
  const mail = { ...shortest, contact: { kind: 'email' } }
  t.strictSame(checkAnswers(emergency.form, mail), [
    { pointer: '/contact/address', code: 'required' },
  ])
  const portal = { ...shortest, contact: { kind: 'portal', address: 'a@b.example' } }
  t.strictSame(checkAnswers(emergency.form, portal), [
    { pointer: '/contact/address', code: 'not_asked' },
  ])
  t.strictSame(keepShown(emergency.form, portal)['contact'], { kind: 'portal' })
})

await t.test('consent of the person is asked for those who write for somebody else', async t => {
  const keys = (who: string) =>
    shownQuestions(emergency.form, { ...shortest, on_behalf_of: who }).map(q => q.key)
  t.ok(keys('family').includes('person_agrees'))
  t.notOk(keys('self').includes('person_agrees'))
  const left = { ...shortest, on_behalf_of: 'self', person_agrees: 'yes' }
  t.strictSame(checkAnswers(emergency.form, left), [
    { pointer: '/person_agrees', code: 'not_asked' },
  ])
  t.notOk('person_agrees' in keepShown(emergency.form, left))
})

await t.test('a condition on the form before is kept where its answers are known', async t => {
  const more = emergency.more
  if (more === null) throw new Error('no second form')
  const asks = (earlier?: Answers) =>
    shownQuestions(more, {}, earlier).some(question => question.key === 'health')
  t.ok(asks(), 'not known: shown, for the person to judge')
  t.ok(asks({ help_needed: ['lawyer', 'medical'] }))
  t.notOk(asks({ help_needed: ['lawyer'] }))
  t.notOk(asks({}))
})

await t.test('nothing in the second form is required', async t => {
  t.strictSame(emergency.more === null ? ['missing'] : checkAnswers(emergency.more, {}), [])
})

await t.test('text counts in characters as people see them, at the cap and one over', async t => {
  const form = one({ ...optional, type: 'text', max_chars: 5, lines: 'one' })
  t.strictSame(checkAnswers(form, { q: 'việcđ' }), [])
  t.strictSame(checkAnswers(form, { q: 'việcđ'.normalize('NFD') }), [], 'NFD counts the same')
  t.strictSame(checkAnswers(form, { q: '𠮷𠮷𠮷𠮷𠮷' }), [], 'beyond 16 bits counts once')
  t.strictSame(checkAnswers(form, { q: 'việcđx' }), [{ pointer: '/q', code: 'too_long' }])
  t.equal(countChars('Hỗ trợ'), 6)
})

await t.test('choices are codes of the form, each once', async t => {
  const many = one({ ...optional, type: 'many', options: ['a', 'b'] })
  t.strictSame(checkAnswers(many, { q: ['a', 'b'] }), [])
  t.match(checkAnswers(many, { q: ['c'] }), [{ code: 'unknown_option' }])
  t.match(checkAnswers(many, { q: ['a', 'a'] }), [{ code: 'wrong_type' }])
  t.match(checkAnswers(many, { q: 'a' }), [{ code: 'wrong_type' }])
  const single = one({ ...optional, type: 'one', options: ['a', 'b'] })
  t.strictSame(checkAnswers(single, { q: 'b' }), [])
  t.match(checkAnswers(single, { q: 'c' }), [{ code: 'unknown_option' }])
  t.match(checkAnswers(single, { q: ['a'] }), [{ code: 'wrong_type' }])
  t.match(checkAnswers(single, { q: { way_out: 'unknown' } }), [{ code: 'unknown_option' }])
})

await t.test('dates may be partial, and must exist', async t => {
  const form = one({ ...optional, type: 'date' })
  for (const date of ['2026', '2026-02', '2026-02-28', '2024-02-29', '2000-02-29'])
    t.strictSame(checkAnswers(form, { q: { date } }), [], date)
  for (const date of ['2026-02-29', '1900-02-29', '2026-13', '2026-04-31', '2026-00-05', '2026-1'])
    t.match(checkAnswers(form, { q: { date } }), [{ code: 'not_a_date' }], date)
  for (const date of ['26', '26-03-05', '115-03-05', '2569-03-05', '1899', '2100-01-01', '-03', ''])
    t.match(checkAnswers(form, { q: { date } }), [{ code: 'not_a_year' }], date)
  t.strictSame(checkAnswers(form, { q: { date: '2026-02-03', time: '23:59', zone: 'UTC' } }), [])
  t.match(checkAnswers(form, { q: { date: '2026-02-03', time: '24:00' } }), [
    { code: 'not_a_time' },
  ])
  for (const date of ['', '2026', '2026-02'])
    t.match(checkAnswers(form, { q: { date, time: '10:00' } }), [{ code: 'day_missing' }], date)
  t.match(checkAnswers(form, { q: { date: '2026-02-03', time: '10:00', zone: '' } }), [
    { code: 'zone_missing' },
  ])
  t.strictSame(checkAnswers(form, { q: { date: '2026-02-03', zone: '' } }), [], 'no hour, no zone')
  t.match(checkAnswers(form, { q: { date: '26-02-03', time: '10:00' } }), [{ code: 'not_a_year' }])
  t.match(checkAnswers(form, { q: '2026-02-03' }), [{ code: 'wrong_type' }])
  t.notOk(isCalendarDate('2100-01-01'), 'the year 2100 is out of reach')
  const year = one({ ...optional, type: 'year' })
  t.strictSame(checkAnswers(year, { q: '1900' }), [])
  t.match(checkAnswers(year, { q: '1899' }), [{ code: 'not_a_year' }])
})

await t.test('a place is a country code, or a region in words', async t => {
  t.match(checkAnswers(one({ ...optional, type: 'country' }), { q: 'Việt Nam' }), [
    { code: 'unknown_option' },
  ])
  const region = one({ ...optional, type: 'region' })
  t.strictSame(checkAnswers(region, { q: 'x'.repeat(120) }), [])
  t.match(checkAnswers(region, { q: 'x'.repeat(121) }), [{ code: 'too_long' }])
})

await t.test('lists are bounded, and each row is checked where it stands', async t => {
  const referees = emergency.more?.questions.find(q => q.key === 'referees')
  if (referees === undefined) throw new Error('no referees')
  const form = one(referees)
  const row = { alias: 'A', agreed: 'yes' }
  t.strictSame(checkAnswers(form, { referees: [row, row] }), [])
  t.strictSame(checkAnswers(form, { referees: [row, row, row] }), [
    { pointer: '/referees', code: 'too_many' },
  ])
  t.strictSame(checkAnswers(form, { referees: [row, { alias: 'x'.repeat(81) }] }), [
    { pointer: '/referees/1/alias', code: 'too_long' },
  ])
  t.strictSame(checkAnswers(form, { referees: ['a'] }), [
    { pointer: '/referees', code: 'wrong_type' },
  ])
  t.strictSame(keepShown(form, { referees: [{ alias: ' ' }, row] }), { referees: [row] })
})

await t.test('what the form does not know is a fault, and is not kept', async t => {
  const answers = { ...shortest, stranger: 'x', contact: { kind: 'portal', more: 'x' } }
  t.strictSame(checkAnswers(emergency.form, answers), [
    { pointer: '/contact', code: 'unknown_key' },
    { pointer: '', code: 'unknown_key' },
  ])
  t.strictSame(keepShown(emergency.form, answers), shortest)
})

await t.test(
  'the slip holds language, country, urgency and the own date, nothing else',
  async t => {
    const context = {
      kind: 'slip',
      channel: 'web',
      origin: 'http://localhost',
      directory_sequence: 1,
      directory_sha256: 'A'.repeat(43),
    } as const
    const facts = slipFacts(
      'emergency',
      {
        ...shortest,
        country: 'VN',
        time_pressure: 'within_48h',
        deadline: { date: '2026-03-01', time: '08:00', zone: 'Asia/Ho_Chi_Minh' },
      },
      date => (date.date.length === 10 ? 1_772_326_800_000 : null),
    )
    t.strictSame(facts, {
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      region: null,
      urgency: 'within_48h',
      deadline: '2026-03-01T01:00:00Z',
    })
    t.ok(
      SlipContent.safeParse({ v: 1, kind: 'slip', envelope: 'A'.repeat(43), context, ...facts })
        .success,
    )
    t.strictSame(
      slipFacts('emergency', shortest, () => 0),
      {
        program: 'emergency',
        language: 'vi',
        country: 'unknown',
        region: null,
        urgency: null,
        deadline: null,
      },
    )
    const litigation = {
      reply_language: 'other',
      jurisdiction: { country: 'TW' },
      region: 'VN-HN',
      next_deadline: { date: '2026' },
    }
    t.strictSame(
      slipFacts('pil', litigation, () => null),
      {
        program: 'pil',
        language: 'other',
        country: 'TW',
        region: 'VN-HN',
        urgency: null,
        deadline: null,
      },
    )
  },
)

await t.test('a region names its country, where no question asks for one', t => {
  const facts = (answers: Answers) => {
    const { country, region } = slipFacts('violation', answers, () => null)
    return { country, region }
  }
  t.strictSame(facts({ event_region: 'UA-14' }), { country: 'UA', region: 'UA-14' })
  t.strictSame(facts({ region: 'Donetsk', event_region: 'UA-14' }), {
    country: 'UA',
    region: 'UA-14',
  })
  t.strictSame(facts({ region: 'VN-HN', event_region: 'UA-14', country: 'TW' }), {
    country: 'TW',
    region: 'VN-HN',
  })
  for (const event_region of ['Donetsk', 'abroad', { way_out: 'unknown' as const }])
    t.strictSame(facts({ event_region }), { country: 'unknown', region: null })
  t.end()
})

await t.test('step 2: the same JSON in another order is the same, and nothing else is', async t => {
  const one = { a: [1, { b: null, c: 'x' }], d: undefined }
  t.ok(sameJson(one, { a: [1, { c: 'x', b: null }] }))
  for (const other of [
    { a: [1, { b: null, c: 'y' }] },
    { a: [1, { b: null }] },
    { a: [1, { b: null, c: 'x', e: 0 }] },
    { a: [{ b: null, c: 'x' }, 1] },
    { a: { 0: 1, 1: { b: null, c: 'x' } } },
    { a: [1, null] },
    { a: [1, { b: {}, c: 'x' }] },
    null,
    [],
    'a',
  ]) {
    t.notOk(sameJson(one, other))
    t.notOk(sameJson(other, one))
  }
})
