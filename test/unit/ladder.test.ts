// The clock of a case: deadlines, rungs, and that looking early, late or twice changes nothing.
import fc from 'fast-check'
import t from 'tap'
import type { CaseState } from '../../schemas/case.js'
import { Timestamp } from '../../schemas/encoding.js'
import type { ServiceLevel } from '../../schemas/program.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import {
  additionClock,
  climb,
  clockOf,
  firstDeadline,
  keepingPromise,
  nextRungAt,
  promisesAt,
  routedDueAt,
  rungsOf,
  serviceLevelFor,
  tightestProgram,
} from '../../src/core/sla/ladder.js'
import {
  day,
  exampleDirectory,
  hour,
  sevenDays,
  start,
  twoDays,
} from '../helper/example-directory.js'

const numRuns = process.env['KHANCAP_TEST_LONG'] === '1' ? 10_000 : 500
const hours = (count: number) => count * hour * 1000
const clock = { startedAt: start, dueAt: start + hours(48) }

await t.test('step 5: until a case is routed, the tightest program keeps its clock', async t => {
  const directory = exampleDirectory()
  t.strictSame(firstDeadline(directory, start), {
    firstResponseSeconds: 48 * hour,
    firstRungSeconds: hour,
  })
  t.equal(serviceLevelFor(directory, null, start), directory.programs[0]?.service_level)
  t.equal(serviceLevelFor(directory, 'gone', start), directory.programs[0]?.service_level)
  t.equal(serviceLevelFor(directory, 'pil', start), directory.programs[1]?.service_level)
})

await t.test('a program that is no longer offered does not tighten the first clock', async t => {
  const directory = exampleDirectory()
  const [emergency] = directory.programs
  if (emergency !== undefined) emergency.valid_until = '2026-01-02T00:00:00Z'
  t.equal(tightestProgram(directory, start + day * 1000 - 1).id, 'emergency')
  t.equal(tightestProgram(directory, start + day * 1000).id, 'pil')
  for (const program of directory.programs) program.valid_until = '2026-01-02T00:00:00Z'
  t.equal(
    tightestProgram(directory, start + day * 1000).id,
    'emergency',
    'none is valid: all count',
  )
})

await t.test('step 7: the program decides the deadline, an own date only shortens it', async t => {
  const table: readonly (readonly [string, ServiceLevel, number | null, number])[] = [
    ['no own date', twoDays, null, hours(48)],
    ['another program', sevenDays, null, hours(168)],
    ['an own date that is nearer', twoDays, hours(20), hours(20)],
    ['to the class before it', twoDays, hours(21) - 1, hours(20)],
    ['one that is nearly as far', twoDays, hours(48) - 1, hours(47)],
    ['an own date that is farther', twoDays, hours(60), hours(48)],
    ['an own date in ten minutes', twoDays, hours(1 / 6), hours(1)],
    ['an own date in the past', twoDays, -hours(100), hours(1)],
    ['the same where seven days are promised', sevenDays, -hours(1), hours(3.5)],
  ]
  for (const [title, level, own, due] of table) {
    const deadline = own === null ? null : start + own
    t.equal(routedDueAt(level, { receivedAt: start, now: start, deadline }), start + due, title)
  }
})

await t.test('a case that was routed late is given time, never more than was promised', async t => {
  const own = { receivedAt: start, deadline: start + hours(2) }
  t.equal(routedDueAt(twoDays, { ...own, now: start + hours(5) }), start + hours(6))
  t.equal(routedDueAt(twoDays, { ...own, now: start + hours(5.4) }), start + hours(6))
  t.equal(routedDueAt(twoDays, { ...own, now: start + hours(5.6) }), start + hours(7))
  t.equal(routedDueAt(twoDays, { ...own, now: start + hours(100) }), start + hours(48))
})

await t.test('rungs stand at their seconds from arrival', async t => {
  t.strictSame(
    rungsOf(twoDays, clock).map(rung => (rung.at - start) / hours(1)),
    [1, 4, 24, 40, 44, 47, 48],
  )
})

await t.test(
  'a shorter clock draws the ladder together, its breach stays at the deadline',
  async t => {
    const rungs = rungsOf(twoDays, { startedAt: start, dueAt: start + hours(12) })
    t.strictSame(
      rungs.map(rung => (rung.at - start) / hours(1)),
      [0.25, 1, 6, 10, 11, 11.75, 12],
    )
    t.equal(rungs.at(-1)?.kind, 'breach')
  },
)

await t.test('the next rung is the first after an instant, and there is always one', async t => {
  t.equal(nextRungAt(twoDays, clock, null), start + hours(1))
  t.equal(nextRungAt(twoDays, clock, start + hours(1) - 1), start + hours(1))
  t.equal(nextRungAt(twoDays, clock, start + hours(1)), start + hours(4))
  t.equal(nextRungAt(twoDays, clock, start + hours(48)), start + hours(52), 'alarms go on')
})

const row = (state: CaseState, now: number, climbedTo: number | null = null) => ({
  state,
  receivedAt: start,
  dueAt: start + hours(48),
  climbedTo,
  heldMs: 0,
  holdUntil: null,
  now: start + now,
})

await t.test('step 8: a rung fires at its second and not one millisecond before', async t => {
  t.strictSame(climb(twoDays, row('routed', hours(1) - 1)), {
    firings: [],
    nextRungAt: start + hours(1),
  })
  t.strictSame(climb(twoDays, row('routed', hours(1))), {
    firings: [{ kind: 'reminder', to: 'team', at: start + hours(1) }],
    nextRungAt: start + hours(4),
  })
})

await t.test('a claim silences the rungs for the unclaimed, and no others', async t => {
  const claimed = climb(twoDays, row('claimed', hours(5)))
  t.strictSame(claimed, { firings: [], nextRungAt: start + hours(24) })
  t.equal(climb(twoDays, row('claimed', hours(24), start + hours(5))).firings.length, 1)
})

await t.test('a case that nobody could route climbs like one that nobody claimed', async t => {
  t.equal(climb(twoDays, row('received', hours(48))).firings.length, 7)
})

await t.test('what was slept through is made up for at once, each rung once', async t => {
  const late = climb(twoDays, row('routed', hours(45), start + hours(4)))
  t.strictSame(
    late.firings.map(({ kind, to }) => `${kind} ${to}`),
    ['reminder team', 'reminder team', 'escalation lead'],
  )
  t.equal(late.nextRungAt, start + hours(47))
  t.strictSame(climb(twoDays, row('routed', hours(45), start + hours(45))).firings, [])
})

await t.test('after the breach the alarm goes on until the person is answered', async t => {
  const breach = climb(twoDays, row('claimed', hours(48), start + hours(47)))
  t.strictSame(breach.firings, [{ kind: 'breach', to: 'director', at: start + hours(48) }])
  t.equal(breach.nextRungAt, start + hours(52))
  t.strictSame(climb(twoDays, row('claimed', hours(52), start + hours(48))), {
    firings: [{ kind: 'escalation', to: 'director', at: start + hours(52) }],
    nextRungAt: start + hours(56),
  })
  const own = { ...twoDays, after_ladder: { every_seconds: day, to: 'lead' as const } }
  t.strictSame(climb(own, row('routed', hours(72), start + hours(48))), {
    firings: [{ kind: 'escalation', to: 'lead', at: start + hours(72) }],
    nextRungAt: start + hours(96),
  })
})

await t.test('of alarms that were slept through the newest is told, and no other', async t => {
  const { firings, nextRungAt: next } = climb(twoDays, row('routed', hours(71), start + hours(48)))
  t.strictSame(firings, [{ kind: 'escalation', to: 'director', at: start + hours(68) }])
  t.equal(next, start + hours(72))
})

await t.test('alarms grow more seldom, come once a day at least, and have no end', async t => {
  for (const every_seconds of [1, 60, 14_400, day, 7 * day]) {
    const level: ServiceLevel = { ...twoDays, after_ladder: { every_seconds, to: 'director' } }
    let at = start + hours(48)
    let count = 0
    for (; at < start + hours(48 + 365 * 24); count++) {
      const next = nextRungAt(level, clock, at)
      t.ok(next > at && next - at >= every_seconds * 1000)
      if (next - at > Math.max(hours(24), every_seconds * 1000)) t.fail('more than a day')
      at = next
    }
    t.ok(count < 500, `${count} alarms in a year, one each ${every_seconds} s at first`)
  }
})

await t.test('where the clock was set back, nothing fires again and nothing is lost', async t => {
  const back = climb(twoDays, row('routed', hours(20), start + hours(25)))
  t.strictSame(back, { firings: [], nextRungAt: start + hours(40) })
  t.equal(climb(twoDays, row('routed', hours(40), start + hours(20))).firings.length, 2)
})

await t.test('a hold moves what has not fired, and repeats nothing that has', async t => {
  // Held after 25 hours for 10: the reminder of hour 24 has fired, that of hour 40 comes at hour 50.
  const held = {
    ...row('claimed', hours(35), start + hours(35)),
    dueAt: start + hours(58),
    heldMs: hours(10),
    holdUntil: start + hours(35),
  }
  t.strictSame(clockOf(twoDays, held), { startedAt: start + hours(10), dueAt: held.dueAt })
  const before = { ...held, now: start + hours(30), climbedTo: start + hours(34) }
  t.strictSame(climb(twoDays, before), { firings: [], nextRungAt: start + hours(35) })
  t.strictSame(climb(twoDays, { ...held, climbedTo: start + hours(35) - 1 }), {
    firings: [{ kind: 'reminder', to: 'team', at: start + hours(35) }],
    nextRungAt: start + hours(50),
  })
  const after = { ...held, now: start + hours(50), climbedTo: start + hours(36) }
  t.strictSame(climb(twoDays, after), {
    firings: [{ kind: 'reminder', to: 'team', at: start + hours(50) }],
    nextRungAt: start + hours(54),
  })
})

await t.test('a hold of the clock of an addition moves that clock', async t => {
  const added = start + hours(1000)
  const dueAt = added + hours(72 + 5)
  const answered = { ...row('answered', hours(1010)), dueAt, heldMs: hours(5) }
  t.strictSame(clockOf(twoDays, answered), { startedAt: added + hours(5), dueAt })
})

await t.test('a closed case has no rungs', async t => {
  for (const state of ['closed', 'purged'] as const)
    t.strictSame(climb(twoDays, row(state, hours(48))), { firings: [], nextRungAt: null }, state)
})

await t.test('an addition to an answered case runs a clock of its own', async t => {
  t.strictSame(additionClock(twoDays), { responseSeconds: 72 * hour, firstRungSeconds: 1.5 * hour })
  const added = start + hours(1000)
  const answered = { ...row('answered', hours(1072)), dueAt: added + hours(72) }
  t.strictSame(clockOf(twoDays, answered), { startedAt: added, dueAt: added + hours(72) })
  const { firings } = climb(twoDays, { ...answered, climbedTo: start + hours(48) })
  t.strictSame(
    firings.map(({ at }) => (at - added) / hours(1)),
    [36, 60, 66, 70.5, 72],
  )
})

await t.test(
  'an addition to a case that was closed unanswered runs that clock, not the old one',
  async t => {
    const added = start + hours(1000)
    const routed = { ...row('routed', hours(1000)), dueAt: added + hours(72) }
    t.strictSame(clockOf(twoDays, routed), { startedAt: added, dueAt: added + hours(72) })
    t.equal(clockOf(twoDays, row('routed', 0)).startedAt, start)
  },
)

await t.test('a ladder in seconds climbs like one in hours', async t => {
  const level: ServiceLevel = {
    first_response_seconds: 10,
    addition_response_seconds: 10,
    ladder: [
      { after_seconds: 5, kind: 'reminder', to: 'team', only: 'unanswered' },
      { after_seconds: 10, kind: 'breach', to: 'director', only: 'unanswered' },
    ],
  }
  const due = { ...row('routed', 5000), dueAt: start + 10_000 }
  t.strictSame(climb(level, due), {
    firings: [{ kind: 'reminder', to: 'team', at: start + 5000 }],
    nextRungAt: start + 10_000,
  })
})

const anyLevel: fc.Arbitrary<ServiceLevel> = fc
  .record({
    first: fc.integer({ min: 1, max: 31_536_000 }),
    addition: fc.integer({ min: 1, max: 31_536_000 }),
    rungs: fc.array(
      fc.record({
        after_seconds: fc.integer({ min: 1, max: 31_536_000 }),
        kind: fc.constantFrom('reminder' as const, 'escalation' as const),
        to: fc.constantFrom('team' as const, 'lead' as const, 'director' as const),
        only: fc.constantFrom('unclaimed' as const, 'unanswered' as const),
      }),
      { maxLength: 19 },
    ),
  })
  .map(({ first, addition, rungs }) => ({
    first_response_seconds: first,
    addition_response_seconds: addition,
    ladder: [
      ...rungs,
      {
        after_seconds: first,
        kind: 'breach' as const,
        to: 'director' as const,
        only: 'unanswered' as const,
      },
    ].toSorted((one, other) => one.after_seconds - other.after_seconds),
  }))

await t.test(
  'deadlines are classes of the promise, grow with arrival, and never pass promise or own date',
  async () => {
    const instant = fc.integer({ min: 0, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(
        anyLevel,
        instant,
        fc.nat(hours(1000)),
        fc.nat(hours(1000)),
        fc.option(instant),
        (level, receivedAt, later, lag, deadline) => {
          const promised = level.first_response_seconds * 1000
          const due = routedDueAt(level, { receivedAt, now: receivedAt + lag, deadline })
          const after = routedDueAt(level, {
            receivedAt: receivedAt + later,
            now: receivedAt + later + lag,
            deadline,
          })
          const part = promised / 48
          const soonest = receivedAt + lag + 1.5 * part
          const isEarlier = deadline === null || due <= Math.max(deadline, soonest)
          const isClass = (due - receivedAt) % part < 1 || part - ((due - receivedAt) % part) < 1
          return (
            due > receivedAt &&
            due <= receivedAt + promised &&
            isEarlier &&
            isClass &&
            after > due - part - 1
          )
        },
      ),
      { numRuns },
    )
  },
)

await t.test('step 7: a longer time in a newer directory changes no promise', t => {
  const [level] = exampleDirectory().programs.map(({ service_level }) => service_level)
  if (level === undefined) throw new Error('no program')
  const seconds = level.first_response_seconds
  const inSeconds = (other: number) => ({ ...level, first_response_seconds: other })
  for (const [now, promised, due] of [
    [seconds, seconds, seconds],
    [seconds + 1, seconds, seconds],
    [seconds, seconds + 1, seconds],
    [seconds, null, seconds],
  ] as const)
    t.strictSame(
      keepingPromise(inSeconds(now), promised === null ? null : inSeconds(promised)),
      inSeconds(due),
    )
  t.end()
})

await t.test('step 5: each program is promised in full hours, and no clock ends later', async t => {
  const directory = exampleDirectory()
  const minute = 60_000
  t.strictSame(promisesAt(directory, start), [
    { program: 'emergency', by: start + hours(48) },
    { program: 'pil', by: start + hours(7 * 24) },
  ])
  t.equal(promisesAt(directory, start + 1)[0]?.by, start + hours(49))
  t.equal(promisesAt(directory, start + hours(1) - minute)[0]?.by, start + hours(49))
  const [emergency, pil] = directory.programs
  const valid = { ...directory, programs: [pil, { ...emergency, valid_until: pil?.valid_from }] }
  t.strictSame(
    promisesAt({ ...directory, ...Object(valid) }, start).map(({ program }) => program),
    ['pil'],
    'a program that has ended promises nothing',
  )
  fc.assert(
    fc.property(
      fc.integer({ min: start, max: start + day * 1000 }),
      fc.nat(hours(1000)),
      fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 })),
      (receivedAt, lag, deadline) =>
        promisesAt(directory, receivedAt).every(({ program, by }) => {
          const first = firstDeadline(directory, receivedAt).firstResponseSeconds * 1000
          const level = serviceLevelFor(directory, program, receivedAt)
          const due = routedDueAt(level, { receivedAt, now: receivedAt + lag, deadline })
          return by >= receivedAt + first && by >= due && by < receivedAt + first + hours(24 * 7)
        }),
    ),
    { numRuns },
  )
})

await t.test(
  'a sweep at whatever moments fires each rung once, and the breach at the deadline',
  async () => {
    fc.assert(
      fc.property(
        anyLevel,
        fc.array(fc.integer({ min: 0, max: 40_000_000 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 31_536_000 }),
        (level, looks, seed) => {
          // The first clock is never longer than the service level.
          const length = 1 + (seed % level.first_response_seconds)
          const whole = { startedAt: start, dueAt: start + length * 1000 }
          const rungs = rungsOf(level, whole)
          const end = Math.max(...rungs.map(rung => rung.at))
          const fired: string[] = []
          let climbedTo: number | null = null
          let next: number | null = start
          for (const seconds of [...looks.toSorted((a, b) => a - b), Infinity]) {
            const now = Math.min(start + seconds * 1000, end)
            // Only a case whose next rung is due is looked at.
            if (next === null || next > now) continue
            const found = climb(level, {
              state: 'routed',
              receivedAt: start,
              dueAt: whole.dueAt,
              climbedTo,
              heldMs: 0,
              holdUntil: null,
              now,
            })
            for (const { kind, to, at } of found.firings) {
              if (at > now) return false
              fired.push(`${kind} ${to} ${at}`)
            }
            climbedTo = now
            next = found.nextRungAt
            if (next !== null && next <= now) return false
          }
          const wanted = rungs.map(({ kind, to, at }) => `${kind} ${to} ${at}`)
          return (
            JSON.stringify(fired) === JSON.stringify(wanted) &&
            rungs.some(rung => rung.kind === 'breach' && rung.at === whole.dueAt)
          )
        },
      ),
      { numRuns },
    )
  },
)

await t.test(
  '48 hours are 48 hours on nights on which clocks change, and over a leap second',
  async t => {
    const between = (one: string, other: string) => parseTimestamp(other) - parseTimestamp(one)
    // Europe and North America change their clocks; UTC does not.
    t.equal(between('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), hours(48))
    t.equal(between('2026-10-31T12:00:00Z', '2026-11-02T12:00:00Z'), hours(48))
    t.equal(between('2016-12-31T23:59:59Z', '2017-01-01T00:00:00Z'), 1000)
    const leap = '2016-12-31T23:59:60Z'
    t.notOk(Timestamp.safeParse(leap).success, 'no clock of ours shows it')
    t.throws(() => parseTimestamp(leap), RangeError)
    const startedAt = parseTimestamp('2016-12-30T12:00:00Z')
    const [first] = rungsOf(twoDays, { startedAt, dueAt: startedAt + hours(48) })
    t.equal(first?.at, startedAt + hours(1))
  },
)
