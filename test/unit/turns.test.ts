// A few at once, the others in their turn, whatever becomes of those before.
import t from 'tap'
import { turns } from '../../src/app/turns.js'

await t.test(
  'no more than are allowed are at it, all come to it in order, and failures free a place',
  async t => {
    const inTurn = turns(3)
    let now = 0
    let most = 0
    const begun: number[] = []
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) =>
        inTurn(async () => {
          begun.push(at)
          now += 1
          most = Math.max(most, now)
          await new Promise(resolve => setImmediate(resolve))
          now -= 1
          if (at % 7 === 0) throw new Error('no')
          return at
        }),
      ),
    )
    t.equal(most, 3)
    t.strictSame(begun, [...Array(50).keys()])
    t.equal(results.filter(({ status }) => status === 'rejected').length, 8)
    t.equal(await inTurn(async () => 'free'), 'free')
  },
)
