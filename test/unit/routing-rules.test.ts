// The rules beyond rows of languages and countries: regions, validity, conflicts of interest, duty, several programs; and
// as a property: whatever passes the check, every request reaches somebody at every time.
import fc from 'fast-check'
import t from 'tap'
import { directoryFaults } from '../../keys/directory-rules.js'
import { activeHandlers } from '../../keys/keyring.js'
import { type Directory, type Exclusion, maxReaders } from '../../schemas/directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { checkEligibility } from '../../src/core/eligibility/eligibility.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { findHoles } from '../../src/core/routing/holes.js'
import {
  additionReaders,
  additionRecipients,
  readersFor,
  recipientsFor,
} from '../../src/core/routing/readers.js'
import { routeFor, teamFor } from '../../src/core/routing/route.js'
import { dutyGaps, routingTable } from '../../src/core/routing/table.js'
import { exampleDirectory, hour, start } from '../helper/example-directory.js'

const p = await nodePrimitives()
const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const vi = { program: 'emergency', language: 'vi', country: 'VN' } as const
const at = (hours: number) => formatTimestamp(start + hours * hour * 1000)
const span = (from: number, until: number) => ({ from: at(from), until: at(until) })

function withPrograms(change: (program: Directory['programs'][number]) => void): Directory {
  const directory = exampleDirectory()
  for (const program of directory.programs) change(program)
  return directory
}

function handlerAt(index: number): Directory['handlers'][number] {
  const handler = exampleDirectory().handlers[index]
  if (handler === undefined) throw new Error('no handler')
  return handler
}

function excluding(...exclusions: Partial<Exclusion>[]): Directory {
  const none = {
    handlers: [],
    teams: [],
    programs: [],
    languages: [],
    countries: [],
    regions: [],
  }
  return { ...exampleDirectory(), exclusions: exclusions.map(each => ({ ...none, ...each })) }
}

await t.test('coverage by region has reasons, and never an end', async t => {
  const program = { languages: ['vi'], countries: ['VN'], regions: ['UA-14', 'UA-09'] }
  const table = [
    ['VN', null, 'eligible', 'country_covered'],
    ['VN', 'VN-HN', 'eligible', 'country_covered'],
    ['UA', 'UA-14', 'eligible', 'region_covered'],
    ['UA', 'UA-30', 'not_covered', 'region_not_covered'],
    ['UA', null, 'unknown', 'region_unknown'],
    ['UA', 'VN-HN', 'unknown', 'region_unknown'],
    ['FR', 'UA-14', 'not_covered', 'country_not_covered'],
    ['unknown', null, 'unknown', 'country_unknown'],
  ] as const
  for (const [country, region, coverage, reason] of table)
    t.match(
      checkEligibility(program, { language: 'vi', country, region }),
      { coverage, languageHandled: true, reasons: [reason] },
      `${country} ${region}`,
    )
  t.strictSame(checkEligibility(program, { language: 'fr', country: 'FR' }).reasons, [
    'country_not_covered',
    'language_not_handled',
  ])
})

await t.test('a row of regions takes those of its country and no others', async t => {
  const directory = withPrograms(program => {
    program.routing = [
      { languages: [], countries: [], regions: ['VN-HN', 'CN-BJ'], team: 'litigation' },
      ...program.routing,
    ]
  })
  const team = (country: string, region: string | null) =>
    routeFor(directory, { ...vi, country, region }, start).team
  t.equal(team('VN', 'VN-HN'), 'litigation')
  t.equal(team('CN', 'CN-BJ'), 'litigation')
  t.equal(team('VN', 'VN-SG'), 'vietnam')
  t.equal(team('VN', null), 'vietnam')
  t.equal(team('VN', 'CN-BJ'), 'vietnam', 'a region of another country is none')
  const cells = routingTable(directory, start).filter(
    cell => cell.program === 'emergency' && cell.language === 'vi' && cell.country === 'VN',
  )
  t.strictSame(
    cells.map(({ region, team: reached }) => [region, reached]),
    [
      ['VN-HN', 'litigation'],
      ['elsewhere', 'vietnam'],
      [null, 'vietnam'],
    ],
  )
})

await t.test('a row counts from its first to its last instant', async t => {
  const directory = withPrograms(program => {
    program.routing = [
      {
        languages: ['vi'],
        countries: [],
        team: 'asia',
        valid_from: at(1),
        valid_until: at(2),
      },
      ...program.routing,
    ]
  })
  const team = (hours: number, ms: number) =>
    routeFor(directory, vi, start + hours * hour * 1000 + ms).team
  t.strictSame(
    [team(1, -1), team(1, 0), team(2, -1), team(2, 0)],
    ['vietnam', 'asia', 'asia', 'vietnam'],
  )
})

await t.test('two programs named: the tighter clock, and a flag', async t => {
  for (const [program, also] of [
    ['pil', 'emergency'],
    ['emergency', 'pil'],
  ] as const)
    t.match(routeFor(exampleDirectory(), { ...vi, program, also: [also] }, start), {
      program: 'emergency',
      team: 'vietnam',
      reason: 'several_programs',
      coverage: 'eligible',
    })
  t.match(routeFor(exampleDirectory(), { ...vi, program: 'visa', also: ['pil'] }, start), {
    program: 'pil',
    reason: 'several_programs',
  })
  t.equal(routeFor(exampleDirectory(), { ...vi, also: ['emergency'] }, start).reason, 'routing_row')
})

await t.test('who is excluded keeps a place that nobody can open', async t => {
  const open = readersFor(exampleDirectory(), vi, start)
  for (const exclusion of [
    { handlers: ['intake-1'] },
    { handlers: ['intake-1'], programs: ['emergency'] },
    { handlers: ['intake-1'], countries: ['VN'], languages: ['vi'] },
    { handlers: ['intake-1'], regions: ['VN-HN'] },
  ]) {
    const directory = excluding(exclusion)
    const readers = readersFor(directory, vi, start)
    t.equal(readers.length, open.length, 'as many readers as without')
    t.strictSame(
      readers.filter(({ recipient }) => recipient === null).map(({ handler }) => handler),
      ['intake-1'],
      JSON.stringify(exclusion),
    )
    const [one, other] = [
      recipientsFor(p, directory, vi, start),
      recipientsFor(p, directory, vi, start),
    ]
    const known = new Set(directory.handlers.flatMap(each => each.recipients.map(x => x.recipient)))
    const dummies = [...one, ...other].filter(recipient => !known.has(recipient))
    t.equal(new Set([...one, ...other]).size, open.length + 1, 'a fresh key each time')
    t.equal(dummies.length, 2)
    t.ok(dummies.every(dummy => dummy.length === one[0]?.length || dummy.startsWith('age1pq1')))
  }
  for (const exclusion of [
    { handlers: ['intake-1'], programs: ['pil'] },
    { handlers: ['intake-1'], countries: ['CN'] },
    { handlers: ['intake-1'], countries: ['VN'], languages: ['en'] },
    { handlers: ['intake-1'], valid_until: at(0) },
    { handlers: ['intake-1'], valid_from: at(1) },
  ])
    t.strictSame(readersFor(excluding(exclusion), vi, start), open, JSON.stringify(exclusion))
  t.strictSame(
    readersFor(
      excluding({ handlers: ['intake-1'], regions: ['VN-HN'] }),
      { ...vi, region: 'VN-SG' },
      start,
    ),
    open,
    'another region',
  )
})

await t.test(
  'a team that must not read it at all: the fallback team, and nothing shows why',
  async t => {
    const directory = excluding({ teams: ['vietnam'], countries: ['VN'] })
    const plain = routeFor(directory, { ...vi, language: 'other' }, start)
    const moved = routeFor(directory, vi, start)
    t.match(moved, { team: 'intake', coverage: 'eligible' })
    t.equal(moved.rule, plain.rule)
    t.not(moved.reason, 'nobody_in_team')
    t.strictSame(
      readersFor(directory, vi, start).map(({ handler }) => handler),
      ['intake-1', 'intake-2'],
      'as any case of the fallback team',
    )
    t.equal(routeFor(directory, { ...vi, country: 'TH' }, start).team, 'vietnam')
  },
)

await t.test(
  'an addition is read by nobody who must not read some request of the program',
  async t => {
    const directory = excluding({ handlers: ['vietnam-1'], countries: ['CN'] })
    const to = { program: 'emergency', team: 'vietnam' }
    t.strictSame(
      additionReaders(directory, to, start).map(({ handler, recipient }) => [
        handler,
        recipient === null,
      ]),
      [
        ['vietnam-1', true],
        ['intake-1', false],
        ['intake-2', false],
      ],
    )
    t.equal(additionRecipients(p, directory, to, start).length, 3)
    t.equal(additionRecipients(p, { ...directory, handlers: [] }, to, start).length, 0)
    t.notOk(
      additionReaders(excluding({ handlers: ['vietnam-1'], programs: ['pil'] }), to, start).some(
        ({ recipient }) => recipient === null,
      ),
    )
    // Once a reply has told the facts of the request, as exactly as for the envelope.
    const kept = (country: string) =>
      additionReaders(directory, { ...to, facts: { ...vi, country } }, start)
        .filter(({ recipient }) => recipient === null)
        .map(({ handler }) => handler)
    t.strictSame(kept('CN'), ['vietnam-1'])
    t.strictSame(kept('VN'), [])
    t.strictSame(additionReaders(directory, { ...to, facts: null }, start)[0]?.recipient, null)
  },
)

await t.test(
  'the fallback team keeps one whom no conflict touches: else there is a hole',
  async t => {
    t.strictSame(findHoles(excluding({ handlers: ['intake-1'], countries: ['VN'] })), [])
    t.strictSame(
      findHoles(
        excluding({ handlers: ['intake-1', 'intake-2'], programs: ['pil'], countries: ['VN'] }),
      ),
      [{ code: 'conflicts_in_fallback_team', where: 'pil', at: start }],
    )
    const later = excluding(
      { handlers: ['intake-1'], valid_from: at(24) },
      { handlers: ['intake-2'], valid_from: at(48), valid_until: at(72) },
    )
    t.ok(findHoles(later).every(hole => hole.at === start + 48 * hour * 1000))
    t.equal(findHoles(later).length, 2)
    const crowd = Array.from({ length: 62 }, (_, i) => ({ ...handlerAt(0), id: `v-${i}` }))
    const full = excluding({ handlers: ['intake-1'], countries: ['VN'] })
    const crowded = { ...full, handlers: [...full.handlers, ...crowd] }
    t.ok(
      findHoles(crowded).some(hole => hole.code === 'too_many_readers'),
      `65 of ${maxReaders} places, the one who may read among the last`,
    )
  },
)

const shifts: Directory['duty'] = [
  { team: 'vietnam', handlers: ['vietnam-1'], times: [span(1, 9), span(25, 33)] },
  { team: 'intake', handlers: [], times: [span(0, 30)] },
]

await t.test(
  'nobody on duty: the fallback team at once; nobody there either: the case waits',
  async t => {
    const directory: Directory = { ...exampleDirectory(), duty: shifts }
    const route = (hours: number, ms = 0) =>
      routeFor(directory, vi, start + hours * hour * 1000 + ms)
    t.match(route(0), { team: 'intake', reason: 'nobody_on_duty', coverage: 'eligible' })
    t.equal(route(0).rule, 'emergency: rows 1-2, row 8, fallback')
    t.match(route(1, -1), { team: 'intake' })
    t.match(route(1), { team: 'vietnam', reason: 'routing_row' })
    t.match(route(9, -1), { team: 'vietnam' })
    t.match(route(9), { team: 'intake', reason: 'nobody_on_duty' })
    t.match(route(30), { team: 'vietnam', reason: 'routing_row' })
    t.match(route(33), { team: 'vietnam', reason: 'routing_row' }, 'nobody anywhere: its own team')
    t.equal(teamFor(directory, vi, start).team, 'vietnam')
    t.strictSame(
      readersFor(directory, vi, start),
      readersFor(exampleDirectory(), vi, start),
      'sealed to the team all the same: it reads when it comes',
    )
    t.equal(
      routeFor(directory, { ...vi, language: 'zh-Hans' }, start).team,
      'china',
      'a team of which nothing is said is always on duty',
    )
    const after = Date.parse(directory.expires)
    t.equal(routeFor(directory, vi, after).team, 'vietnam', 'nothing is said of the time after')
    t.strictSame(findHoles(directory), [])
  },
)

await t.test('a shift of somebody who has left, or must not read it, is no shift', async t => {
  const directory: Directory = { ...exampleDirectory(), duty: shifts }
  const second = { ...handlerAt(0), id: 'vietnam-2' }
  const two = { ...directory, handlers: [...directory.handlers, second] }
  const noon = start + 5 * hour * 1000
  t.equal(routeFor(two, vi, noon).team, 'vietnam')
  const left = {
    ...two,
    handlers: two.handlers.map(each =>
      each.id === 'vietnam-1' ? { ...each, valid_until: at(4) } : each,
    ),
  }
  t.match(routeFor(left, vi, noon), { team: 'intake', reason: 'nobody_on_duty' })
  const { exclusions } = excluding({ handlers: ['vietnam-1'], countries: ['VN'] })
  const moved = routeFor({ ...two, exclusions }, vi, noon)
  t.equal(moved.team, 'intake')
  t.not(moved.reason, 'nobody_on_duty', 'the conflict does not show')
})

await t.test('the gaps of duty, over the whole life', async t => {
  const directory: Directory = { ...exampleDirectory(), duty: shifts }
  const end = Date.parse(directory.expires)
  const ms = (hours: number) => start + hours * hour * 1000
  const gap = dutyGaps(directory).find(
    ({ team, fallback }) => team === 'vietnam' && fallback === 'intake',
  )
  t.strictSame(gap?.team_off, [
    { from: ms(0), until: ms(1) },
    { from: ms(9), until: ms(25) },
    { from: ms(33), until: end },
  ])
  t.strictSame(gap?.both_off, [{ from: ms(33), until: end }])
  t.strictSame(dutyGaps(exampleDirectory()), [])
})

await t.test('names and times of rules that cannot be are faults', async t => {
  const fault = (directory: Directory) =>
    directoryFaults(directory).map(({ code, pointer }) => `${pointer} ${code}`)
  const real = exampleDirectory()
  const odd = (change: Partial<Directory>) =>
    fault({ ...real, ...change }).filter(each => !each.includes('recipient'))
  t.strictSame(odd({}), [])
  t.strictSame(odd({ exclusions: excluding({ handlers: ['nobody'] }).exclusions }), [
    '/exclusions/0/handlers handler_unknown',
  ])
  t.strictSame(odd({ exclusions: excluding({ teams: ['xx'], programs: ['yy'] }).exclusions }), [
    '/exclusions/0/teams team_unknown',
    '/exclusions/0/programs program_unknown',
  ])
  t.strictSame(odd({ duty: [{ team: 'xx', handlers: ['yy'], times: [span(2, 2)] }] }), [
    '/duty/0/team team_unknown',
    '/duty/0/handlers handler_unknown',
    '/duty/0/times not_ascending',
  ])
  const never = '2026-02-30T00:00:00Z'
  t.strictSame(
    odd({ duty: [{ team: 'asia', handlers: [], times: [{ from: never, until: at(1) }] }] }),
    ['/duty/0/times time_impossible', '/duty/0/times not_ascending'],
  )
  t.strictSame(
    odd(
      withPrograms(({ routing: [row] }) => {
        if (row !== undefined) row.valid_from = never
      }),
    ),
    ['/programs/0 time_impossible', '/programs/1 time_impossible'],
  )
})

const languages = ['vi', 'en', 'zh-Hans', 'fr', 'other', 'uk']
const countries = ['VN', 'CN', 'TH', 'FR', 'unknown', 'XK']
const regions = ['VN-HN', 'VN-SG', 'CN-BJ', null]
const teams = ['vietnam', 'china', 'asia', 'litigation', 'intake']
const handlers = exampleDirectory().handlers.map(({ id }) => id)
const lifeHours = (Date.parse(exampleDirectory().expires) - start) / 3_600_000

const someHours = fc.tuple(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 1, max: 96 }))
const period = fc.option(
  someHours.map(([from, length]) => ({ valid_from: at(from), valid_until: at(from + length) })),
  { nil: {} },
)
const someRegions = fc.subarray(['VN-HN', 'VN-SG', 'CN-BJ'])
const someRow = fc
  .record({
    languages: fc.subarray(['vi', 'en', 'zh-Hans', 'fr', 'other']),
    countries: fc.subarray(['VN', 'CN', 'TH', 'unknown', 'not_covered']),
    regions: someRegions,
    team: fc.constantFrom(...teams),
    period,
  })
  .map(({ period: when, ...row }) => ({ ...row, ...when }))
const someExclusion = fc
  .record({
    handlers: fc.subarray(handlers, { minLength: 1, maxLength: 3 }),
    teams: fc.subarray(teams, { maxLength: 1 }),
    programs: fc.subarray(['emergency', 'pil']),
    languages: fc.subarray(['vi', 'en', 'other']),
    countries: fc.subarray(['VN', 'CN', 'unknown']),
    regions: someRegions,
    period,
  })
  .map(({ period: when, ...exclusion }) => ({ ...exclusion, ...when }))
const someDuty = fc.record({
  team: fc.constantFrom(...teams),
  handlers: fc.subarray(handlers, { maxLength: 2 }),
  times: fc
    .array(someHours, { maxLength: 4 })
    .map(all => all.map(([from, length]) => span(from, from + length))),
})
const someFacts = fc.record({
  program: fc.constantFrom('emergency', 'pil', 'visa'),
  language: fc.constantFrom(...languages),
  country: fc.constantFrom(...countries),
  region: fc.constantFrom(...regions),
})

await t.test(
  'whatever passes the check: every request at every time reaches a team with somebody active who may read it',
  async t => {
    let passed = 0
    fc.assert(
      fc.property(
        fc.array(someRow, { minLength: 1, maxLength: 6 }),
        fc.array(someExclusion, { maxLength: 3 }),
        fc.array(someDuty, { maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom(...handlers), fc.integer({ min: 0, max: 96 })), {
          maxLength: 3,
        }),
        fc.array(fc.tuple(someFacts, fc.integer({ min: 0, max: lifeHours - 1 })), {
          minLength: 8,
          maxLength: 8,
        }),
        (routing, exclusions, duty, leaving, requests) => {
          const base = exampleDirectory()
          const until = new Map(leaving)
          const directory: Directory = {
            ...base,
            programs: base.programs.map(each => ({ ...each, routing, regions: ['UA-14'] })),
            handlers: base.handlers.map(each => {
              const hours = until.get(each.id)
              return hours === undefined ? each : { ...each, valid_until: at(hours) }
            }),
            exclusions,
            duty,
          }
          if (findHoles(directory).length > 0) return true
          passed += 1
          return requests.every(([facts, hours]) => {
            const now = start + hours * hour * 1000
            const { team, rule } = routeFor(directory, facts, now)
            const readers = readersFor(directory, facts, now)
            const open = readers.filter(({ recipient }) => recipient !== null)
            const members = activeHandlers(directory, now, team).map(({ id }) => id)
            const additions = additionReaders(
              directory,
              { program: facts.program === 'visa' ? null : facts.program, team },
              now,
            )
            return (
              members.length > 0 &&
              rule.length <= 120 &&
              open.some(({ handler }) => members.includes(handler)) &&
              additions.some(({ recipient }) => recipient !== null)
            )
          })
        },
      ),
      { numRuns: isLong ? 20_000 : 500, seed: 20_260_101 },
    )
    t.ok(passed > (isLong ? 2000 : 25), `${passed} directories passed the check`)
  },
)
