// One question for everybody who asks at the same time, and its answer for a while.
import t from 'tap'
import { remembered } from '../../src/http/remembered.js'

await t.test('who asks at the same time shares one answer; who asks later asks again', async t => {
  let at = 0
  let asked = 0
  const answers: ((value: number) => void)[] = []
  const ask = remembered(
    () => {
      asked += 1
      return new Promise<number>(resolve => {
        answers.push(resolve)
      })
    },
    1000,
    () => at,
  )
  const first = Array.from({ length: 50 }, () => ask())
  t.equal(asked, 1)
  at = 5000
  const late = ask()
  t.equal(asked, 1, 'however long it takes')
  answers[0]?.(7)
  t.ok((await Promise.all(first)).every(value => value === 7))
  t.equal(await late, 7)
  at = 5999
  t.equal(await ask(), 7)
  t.equal(asked, 1)
  at = 6000
  const next = ask()
  t.equal(asked, 2)
  answers[1]?.(8)
  t.equal(await next, 8)
})

await t.test('a fault is told to who shares it and is not kept', async t => {
  let asked = 0
  const ask = remembered(
    async () => {
      asked += 1
      if (asked === 1) throw new Error('first')
      return asked
    },
    1000,
    () => 0,
  )
  const both = await Promise.allSettled([ask(), ask()])
  t.ok(both.every(result => result.status === 'rejected'))
  t.equal(await ask(), 2)
})
