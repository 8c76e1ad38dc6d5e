// Calendars become instants: shifts by a clock on the wall, over days when that clock is changed, holidays, and the edges of
// a directory's life.
import fc from 'fast-check'
import t from 'tap'
import { dutyOf } from '../../cli/organisation/calendars.js'
import { clockOfZone, instantOnClock } from '../../cli/organisation/local-time.js'
import type { Calendar } from '../../schemas/organisation.js'

const hour = 3_600_000
const day = 24 * hour
const isLong = process.env['KHANCAP_TEST_LONG'] === '1'

const life = (from: string, days: number) => ({
  from: Date.parse(from),
  until: Date.parse(from) + days * day,
})
const everyDay: Calendar['weekly'][number]['days'] = [
  'mon',
  'tue',
  'wed',
  'thu',
  'fri',
  'sat',
  'sun',
]
const calendar = (change: Partial<Calendar>): Calendar => ({
  team: 'vi',
  zone: 'UTC',
  weekly: [],
  dated: [],
  ...change,
})
const timesOf = (given: Calendar, span: { from: number; until: number }) =>
  dutyOf([given], span).map(({ times }) => times.map(({ from, until }) => `${from}/${until}`))

await t.test('weekly shifts of a place without summer time', async t => {
  const given = calendar({
    zone: 'Asia/Ho_Chi_Minh',
    weekly: [{ days: ['mon', 'tue'], from: '09:00', until: '17:30', handlers: [] }],
  })
  // 2026-03-02 is a Monday.
  t.strictSame(timesOf(given, life('2026-03-02T00:00:00Z', 7)), [
    ['2026-03-02T02:00:00Z/2026-03-02T10:30:00Z', '2026-03-03T02:00:00Z/2026-03-03T10:30:00Z'],
  ])
})

await t.test(
  'a shift over midnight, one until midnight, and one cut by the directory’s end',
  async t => {
    const night = calendar({
      weekly: [{ days: ['mon'], from: '22:00', until: '06:00', handlers: [] }],
    })
    t.strictSame(timesOf(night, life('2026-03-02T00:00:00Z', 2)), [
      ['2026-03-02T22:00:00Z/2026-03-03T06:00:00Z'],
    ])
    t.strictSame(
      timesOf(night, life('2026-03-03T00:00:00Z', 2)),
      [['2026-03-03T00:00:00Z/2026-03-03T06:00:00Z']],
      'began before the directory did',
    )
    t.strictSame(timesOf(night, life('2026-03-02T00:00:00Z', 1)), [
      ['2026-03-02T22:00:00Z/2026-03-03T00:00:00Z'],
    ])
    const whole = calendar({
      weekly: [{ days: everyDay, from: '00:00', until: '24:00', handlers: [] }],
    })
    t.strictSame(timesOf(whole, life('2026-03-02T00:00:00Z', 30)), [
      ['2026-03-02T00:00:00Z/2026-04-01T00:00:00Z'],
    ])
    const same = calendar({
      weekly: [{ days: ['mon'], from: '08:00', until: '08:00', handlers: [] }],
    })
    t.strictSame(
      timesOf(same, life('2026-03-02T00:00:00Z', 3)),
      [['2026-03-02T08:00:00Z/2026-03-03T08:00:00Z']],
      'until the same time is a whole day',
    )
  },
)

await t.test(
  'when the clock is put forward and back, shifts keep their hours and leave no gap',
  async t => {
    // Berlin: forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
    const work = calendar({
      zone: 'Europe/Berlin',
      weekly: [{ days: everyDay, from: '09:00', until: '17:00', handlers: [] }],
    })
    t.strictSame(timesOf(work, life('2026-03-28T00:00:00Z', 2)), [
      ['2026-03-28T08:00:00Z/2026-03-28T16:00:00Z', '2026-03-29T07:00:00Z/2026-03-29T15:00:00Z'],
    ])
    const turns = calendar({
      zone: 'Europe/Berlin',
      weekly: [
        { days: everyDay, from: '18:30', until: '02:30', handlers: ['a'] },
        { days: everyDay, from: '02:30', until: '18:30', handlers: ['b'] },
      ],
    })
    const at = (text: string) => `2026-${text}:00Z`
    const [a, b] = dutyOf([turns], life('2026-03-28T12:00:00Z', 2))
    t.match(
      a?.times[0],
      { from: at('03-28T17:30'), until: at('03-29T01:00') },
      '02:30 is left out: the instant of the change',
    )
    t.match(b?.times[1], { from: at('03-29T01:00'), until: at('03-29T16:30') })
    const [c, d] = dutyOf([turns], life('2026-10-24T12:00:00Z', 2))
    t.match(c?.times[0], { until: at('10-25T01:30') }, '02:30 comes twice: until the second')
    t.match(d?.times[1], { from: at('10-25T00:30') }, 'from the first: both for that hour')
    const half = calendar({
      zone: 'Australia/Lord_Howe',
      weekly: [{ days: everyDay, from: '00:00', until: '24:00', handlers: [] }],
    })
    t.equal(timesOf(half, life('2026-03-28T00:00:00Z', 30))[0]?.length, 1, 'half an hour: no gap')
  },
)

await t.test('a day that differs takes the place of the weekly shifts', async t => {
  const given = calendar({
    weekly: [{ days: everyDay, from: '09:00', until: '17:00', handlers: ['a'] }],
    dated: [
      { day: '2026-03-03', shifts: [] },
      { day: '2026-03-04', shifts: [{ from: '10:00', until: '12:00', handlers: ['b'] }] },
    ],
  })
  t.strictSame(dutyOf([given], life('2026-03-02T00:00:00Z', 3)), [
    {
      team: 'vi',
      handlers: ['a'],
      times: [{ from: '2026-03-02T09:00:00Z', until: '2026-03-02T17:00:00Z' }],
    },
    {
      team: 'vi',
      handlers: ['b'],
      times: [{ from: '2026-03-04T10:00:00Z', until: '2026-03-04T12:00:00Z' }],
    },
  ])
  t.strictSame(
    dutyOf([calendar({})], life('2026-03-02T00:00:00Z', 3)),
    [{ team: 'vi', handlers: [], times: [] }],
    'a calendar without a shift is a team that is never on duty',
  )
})

await t.test('places and days that do not exist are refused by name', async t => {
  const span = life('2026-03-02T00:00:00Z', 3)
  t.throws(
    () => dutyOf([calendar({ zone: 'Asia/Atlantis' })], span),
    /does not know: Asia\/Atlantis/,
  )
  t.throws(
    () => dutyOf([calendar({ dated: [{ day: '2026-02-30', shifts: [] }] })], span),
    /has a day 2026-02-30/,
  )
})

await t.test('more than a thousand times are several entries', async t => {
  const weekly = Array.from({ length: 12 }, (_, i) => ({
    days: everyDay,
    from: `${String(2 * i).padStart(2, '0')}:00`,
    until: `${String(2 * i + 1).padStart(2, '0')}:00`,
    handlers: [],
  }))
  const duty = dutyOf([calendar({ weekly })], life('2026-03-02T00:00:00Z', 90))
  t.strictSame(
    duty.map(({ times }) => times.length),
    [1000, 80],
  )
})

await t.test(
  'property: what the clock shows at the instant is what was asked, if it ever shows it',
  async () => {
    const zones = [
      'UTC',
      'Asia/Ho_Chi_Minh',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Africa/Casablanca',
      'Pacific/Apia',
    ]
    const clocks = new Map(zones.map(zone => [zone, clockOfZone(zone)]))
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 5 * 365 * 24 * 12 }),
        (zone, fives) => {
          const aheadBy = clocks.get(zone)
          if (aheadBy === undefined) return false
          const clock = Date.parse('2024-01-01T00:00:00Z') + fives * 300_000
          const [one, other] = (['earlier', 'later'] as const).map(which =>
            instantOnClock(aheadBy, clock, which),
          )
          if (one === undefined || other === undefined || one > other) return false
          const shows = (at: number) => at + aheadBy(at)
          if (shows(one) === clock) return shows(other) === clock && other - one <= 2 * hour
          // Left out: the instant of the change, just before which the clock had not got there.
          return one === other && shows(one) > clock && shows(one - 1000) < clock
        },
      ),
      { numRuns: isLong ? 20_000 : 500, seed: 20_260_102 },
    )
  },
)
