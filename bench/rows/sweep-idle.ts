import { purgeCases } from '../../src/app/purge-cases.js'
import { sweepClock } from '../../src/app/sweep-clock.js'
import { clockDeps } from '../clock-set-up.js'
import { sharedCases } from '../intake-set-up.js'
import { fillDatabase } from '../many-cases.js'
import { interleave, timed } from '../rounds.js'
import type { Row } from '../row.js'

const limitMs = 5
const pass = `a pass of the sweep, of ${limitMs} ms`

export const row: Row = {
  name: 'sweep-idle',
  title: 'Sweep over 1,000,000 open cases, nothing due',
  about:
    'What every ten seconds costs: the sweep asks the index of next rungs and notes that it is alive, forced to disk. What looking for that which ' +
    'retention ends costs stands beside it. A quick run has 40,000 cases. That nothing but the index is read is tested in test/scale/clock.test.ts.',
  bar: [{ ratio: pass, atMost: 1 }],
  needs: [],
  together: 'cases',
  seconds: { quick: 60, full: 1200 },
  async run(run) {
    const { signal } = new AbortController()
    const { url, opened } = await sharedCases(run)
    const cases = run.full ? 1_000_000 : 40_000
    const filledMs = await timed(() => fillDatabase(url, cases))
    const deps = clockDeps(opened)
    const average = async (passes: number, work: () => Promise<unknown>) => {
      const ms = await timed(async () => {
        for (let count = 0; count < passes; count++) await work()
      })
      return ms / passes
    }
    const sweep = () => average(100, () => sweepClock(deps, signal))
    const purge = () => average(20, () => purgeCases(deps, signal))
    const moving = () =>
      timed(() =>
        opened.pool.query(
          `select id from cases where next_rung_at <= clock_timestamp() order by next_rung_at limit 1000`,
        ),
      )
    // Until what runs every ten seconds is compiled.
    for (let times = 0; times < 4; times++) await sweep()
    const times = await interleave(run.rounds, { sweep, purge, moving })
    return {
      figures: [
        { name: 'a pass', unit: 'ms', rounds: times.sweep },
        { name: 'a look for what retention ends', unit: 'ms', rounds: times.purge },
        {
          name: 'one question that compares with a clock that moves within it',
          unit: 'ms',
          rounds: times.moving,
        },
        { name: 'open cases', unit: '', rounds: [cases] },
        {
          name: 'time to make those that the rows before had not',
          unit: 's',
          rounds: [filledMs / 1000],
        },
      ],
      ratios: { [pass]: times.sweep.map(ms => ms / limitMs) },
    }
  },
}
