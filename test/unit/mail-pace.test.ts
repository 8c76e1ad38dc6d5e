// The quota of a mailbox: what a flood may take at once, and how long the rest waits.
import t from 'tap'
import { mailBucket, mailCost, usualPace } from '../../workers/mail-pace.js'

await t.test('what fits into the burst does not wait, and one more does', t => {
  const take = mailBucket({ burst: 10, perSecond: 2 })
  t.equal(take(10, 0), 0)
  t.equal(take(1, 0), 500)
  t.equal(take(1, 0), 1000, 'what is owed adds up')
  t.equal(take(1, 1000), 500, 'and is paid back by time')
  t.equal(take(10, 3_600_000), 0, 'up to the burst, and no more')
  t.equal(take(1, 3_600_000), 500)
  t.end()
})

await t.test('a clock that goes back gives nothing', t => {
  const take = mailBucket({ burst: 1, perSecond: 1 })
  t.equal(take(1, 10_000), 0)
  t.equal(take(1, 0), 1000)
  t.equal(take(1, 10_000), 2000)
  t.end()
})

await t.test('ten thousand mails at the first start do not wait; large ones count more', t => {
  t.equal(mailBucket(usualPace)(10_000 * mailCost(50_000), 0), 0)
  t.equal(mailCost(0), 1)
  t.equal(mailCost(1_048_575), 1)
  t.equal(mailCost(1_048_576), 2)
  t.equal(mailCost(33_554_432), 33)
  t.end()
})
