// Loops of the workers: faults are survived with longer pauses, waking is never lost, a stop is a stop.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import type { LogFields } from '../../src/ports/log.js'
import { faultPauseMs, startLoop, within } from '../../workers/loop.js'

function testLog() {
  const lines: (LogFields & { event: string })[] = []
  const write = (event: string, fields: LogFields = {}) => {
    lines.push({ event, ...fields })
  }
  return { lines, info: write, warn: write, error: write }
}

const at = (faults: number) => [0, 1].map(random => faultPauseMs(faults, 30_000, random))

await t.test(
  'pauses after faults double up to the longest, at least half of them kept',
  async t => {
    t.strictSame(at(1), [500, 1000])
    t.strictSame(at(2), [1000, 2000])
    t.strictSame(at(5), [8000, 16_000])
    t.strictSame(at(6), [15_000, 30_000])
    t.strictSame(at(5000), [15_000, 30_000])
  },
)

await t.test('a fault does not end the loop, and is logged as a code', async t => {
  const stop = new AbortController()
  const log = testLog()
  let steps = 0
  const loop = startLoop(
    'relay',
    async () => {
      steps += 1
      if (steps <= 2) throw steps === 1 ? new KhancapError('store_unavailable') : new Error('who?')
      stop.abort()
    },
    { pauseMs: 1, longestPauseMs: 2, signal: stop.signal, log },
  )
  await loop.ended
  t.equal(steps, 3)
  t.strictSame(
    log.lines.map(line => [line.event, line.code, line.count]),
    [
      ['step failed', 'store_unavailable', 1],
      ['step failed', 'internal', 2],
      ['step recovered', undefined, 2],
    ],
  )
})

await t.test('a wake cuts the pause short, and one during a step is not lost', async t => {
  const stop = new AbortController()
  let steps = 0
  const loop = startLoop(
    'relay',
    async () => {
      steps += 1
      if (steps === 2) loop.wake()
    },
    { pauseMs: 60_000, longestPauseMs: 60_000, signal: stop.signal, log: testLog() },
  )
  await sleep(20)
  t.equal(steps, 1)
  loop.wake()
  await sleep(20)
  t.equal(steps, 3, 'the wake during the second step made a third')
  stop.abort()
  await loop.ended
})

await t.test('after a fault nobody hurries the loop', async t => {
  const stop = new AbortController()
  let steps = 0
  const loop = startLoop(
    'sweep',
    async () => {
      steps += 1
      throw new KhancapError('store_unavailable')
    },
    { pauseMs: 1, longestPauseMs: 60_000, signal: stop.signal, log: testLog() },
  )
  await sleep(20)
  for (let i = 0; i < 50; i++) loop.wake()
  await sleep(50)
  t.equal(steps, 1)
  stop.abort()
  await loop.ended
})

await t.test('a stop waits for the step under way', async t => {
  const stop = new AbortController()
  let finished = false
  const loop = startLoop(
    'sweep',
    async () => {
      await sleep(50)
      finished = true
    },
    { pauseMs: 60_000, longestPauseMs: 60_000, signal: stop.signal, log: testLog() },
  )
  await sleep(5)
  stop.abort()
  await loop.ended
  t.ok(finished)
})

await t.test('what hangs for ever is given up after its time', async t => {
  await t.rejects(within(10, new Promise(() => undefined), 'queue_unavailable'), {
    code: 'queue_unavailable',
  })
  t.equal(await within(1000, Promise.resolve(7), 'queue_unavailable'), 7)
  await t.rejects(within(1000, Promise.reject(new Error('own')), 'queue_unavailable'), {
    message: 'own',
  })
})
