import { cpuQuota } from '../cpu-quota.js'
import { intakeSetUp } from '../intake-set-up.js'
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
    'Then one of them is killed (SIGKILL). What becomes of requests and deadlines when an API and a worker die is no speed, and is ' +
    'tested in test/fault/two-machines.test.ts, with two workers and Redis.',
  bar: [
    { ratio: scale, atLeast: 1.7 },
    { ratio: survives, atLeast: 0.8 },
  ],
  needs: ['linux', 'cpu-quota'],
  onlyFull: true,
  seconds: { quick: 120, full: 300 },
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
    process.kill(second.child.pid, 'SIGKILL')
    const left: number[] = []
    for (let round = 0; round < run.rounds; round++) left.push((await first.load(32, ms)).perSecond)
    return {
      figures: [
        { name: 'intakes by one API', unit: '1/s', rounds: rates.one },
        { name: 'intakes by two', unit: '1/s', rounds: rates.two },
        { name: 'intakes by the one that is left', unit: '1/s', rounds: left },
      ],
      ratios: { [scale]: ratios(rates.two, rates.one), [survives]: ratios(left, rates.one) },
    }
  },
}
