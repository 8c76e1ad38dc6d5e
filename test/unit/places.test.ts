// Places for what arrives slowly: bounded in number and bytes; who holds the most for the longest goes first.
import fc from 'fast-check'
import t from 'tap'
import { places } from '../../src/http/places.js'

function house(changes: Partial<Parameters<typeof places>[0]> = {}) {
  const clock = { at: 0 }
  const gone: string[] = []
  const limits = { most: 3, mostBytes: 1000, graceMs: 0, ...changes }
  const all = places(limits, () => clock.at)
  const enter = (name: string, taken?: () => number | null) =>
    all.enter({ sendAway: () => void gone.push(name), ...(taken === undefined ? {} : { taken }) })
  const sure = (name: string, taken?: () => number | null) => {
    const place = enter(name, taken)
    if (place === null) throw new Error('no place')
    return place
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

await t.test('a heavy body goes before a light one of the same age', t => {
  const { all, clock, gone, sure } = house()
  all.await(sure('light'), 10)
  all.await(sure('heavy'), 900)
  sure('idle')
  clock.at += 10
  sure('new')
  t.strictSame(gone, ['heavy'])
  t.end()
})

await t.test('bytes are bounded too: whoever announces the last is kept', t => {
  const { all, clock, gone, sure } = house()
  all.await(sure('a'), 600)
  clock.at += 10
  all.await(sure('b'), 400)
  t.strictSame(gone, [], 'at the cap')
  clock.at += 10
  all.await(sure('c'), 1)
  t.strictSame(gone, ['a'], 'one over')
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
  for (const [name, taken] of Object.entries(readers)) bench.all.arrived(bench.sure(name, taken))
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

await t.test('at a full house it is given up after seconds', t => {
  const { enter, gone, pass } = answering()
  pass(5)
  t.equal(enter('early'), null)
  pass(1)
  t.ok(enter('new'))
  t.strictSame(gone, ['stuck'])
  t.end()
})

await t.test('whatever happens, places and bytes stay within their bounds', t => {
  const step = fc.record({
    act: fc.constantFrom('enter', 'await', 'arrived', 'leave'),
    which: fc.nat(9),
    bytes: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      let at = 0
      const all = places({ most: 5, mostBytes: 1000, graceMs: 0 }, () => at)
      const inside = new Map<number, NonNullable<ReturnType<typeof all.enter>>>()
      for (const { act, which, bytes } of steps) {
        at += 1
        const place = inside.get(which)
        if (act === 'enter' && place === undefined) {
          const entered = all.enter({ sendAway: () => inside.delete(which) })
          if (entered !== null) inside.set(which, entered)
        } else if (place !== undefined && act === 'await') all.await(place, bytes)
        else if (place !== undefined && act === 'arrived') all.arrived(place)
        else if (place !== undefined && act === 'leave') {
          all.leave(place)
          inside.delete(which)
        }
        const waiting = [...inside.values()].filter(({ waitingSince }) => waitingSince !== null)
        const held = waiting.reduce((sum, each) => sum + each.bytes, 0)
        if (inside.size > 5 || held > 1000) return false
      }
      return true
    }),
  )
  t.pass()
  t.end()
})
