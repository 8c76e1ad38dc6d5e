import { cpuSeconds } from '../children.js'
import { cpuQuota } from '../cpu-quota.js'
import { warmApi } from '../intake-set-up.js'
import type { Load } from '../load.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const share = 0.25
const perCpu = 'intakes per second of processor time, of the API that has all it wants'
const failures = 'answers that are neither 201 nor 503 with Retry-After'

const failed = ({ answer }: Load) =>
  Object.entries(answer.statuses)
    .filter(([status]) => status !== '201' && status !== '503')
    .reduce((sum, [, count]) => sum + count, answer.withoutRetryAfter['503'] ?? 0)

export const row: Row = {
  name: 'intake-quarter-core',
  title: 'Intake: 32 clients, the API held to a quarter of a core',
  about:
    'A control group of the kernel lets the API run 25 of every 100 ms, as container runtimes do. What it does with its time should be what ' +
    'the same process does outside of the group, turn by turn, and who is not taken in should be told when to come back.',
  bar: [
    { ratio: perCpu, atLeast: 0.7 },
    { ratio: failures, atMost: 0, every: true },
  ],
  needs: ['linux', 'cpu-quota'],
  together: 'intake',
  onlyFull: true,
  seconds: { quick: 90, full: 400 },
  async run(run) {
    const ms = run.full ? 8000 : 1500
    const { child, load } = await warmApi(run)
    const quota = cpuQuota.open(share)
    run.defer(() => quota.close())
    async function free() {
      const before = cpuSeconds(child.pid)
      const measured = await load(32, ms)
      return { ...measured, cpu: cpuSeconds(child.pid) - before }
    }
    async function held() {
      const letGo = quota.add(child.pid)
      try {
        return await free()
      } finally {
        letGo()
      }
    }
    const rates = await interleave(run.rounds, { held, free })
    const perSecond = (name: keyof typeof rates) => rates[name].map(each => each.perSecond)
    const efficiency = (name: keyof typeof rates) =>
      rates[name].map(each => each.answer.latencies.length / each.cpu)
    return {
      figures: [
        { name: 'intakes at a quarter', unit: '1/s', rounds: perSecond('held') },
        { name: 'p99 at a quarter', unit: 'ms', rounds: rates.held.map(each => each.p99) },
        { name: 'intakes', unit: '1/s', rounds: perSecond('free') },
        {
          name: 'cores used by the API that has all it wants',
          unit: '',
          rounds: rates.free.map(each => each.cpu / each.answer.seconds),
        },
      ],
      ratios: {
        [perCpu]: ratios(efficiency('held'), efficiency('free')),
        [failures]: rates.held.map(failed),
      },
    }
  },
}
