import { insertPerRequest, intakeSetUp } from '../intake-set-up.js'
import { warmUp } from '../load.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const speed = 'intakes a second, of the same API without groups'
const ofFour = 'the same, of the API without groups on as many connections as groups are under way'
const ofOne = 'the same, of the API without groups on one connection'

export const row: Row = {
  name: 'intake-slow-disk',
  title: 'Intake: 128 clients, every fsync 5 ms slower',
  about:
    'A disk as clouds rent them: a library between PostgreSQL and the system makes every fsync and fdatasync wait 5 ms. ' +
    'The peer is the same API with one transaction for each request, on the ten connections that both have. PostgreSQL lets commits of ' +
    'several connections share one wait for the disk, so that this peer has groups as well, of up to ten, in the database in place of the ' +
    'API. What groups are worth where there are fewer connections to share is told by the other two: as many as groups are ' +
    'under way, four, and one, where each request waits for the disk alone.',
  bar: [{ ratio: speed, atLeast: 5 }],
  needs: ['linux', 'cc'],
  seconds: { quick: 120, full: 300 },
  async run(run) {
    const ms = run.full ? 5000 : 1000
    const set = await intakeSetUp(run, { slowerFsyncMs: 5 })
    const grouped = await set.startApi()
    const alone = await set.startApi({ groups: insertPerRequest })
    const four = await set.startApi({ groups: insertPerRequest, connections: 4 })
    const one = await set.startApi({ groups: insertPerRequest, connections: 1 })
    await warmUp(128, grouped.load, alone.load, four.load, one.load)
    const rates = await interleave(run.rounds, {
      grouped: () => grouped.load(128, ms),
      alone: () => alone.load(128, ms),
      four: () => four.load(128, ms),
      one: () => one.load(128, ms),
    })
    const perSecond = (name: keyof typeof rates) => rates[name].map(each => each.perSecond)
    return {
      figures: [
        { name: 'intakes', unit: '1/s', rounds: perSecond('grouped') },
        { name: 'p99', unit: 'ms', rounds: rates.grouped.map(each => each.p99) },
        { name: 'without groups', unit: '1/s', rounds: perSecond('alone') },
        { name: 'without groups, on four connections', unit: '1/s', rounds: perSecond('four') },
        { name: 'without groups, on one connection', unit: '1/s', rounds: perSecond('one') },
        { name: 'without groups, p99', unit: 'ms', rounds: rates.alone.map(each => each.p99) },
      ],
      ratios: {
        [speed]: ratios(perSecond('grouped'), perSecond('alone')),
        [ofFour]: ratios(perSecond('grouped'), perSecond('four')),
        [ofOne]: ratios(perSecond('grouped'), perSecond('one')),
      },
    }
  },
}
