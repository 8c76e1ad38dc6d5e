import { cpuQuota } from '../cpu-quota.js'
import { intakeSetUp } from '../intake-set-up.js'
import { sealRequest } from '../organisation.js'
import { exchange, ownRequest } from '../real-senders.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const share = 0.25
const scale = 'intakes a second by two APIs, of one'
const survives = 'intakes a second by the one that is left after the other was killed, of one alone'

export const row: Row = {
  name: 'two-machines',
  title: 'Two API processes on one PostgreSQL',
  about:
    'Each API is held to a quarter of a core, so that they do not share what two machines would not share; 32 clients in all. ' +
    'Then one of them is killed (SIGKILL) with sixteen requests in its hands: whoever hears nothing sends the same bytes to the other one, ' +
    'and the time until the last of them has its receipt is told. What becomes of requests and deadlines when an API and a worker die is no speed, and is ' +
    'tested in test/fault/two-machines.test.ts, with two workers and Redis.',
  bar: [
    { ratio: scale, atLeast: 1.7 },
    { ratio: survives, atLeast: 0.8 },
  ],
  needs: ['linux', 'cpu-quota'],
  onlyFull: true,
  seconds: { quick: 120, full: 480 },
  async run(run) {
    const ms = run.full ? 6000 : 2500
    const set = await intakeSetUp(run)
    const apis = [await set.startApi(), await set.startApi()]
    const [first, second] = apis
    if (first === undefined || second === undefined) throw new Error('no API')
    for (const { load } of apis) await load(32, ms)
    for (const { child } of apis) {
      const quota = cpuQuota.open(share)
      run.defer(() => quota.close())
      quota.add(child.pid)
      // Released before the quota, which must be empty then.
      run.defer(() => child.end())
    }
    const rates = await interleave(run.rounds, {
      one: async () => (await first.load(32, ms)).perSecond,
      two: async () => {
        const both = await Promise.all([first.load(16, ms), second.load(16, ms)])
        return both.reduce((sum, each) => sum + each.perSecond, 0)
      },
    })
    const template = await sealRequest(set.opened)
    const call = {
      method: 'POST',
      path: '/v1/intakes',
      headers: { 'content-type': 'application/json' },
    }
    const asked = Array.from({ length: 16 }, () => {
      const { body } = ownRequest(template)
      return { body, answer: exchange(second.child.ready.port, call, body, false) }
    })
    // Some have an answer by then, and some are in the store's hands.
    await Promise.race(asked.map(({ answer }) => answer))
    process.kill(second.child.pid, 'SIGKILL')
    const killedAt = performance.now()
    let again = 0
    await Promise.all(
      asked.map(async ({ body, answer }) => {
        if ((await answer).status === 201) return
        again += 1
        const { status } = await exchange(first.child.ready.port, call, body, false)
        if (status !== 201 && status !== 200) throw new Error(`the other API answered ${status}`)
      }),
    )
    const failoverMs = performance.now() - killedAt
    const left: number[] = []
    for (let round = 0; round < run.rounds; round++) left.push((await first.load(32, ms)).perSecond)
    return {
      figures: [
        { name: 'intakes by one API', unit: '1/s', rounds: rates.one },
        { name: 'intakes by two', unit: '1/s', rounds: rates.two },
        { name: 'intakes by the one that is left', unit: '1/s', rounds: left },
        { name: 'requests that were sent again to the other one', unit: '', rounds: [again] },
        { name: 'until the last of them had its receipt', unit: 'ms', rounds: [failoverMs] },
      ],
      ratios: { [scale]: ratios(rates.two, rates.one), [survives]: ratios(left, rates.one) },
    }
  },
}
