import { insertPerRequest, intakeSetUp } from '../intake-set-up.js'
import { type Load, warmUp } from '../load.js'
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
    'API. What groups are worth where there are fewer connections to share is told by the other two, in a full run: as many as groups are ' +
    'under way, four, and one, where each request waits for the disk alone. The disk is slow from the end of the warm-up on.',
  bar: [{ ratio: speed, atLeast: 5 }],
  needs: ['linux', 'cc'],
  seconds: { quick: 120, full: 480 },
  async run(run) {
    const ms = run.full ? 5000 : 1000
    const set = await intakeSetUp(run, { slowerFsyncMs: 5 })
    const grouped = await set.startApi()
    const alone = await set.startApi({ groups: insertPerRequest })
    const fewer: Record<string, () => Promise<Load>> = {}
    for (const connections of run.full ? [4, 1] : []) {
      const { load } = await set.startApi({ groups: insertPerRequest, connections })
      await warmUp(128, load)
      fewer[connections] = () => load(128, ms)
    }
    await warmUp(128, grouped.load, alone.load)
    await set.server.slowDown()
    const rates: Record<string, Load[]> = await interleave(run.rounds, {
      grouped: () => grouped.load(128, ms),
      alone: () => alone.load(128, ms),
      ...fewer,
    })
    const perSecond = (name: string) => (rates[name] ?? []).map(each => each.perSecond)
    const p99 = (name: string) => (rates[name] ?? []).map(each => each.p99)
    const without = (connections: number) =>
      run.full
        ? [
            {
              name: `without groups, connections: ${connections}`,
              unit: '1/s',
              rounds: perSecond(String(connections)),
            },
          ]
        : []
    return {
      figures: [
        { name: 'intakes', unit: '1/s', rounds: perSecond('grouped') },
        { name: 'p99', unit: 'ms', rounds: p99('grouped') },
        { name: 'without groups', unit: '1/s', rounds: perSecond('alone') },
        { name: 'without groups, p99', unit: 'ms', rounds: p99('alone') },
        ...without(4),
        ...without(1),
      ],
      ratios: {
        [speed]: ratios(perSecond('grouped'), perSecond('alone')),
        ...(run.full
          ? {
              [ofFour]: ratios(perSecond('grouped'), perSecond('4')),
              [ofOne]: ratios(perSecond('grouped'), perSecond('1')),
            }
          : {}),
      },
    }
  },
}
