import { insertPerRequest, intakeSetUp } from '../intake-set-up.js'
import { warmUp } from '../load.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const speed = 'intakes a second, of the same API without groups'

export const row: Row = {
  name: 'intake-slow-disk',
  title: 'Intake: 128 clients, every fsync 5 ms slower',
  about:
    'A disk as clouds rent them: a library between PostgreSQL and the system makes every fsync and fdatasync wait 5 ms. ' +
    'The peer is the same API with one transaction for each request, on as many connections.',
  bar: [{ ratio: speed, atLeast: 5 }],
  needs: ['linux', 'cc'],
  seconds: { quick: 90, full: 240 },
  async run(run) {
    const ms = run.full ? 5000 : 1000
    const set = await intakeSetUp(run, { slowerFsyncMs: 5 })
    const grouped = await set.startApi()
    const alone = await set.startApi({ groups: insertPerRequest })
    await warmUp(128, grouped.load, alone.load)
    const rates = await interleave(run.rounds, {
      grouped: () => grouped.load(128, ms),
      alone: () => alone.load(128, ms),
    })
    const perSecond = (name: keyof typeof rates) => rates[name].map(each => each.perSecond)
    return {
      figures: [
        { name: 'intakes', unit: '1/s', rounds: perSecond('grouped') },
        { name: 'p99', unit: 'ms', rounds: rates.grouped.map(each => each.p99) },
        { name: 'without groups', unit: '1/s', rounds: perSecond('alone') },
        { name: 'without groups, p99', unit: 'ms', rounds: rates.alone.map(each => each.p99) },
      ],
      ratios: { [speed]: ratios(perSecond('grouped'), perSecond('alone')) },
    }
  },
}
