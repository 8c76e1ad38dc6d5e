// One long task is bad luck; being late again and again is drowning.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { loopWatch, smoothed } from '../../src/http/loop-watch.js'

await t.test('one stop of almost four seconds is forgiven, and soon forgotten', async t => {
  let late = smoothed(0, 3900)
  t.ok(late < 1000)
  for (let quiet = 0; quiet < 8; quiet++) late = smoothed(late, 0)
  t.ok(late < 100)
})

await t.test('being late by more than a second again and again passes a second', async t => {
  let late = 0
  for (let again = 0; again < 8; again++) late = smoothed(late, 1500)
  t.ok(late > 1000)
})

await t.test('a timer that is early counts as on time', async t => {
  t.equal(smoothed(0, -5), 0)
})

await t.test('a loop that is held up is seen to be late', async t => {
  const watch = loopWatch()
  t.teardown(() => watch.stop())
  t.equal(watch.lateMs(), 0)
  const until = performance.now() + 600
  while (performance.now() < until);
  await sleep(20)
  t.ok(watch.lateMs() > 50)
})
