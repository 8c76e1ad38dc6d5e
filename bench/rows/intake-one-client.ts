import { insertPerRequest, sharedIntake, warmApi } from '../intake-set-up.js'
import { warmUp } from '../load.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const speed = 'intakes a second by one client, of the same API without groups'

export const row: Row = {
  name: 'intake-one-client',
  title: 'Intake: one client alone',
  about:
    'Who comes alone waits for nobody: groups form only while others are under way. The peer is the same API with one ' +
    'transaction for each request. Both do the same here, so that the bar leaves 5 % for noise.',
  bar: [{ ratio: speed, atLeast: 0.95 }],
  needs: [],
  together: 'intake',
  seconds: { quick: 90, full: 240 },
  async run(run) {
    const ms = run.full ? 5000 : 500
    const set = await sharedIntake(run)
    const grouped = await warmApi(run)
    const alone = await set.startApi({ groups: insertPerRequest, connections: 32 })
    await warmUp(32, alone.load)
    await grouped.load(1, ms)
    await alone.load(1, ms)
    const rates = await interleave(run.rounds, {
      grouped: () => grouped.load(1, ms),
      alone: () => alone.load(1, ms),
    })
    const perSecond = (name: keyof typeof rates) => rates[name].map(each => each.perSecond)
    return {
      figures: [
        { name: 'intakes', unit: '1/s', rounds: perSecond('grouped') },
        { name: 'p50', unit: 'ms', rounds: rates.grouped.map(each => each.p50) },
        { name: 'without groups', unit: '1/s', rounds: perSecond('alone') },
        { name: 'without groups, p50', unit: 'ms', rounds: rates.alone.map(each => each.p50) },
      ],
      ratios: { [speed]: ratios(perSecond('grouped'), perSecond('alone')) },
    }
  },
}
