// Seats for what arrives slowly: bounded in number and bytes; who holds one for longest, and sends nothing, goes first.
import fc from 'fast-check'
import t from 'tap'
import { bodyLimits, httpSettings } from '../../src/http/limits.js'
import { type Guest, seats } from '../../src/http/seats.js'

function house(changes: Partial<Parameters<typeof seats>[0]> = {}) {
  const clock = { at: 0 }
  const gone: string[] = []
  const limits = {
    most: 3,
    mostBytes: 1000,
    graceMs: 0,
    freshMs: 0,
    slowestBytesPerSecond: 1000,
    likelyBytesPerSecond: 5000,
    earnMs: 20_000,
    ...changes,
  }
  const all = seats(limits, () => clock.at)
  const enter = (name: string, guest: Omit<Guest, 'sendAway'> = {}) =>
    all.enter({ ...guest, sendAway: () => void gone.push(name) })
  const sure = (name: string, guest: Omit<Guest, 'sendAway'> = {}) => {
    const seat = enter(name, guest)
    if (seat === null) throw new Error('no seat')
    return seat
  }
  return { all, clock, enter, gone, sure }
}

await t.test('at a full house the one who has waited longest makes room', t => {
  const { clock, gone, sure } = house()
  for (const name of ['a', 'b', 'c']) {
    sure(name)
    clock.at += 10
  }
  t.strictSame(gone, [], 'at the cap')
  sure('d')
  t.strictSame(gone, ['a'], 'one over')
  t.end()
})

await t.test('what comes of a body earns time, up to a bound; what is announced does not', t => {
  const { all, clock, gone, sure } = house({ most: 4 })
  all.await(sure('large', { come: () => 1 }), 900)
  all.await(sure('slow', { come: () => clock.at }), 1e6)
  sure('head', { come: () => clock.at * 5 })
  clock.at += 10
  sure('bare')
  for (let entered = 0; entered < 3; entered++) {
    clock.at += 1000
    sure('new')
  }
  t.strictSame(gone, ['head', 'large', 'bare'], 'a head earns nothing')
  for (let entered = 0; entered < 21; entered++) {
    clock.at += 1000
    sure('new')
  }
  t.ok(gone.includes('slow'), 'for twenty seconds, no longer')
  t.end()
})

await t.test('bytes are bounded too: those count that have come, and the heaviest goes', t => {
  const { all, clock, gone, sure } = house({ most: 4 })
  let more = 0
  all.await(sure('announced', { come: () => 0 }), 100_000)
  all.await(sure('small', { come: () => 10 }), 100_000)
  all.await(sure('all of it', { come: () => 100_000 }), 390)
  all.await(sure('large', { come: () => 600 + more }), 100_000)
  clock.at += 10
  all.sweep(() => 1e6)
  t.strictSame(gone, [], 'at the cap')
  more = 1
  all.sweep(() => 1e6)
  t.strictSame(gone, ['large'], 'one over')
  t.end()
})

/** A minute of a flood of connections, and every ten seconds somebody who sends 49 KB at 5 KB/s. */
function flooded(
  flood: (house: ReturnType<typeof crowded>, born: number) => void,
  perSecond = 150,
  seconds = 60,
): number {
  const bench = crowded()
  const { all, clock, gone, sure } = bench
  for (let second = 0; second < seconds; second++) {
    if (second % 10 === 0) {
      const born = clock.at
      const seat = sure('real', { come: () => Math.max(0, (clock.at - born - 2000) * 5) })
      bench.later.push({ at: born + 2000, act: () => all.await(seat, 49_000) })
      bench.later.push({ at: born + 11_800, act: () => all.leave(seat) })
    }
    for (let each = 0; each < perSecond; each++) {
      clock.at += 1000 / perSecond
      flood(bench, clock.at)
      const due = bench.later.filter(({ at }) => at <= clock.at)
      if (due.length > 0) bench.later = bench.later.filter(({ at }) => at > clock.at)
      for (const { act } of due) act()
    }
    all.sweep(() => 44_500)
  }
  return gone.filter(name => name === 'real').length
}
function crowded() {
  const later: { at: number; act: () => void }[] = []
  return { ...house(httpSettings.connections), later }
}

await t.test('no flood of a hundred and fifty connections a second ends a slow sender', t => {
  t.equal(
    flooded(({ sure }) => void sure('bare')),
    0,
    'bare connections',
  )
  t.equal(
    flooded(({ all, sure }) =>
      all.await(sure('announced', { come: () => 200 }), bodyLimits.intake),
    ),
    0,
    'large bodies that do not come',
  )
  t.equal(
    flooded(({ all, clock, sure }, born) =>
      all.await(sure('drops', { come: () => (clock.at - born) / 100 }), 49_000),
    ),
    0,
    'bodies that come by the drop',
  )
  t.equal(
    flooded(({ all, sure }) => all.await(sure('most', { come: () => 30_000 }), 49_000)),
    0,
    'bodies of which the end does not come',
  )
  t.end()
})

await t.test('of whom nothing has come yet goes after those who hold on to something', t => {
  t.equal(
    flooded(({ all, sure }) => all.await(sure('most', { come: () => 30_000 }), 49_000), 300, 40),
    0,
    '300 bodies a second of which the end does not come',
  )
  t.equal(
    flooded(({ sure }) => void sure('bare'), 1200, 40),
    0,
    '1,200 bare connections a second',
  )
  const { all, clock, gone, sure } = house({ freshMs: 2000 })
  sure('old')
  clock.at += 2000
  all.await(sure('new'), 0)
  all.await(sure('earner', { come: () => 10_000 }), 10_000)
  clock.at += 1999
  sure('one')
  t.strictSame(gone, ['old'])
  clock.at += 1
  sure('two')
  t.strictSame(gone, ['old', 'new'], 'fresh no more')
  t.end()
})

await t.test('who asks again and again is new once', t => {
  const { all, clock, gone, sure } = house({ freshMs: 2000 })
  const asking = sure('asking')
  clock.at += 2000
  all.arrived(asking)
  all.await(asking, 0)
  sure('new')
  sure('newer')
  clock.at += 1
  sure('newest')
  t.strictSame(gone, ['asking'])
  t.end()
})

await t.test('however many come, a body that keeps pace is let through', t => {
  const { all, clock, gone, sure } = crowded()
  all.await(sure('real', { come: () => clock.at * 5 }), 100_000)
  for (let each = 0; each < 40_000; each++) {
    clock.at += 0.5
    sure('bare')
  }
  t.notOk(gone.includes('real'), 'two thousand bare connections a second')
  t.end()
})

await t.test(
  'whoever takes an answer by the drop makes room, and is let alone where there is some',
  t => {
    const { all, clock, gone, sure } = house({ most: 4 })
    const rates: Record<string, number> = { drop: 500, slow: 1000, fast: 5000 }
    for (const [name, perSecond] of Object.entries(rates)) {
      const from = clock.at
      // A drop every four seconds, so that it is never stuck.
      const taken = () => (Math.floor((clock.at - from) / 4000) * 4 + 4) * perSecond
      all.arrived(sure(name, { taken }))
    }
    for (let second = 0; second < 50; second++) {
      clock.at += 1000
      all.sweep(() => 60_000)
    }
    t.strictSame(gone, [], 'while there is room')
    sure('first')
    sure('second')
    t.strictSame(gone, ['drop'])
    clock.at += 1
    sure('third')
    t.strictSame(gone, ['drop', 'first'], 'who takes what it asked for goes last')
    all.arrived(sure('fourth', { taken: () => null }))
    t.strictSame(gone, ['drop', 'first', 'second'])
    sure('fifth')
    t.strictSame(gone, ['drop', 'first', 'second', 'third'])
    t.end()
  },
)

await t.test('a house full of answers is open to who comes', t => {
  const { all, clock, gone, sure } = house()
  for (const perSecond of [3000, 2000, 4000])
    all.arrived(sure(`${perSecond}`, { taken: () => clock.at * (perSecond / 1000) }))
  all.sweep(() => 60_000)
  clock.at += 1000
  all.sweep(() => 60_000)
  sure('new')
  t.strictSame(gone, ['2000'], 'the slowest makes room')
  t.end()
})

await t.test('what has arrived is not sent away, and weighs nothing', t => {
  const { all, clock, enter, gone, sure } = house({ most: 2 })
  const [a, b] = [sure('a'), sure('b')]
  all.await(a, 900)
  all.arrived(a)
  all.await(b, 1000)
  all.arrived(b)
  clock.at += 1000
  t.equal(enter('c'), null)
  t.strictSame(gone, [])
  all.await(a, 0)
  clock.at += 1
  t.ok(enter('c'), 'idle again')
  t.strictSame(gone, ['a'])
  t.end()
})

await t.test('within its time of grace nobody is sent away', t => {
  const { clock, enter, gone } = house({ most: 1, graceMs: 100 })
  t.ok(enter('a'))
  clock.at += 99
  t.equal(enter('b'), null)
  clock.at += 1
  t.ok(enter('b'))
  t.strictSame(gone, ['a'])
  t.end()
})

await t.test('who is slower than allowed goes at the next sweep', t => {
  const { all, clock, gone, sure } = house()
  all.await(sure('fast'), 100)
  all.await(sure('slow'), 10)
  clock.at += 50
  all.sweep(({ bytes }) => bytes)
  t.strictSame(gone, ['slow'])
  all.sweep(({ bytes }) => bytes)
  t.equal(gone.length, 1, 'once')
  t.end()
})

/** Answers: one that is made, one of which nothing is taken, one that is taken slowly. */
function answering() {
  const bench = house()
  let slowly = 0
  const readers: Record<string, () => number | null> = {
    made: () => null,
    stuck: () => 5,
    slow: () => slowly,
  }
  for (const [name, taken] of Object.entries(readers))
    bench.all.arrived(bench.sure(name, { taken }))
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      bench.clock.at += 1000
      slowly += bench.clock.at % 20_000 === 0 ? 40_000 : 0
      bench.all.sweep(() => 60_000)
    }
  }
  return { ...bench, pass }
}

await t.test('an answer of which nothing is taken is given up, a slow one is not', t => {
  const { gone, pass } = answering()
  pass(61)
  t.strictSame(gone, [])
  pass(1)
  t.strictSame(gone, ['stuck'])
  pass(600)
  t.strictSame(gone, ['stuck'])
  t.end()
})

await t.test('an answer that was taken in the end does not count against the next', t => {
  const { all, clock, enter, gone, sure } = house({ most: 1 })
  const seat = sure('a', { taken: () => 5 })
  all.arrived(seat)
  all.sweep(() => 60_000)
  clock.at += 50_000
  all.await(seat, 0)
  all.arrived(seat)
  t.equal(enter('b'), null)
  t.strictSame(gone, [])
  t.end()
})

await t.test('at a full house it is given up after seconds', t => {
  const { enter, gone, pass } = answering()
  pass(20)
  t.ok(enter('new'))
  t.strictSame(gone, ['stuck'])
  t.end()
})

await t.test('whatever happens, seats and bytes stay within their bounds', t => {
  const step = fc.record({
    act: fc.constantFrom('enter', 'await', 'arrived', 'leave'),
    which: fc.nat(9),
    bytes: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      let at = 0
      const limits = {
        most: 5,
        mostBytes: 1000,
        graceMs: 0,
        freshMs: 3,
        slowestBytesPerSecond: 1,
        likelyBytesPerSecond: 5,
        earnMs: 50,
      }
      const all = seats(limits, () => at)
      const inside = new Map<number, NonNullable<ReturnType<typeof all.enter>>>()
      for (const { act, which, bytes } of steps) {
        at += 1
        const seat = inside.get(which)
        if (act === 'enter' && seat === undefined) {
          const entered = all.enter({ come: () => 500, sendAway: () => inside.delete(which) })
          if (entered !== null) inside.set(which, entered)
        } else if (seat !== undefined && act === 'await') all.await(seat, bytes)
        else if (seat !== undefined && act === 'arrived') all.arrived(seat)
        else if (seat !== undefined && act === 'leave') {
          all.leave(seat)
          inside.delete(which)
        }
        all.sweep(() => 1e6)
        const waiting = [...inside.values()].filter(({ waitingSince }) => waitingSince !== null)
        const held = waiting.reduce((sum, each) => sum + Math.min(each.bytes, 500), 0)
        if (inside.size > 5 || held > 1000) return false
      }
      return true
    }),
  )
  t.pass()
  t.end()
})
