// Routing as tables and as a property: every combination of program, language and country reaches exactly one team
// that has somebody who can read it.
import fc from 'fast-check'
import t from 'tap'
import { RouteReason } from '../../schemas/case.js'
import type { Directory, DirectoryHandler } from '../../schemas/directory.js'
import { maxReaders } from '../../schemas/directory.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { routeFor, routeUnread } from '../../src/core/routing/route.js'
import { readersFor } from '../../src/core/routing/readers.js'
import { findHoles } from '../../src/core/routing/holes.js'
import { routingTable } from '../../src/core/routing/table.js'
import { day, exampleDirectory, recipientShape, start } from '../helper/example-directory.js'

const numRuns = process.env['KHANCAP_TEST_LONG'] === '1' ? 5000 : 200

/** Nobody of a team is there any more. */
function without(directory: Directory, team: string): Directory {
  return { ...directory, handlers: directory.handlers.filter(each => !each.teams.includes(team)) }
}

await t.test('step 7: the first row that matches wins, program x language x country', async t => {
  const table = [
    ['emergency', 'vi', 'VN', 'vietnam', 'routing_row', 'eligible'],
    ['emergency', 'vi', 'TH', 'vietnam', 'routing_row', 'eligible'],
    ['emergency', 'en', 'VN', 'vietnam', 'routing_row', 'eligible'],
    ['emergency', 'en', 'HK', 'china', 'routing_row', 'eligible'],
    ['emergency', 'en', 'TH', 'asia', 'routing_row', 'eligible'],
    ['emergency', 'zh-Hant', 'KH', 'china', 'routing_row', 'eligible'],
    ['emergency', 'fr', 'VN', 'intake', 'language_not_handled', 'eligible'],
    ['emergency', 'other', 'VN', 'intake', 'language_not_handled', 'eligible'],
    ['emergency', 'uk', 'VN', 'intake', 'language_not_handled', 'eligible'],
    ['emergency', 'vi', 'unknown', 'intake', 'country_unknown', 'unknown'],
    ['emergency', 'vi', 'FR', 'intake', 'country_not_covered', 'not_covered'],
    ['pil', 'fr', 'VN', 'litigation', 'routing_row', 'eligible'],
    ['pil', 'vi', 'FR', 'litigation', 'country_not_covered', 'not_covered'],
    ['pil', 'vi', 'unknown', 'litigation', 'country_unknown', 'unknown'],
    ['pil', 'zh-Hant', 'TW', 'intake', 'no_row', 'eligible'],
    ['pil', 'other', 'TW', 'intake', 'language_not_handled', 'eligible'],
    ['visa', 'vi', 'VN', 'intake', 'program_unknown', 'unknown'],
  ] as const
  for (const [program, language, country, ...expected] of table) {
    const route = routeFor(exampleDirectory(), { program, language, country }, start)
    t.strictSame(
      [route.team, route.reason, route.coverage],
      expected,
      `${program} ${language} ${country}`,
    )
  }
})

await t.test(
  'a slip that is missing or unreadable goes to the fallback team of the tightest program',
  async t => {
    for (const reason of ['no_slip', 'slip_unreadable'] as const) {
      const route = routeUnread(exampleDirectory(), reason, start)
      t.match(route, { program: 'emergency', team: 'intake', reason, coverage: 'unknown' })
    }
  },
)

await t.test('the rule that is kept says no more than the team does', async t => {
  const directory = exampleDirectory()
  const rule = (language: string, country: string) =>
    routeFor(directory, { program: 'emergency', language, country }, start).rule
  t.equal(rule('vi', 'TH'), 'emergency: row 3, row 5')
  t.equal(rule('en', 'VN'), rule('vi', 'TH'), 'two rows, one team: not told apart')
  t.equal(rule('other', 'VN'), 'emergency: rows 1-2, row 8, fallback')
})

await t.test('a rule of many rows is cut to 120 characters', async t => {
  const directory = exampleDirectory()
  const [emergency] = directory.programs
  if (emergency === undefined) throw new Error('no program')
  emergency.routing = Array.from({ length: 200 }, (_, i) => ({
    languages: ['vi'],
    countries: [],
    team: i % 2 === 0 ? 'vietnam' : 'asia',
  }))
  const { rule } = routeFor(
    directory,
    { program: 'emergency', language: 'vi', country: 'VN' },
    start,
  )
  t.equal(rule.length, 120)
})

await t.test('nobody active in a team: the fallback team at once', async t => {
  const route = routeFor(
    without(exampleDirectory(), 'vietnam'),
    { program: 'emergency', language: 'vi', country: 'VN' },
    start,
  )
  t.match(route, { team: 'intake', reason: 'nobody_in_team', coverage: 'eligible' })
  t.equal(route.rule, 'emergency: rows 1-2, row 8, fallback', 'not even the team that it left')
})

await t.test('nobody in the fallback team either: any team that has somebody', async t => {
  const directory = without(without(exampleDirectory(), 'vietnam'), 'intake')
  const facts = { program: 'emergency', language: 'vi', country: 'VN' }
  t.match(routeFor(directory, facts, start), { team: 'china', reason: 'nobody_in_team' })
  t.equal(routeUnread(directory, 'no_slip', start).team, 'china')
})

await t.test('validity is to the millisecond: a handler, a recipient, a program', async t => {
  const facts = { program: 'emergency', language: 'vi', country: 'VN' }
  const end = '2026-01-02T00:00:00Z'
  const at = start + day * 1000
  const change: Record<string, (directory: Directory, handler: DirectoryHandler) => void> = {
    handler: (_, handler) => {
      handler.valid_until = end
    },
    recipient: (_, handler) => {
      handler.recipients = handler.recipients.map(each => ({ ...each, valid_until: end }))
    },
  }
  for (const [title, apply] of Object.entries(change)) {
    const directory = exampleDirectory()
    const [handler] = directory.handlers
    if (handler === undefined) throw new Error('no handler')
    apply(directory, handler)
    t.equal(routeFor(directory, facts, at - 1).team, 'vietnam', title)
    t.equal(routeFor(directory, facts, at).team, 'intake', title)
  }
  const directory = exampleDirectory()
  const [emergency] = directory.programs
  if (emergency !== undefined) emergency.valid_until = end
  t.equal(routeFor(directory, facts, at - 1).reason, 'routing_row')
  t.match(routeFor(directory, facts, at), { program: 'pil', reason: 'program_unknown' })
})

await t.test(
  'an envelope is sealed to the team that it will reach and to the fallback team, each once',
  async t => {
    const readers = readersFor(
      exampleDirectory(),
      { program: 'emergency', language: 'vi', country: 'VN' },
      start,
    )
    t.strictSame(
      readers.map(reader => reader.handler),
      ['vietnam-1', 'intake-1', 'intake-2'],
    )
    const fallback = readersFor(
      exampleDirectory(),
      { program: 'emergency', language: 'other', country: 'unknown' },
      start,
    )
    t.strictSame(
      fallback.map(reader => reader.handler),
      ['intake-1', 'intake-2'],
    )
  },
)

await t.test('readers stop at 64, the team first', async t => {
  const directory = exampleDirectory()
  const [first] = directory.handlers
  if (first === undefined) throw new Error('no handler')
  const crowd = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...first,
      id: `v-${i}`,
      recipients: first.recipients.map(each => ({ ...each, recipient: recipientShape(2000 + i) })),
    }))
  const facts = { program: 'emergency', language: 'vi', country: 'VN' }
  const others = directory.handlers.slice(1)
  const full = readersFor({ ...directory, handlers: [...others, ...crowd(62)] }, facts, start)
  t.equal(full.length, maxReaders)
  t.ok(full.some(reader => reader.handler === 'intake-2'))
  const over = readersFor({ ...directory, handlers: [...others, ...crowd(65)] }, facts, start)
  t.equal(over.length, maxReaders)
  t.notOk(over.some(reader => reader.handler === 'intake-1'))
  t.match(findHoles({ ...directory, handlers: [...others, ...crowd(64)] }), [])
  const holes = findHoles({ ...directory, handlers: [...others, ...crowd(65)] })
  t.ok(holes.every(hole => hole.code === 'too_many_readers') && holes.length > 0)
})

await t.test(
  'the table has a line for every program, language and country, other, unknown and not covered',
  async t => {
    const cells = routingTable(exampleDirectory(), start)
    // Two programs x (vi, en, zh-Hans, zh-Hant, fr, other) x (seven countries, unknown, not_covered).
    t.equal(cells.length, 2 * 6 * 9)
    t.equal(
      new Set(cells.map(each => `${each.program} ${each.language} ${each.country}`)).size,
      108,
    )
    const cell = cells.find(each => each.country === 'not_covered' && each.language === 'vi')
    t.match(cell, { team: 'intake', coverage: 'not_covered', readers: 2 })
  },
)

await t.test('the example directory has no hole', async t => {
  t.strictSame(findHoles(exampleDirectory()), [])
})

await t.test('each hole is found, also one that opens later', async t => {
  const until = '2026-02-01T00:00:00Z'
  const at = Date.parse(until)
  const later = exampleDirectory()
  for (const handler of later.handlers)
    if (handler.teams.includes('intake')) handler.valid_until = until
  t.strictSame(findHoles(later), [
    { code: 'nobody_in_fallback_team', where: 'emergency', at },
    { code: 'nobody_in_fallback_team', where: 'pil', at },
  ])
  const router = exampleDirectory()
  router.router = router.router.map(each => ({ ...each, valid_until: until }))
  t.strictSame(findHoles(router), [{ code: 'no_router', where: 'router', at }])
  const over = exampleDirectory()
  for (const program of over.programs) program.valid_until = until
  t.strictSame(findHoles(over), [{ code: 'no_program_offered', where: 'programs', at }])
  const silent = exampleDirectory()
  const [, pil] = silent.programs
  if (pil !== undefined)
    pil.service_level = {
      ...pil.service_level,
      ladder: pil.service_level.ladder.map(rung => ({ ...rung, only: 'unclaimed' as const })),
    }
  t.strictSame(findHoles(silent), [{ code: 'no_alarm_at_deadline', where: 'pil', at: start }])
  const nobody = { ...exampleDirectory(), handlers: [] }
  t.ok(findHoles(nobody).some(hole => hole.code === 'nobody_in_fallback_team'))
})

await t.test(
  'the shipped programs: every combination reaches exactly one team with a reader',
  async t => {
    const directory: Directory = {
      ...exampleDirectory(),
      teams: ['vi', 'zh', 'en', 'fr'].map(id => ({ id, names: {} })),
      programs: [...shippedPrograms],
      handlers: exampleDirectory()
        .handlers.slice(0, 4)
        .map((handler, i) => ({ ...handler, teams: [['vi', 'zh', 'en', 'fr'][i] ?? 'en'] })),
    }
    t.strictSame(findHoles(directory), [])
    const cells = routingTable(directory, start)
    t.equal(cells.length, 2 * 6 * 15)
    t.ok(cells.every(cell => cell.readers > 0 && cell.reason !== 'no_row'))
    const team = (program: string, language: string, country: string) =>
      cells.find(
        cell => cell.program === program && cell.language === language && cell.country === country,
      )?.team
    t.equal(team('emergency', 'vi', 'VN'), 'vi')
    t.equal(team('emergency', 'zh-Hant', 'TW'), 'zh')
    t.equal(team('pil', 'fr', 'VN'), 'fr')
    t.equal(team('emergency', 'fr', 'VN'), 'en')
    t.equal(team('emergency', 'other', 'unknown'), 'en')
  },
)

const languages = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr', 'other', 'uk']
const countries = ['VN', 'CN', 'TH', 'FR', 'unknown', 'XK']
const teams = ['vietnam', 'china', 'asia', 'litigation', 'intake']

await t.test(
  'whatever the rows and whoever is there: one team, with a reader wherever there is one',
  async () => {
    const row = fc.record({
      languages: fc.subarray([...languages.slice(0, 5), 'other']),
      countries: fc.subarray(['VN', 'CN', 'TH', 'unknown', 'not_covered']),
      team: fc.constantFrom(...teams),
    })
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.subarray(teams),
        fc.constantFrom('emergency', 'pil', 'visa'),
        fc.constantFrom(...languages),
        fc.constantFrom(...countries),
        (routing, gone, program, language, country) => {
          const base = exampleDirectory()
          const directory = gone.reduce(without, {
            ...base,
            programs: base.programs.map(each => ({ ...each, routing })),
          })
          const route = routeFor(directory, { program, language, country }, start)
          const readers = readersFor(directory, { program, language, country }, start)
          const again = routeFor(directory, { program, language, country }, start)
          const active = directory.handlers.some(each => each.teams.includes(route.team))
          return (
            teams.includes(route.team) &&
            RouteReason.safeParse(route.reason).success &&
            route.rule.length <= 120 &&
            active === directory.handlers.length > 0 &&
            readers.length > 0 === directory.handlers.length > 0 &&
            JSON.stringify(route) === JSON.stringify(again)
          )
        },
      ),
      { numRuns },
    )
  },
)
