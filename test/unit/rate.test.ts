// A bucket lets a burst through and thins a flood to its rate; it never stops it.
import fc from 'fast-check'
import t from 'tap'
import { tokenBucket } from '../../src/http/rate.js'

await t.test(
  'a full bucket gives as many as a second holds, then one for each share of a second',
  async t => {
    let at = 0
    const bucket = tokenBucket(4, () => at)
    const taken = (count: number) =>
      Array.from({ length: count }, () => bucket.take()).filter(Boolean).length
    t.equal(taken(10), 4)
    at += 249
    t.equal(taken(10), 0)
    at += 1
    t.equal(taken(10), 1)
    at += 60_000
    t.equal(bucket.share(), 1)
    t.equal(taken(10), 4, 'a pause saves up one second, no more')
    t.equal(bucket.share(), 0)
  },
)

await t.test('whatever comes, as many pass as the rate says, and the door opens again', async t => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 500 }),
      (perSecond, pauses) => {
        let at = 0
        const bucket = tokenBucket(perSecond, () => at)
        let passed = 0
        for (const pause of pauses) {
          at += pause
          if (bucket.take()) passed += 1
        }
        at += 1001 / perSecond
        return passed <= perSecond + (at * perSecond) / 1000 && bucket.take()
      },
    ),
  )
  t.pass()
})

await t.test('a bucket that is larger than its rate holds what was saved up', async t => {
  let at = 0
  const bucket = tokenBucket(0.5, () => at, 10)
  const taken = (count: number) =>
    Array.from({ length: count }, () => bucket.take()).filter(Boolean).length
  t.equal(taken(20), 10)
  at += 1999
  t.notOk(bucket.take())
  at += 1
  t.ok(bucket.take(), 'one in two seconds')
  at += 10_000
  t.equal(bucket.share(), 0.5)
})

await t.test('what is asked of an empty bucket may be owed, up to a bound', async t => {
  let at = 0
  const bucket = tokenBucket(1, () => at, 10, 5)
  for (let asked = 0; asked < 100; asked++) t.equal(bucket.take(), asked < 10)
  t.equal(bucket.share(), 0)
  at += 5000
  t.equal(bucket.share(), 0, 'what was owed is paid')
  at += 5000
  t.equal(bucket.share(), 0.5)
})
