import { sweepClock } from '../../src/app/sweep-clock.js'
import { clockDeps } from '../clock-set-up.js'
import { intakeSetUp } from '../intake-set-up.js'
import { fillDatabase, letRungsComeDue } from '../many-cases.js'
import { timed } from '../rounds.js'
import type { Row } from '../row.js'

const minute = 'rungs that came due at once recorded, of a minute'
const kept = 'intakes a second meanwhile, of those before and after'

export const row: Row = {
  name: 'rungs',
  title: '100,000 rungs due at once, while requests come in',
  about:
    'The same minute for a hundred thousand cases: each rung is recorded with its event, its notice and the outbox row of ' +
    'its lane, in one transaction with the case’s next rung. Sixteen clients send requests before, meanwhile and after, ' +
    'to an API in a process of its own. A quick run of this row has 4,000 rungs, and its time is held against as much less of a minute.',
  bar: [
    { ratio: minute, atMost: 1 },
    { ratio: kept, atLeast: 0.5 },
  ],
  needs: [],
  onlyFull: true,
  seconds: { quick: 120, full: 1800 },
  async run(run) {
    const { signal } = new AbortController()
    const rungs = run.full ? 100_000 : 4000
    const rounds = 3
    const limitMs = (60_000 * rungs) / 100_000
    const set = await intakeSetUp(run)
    await fillDatabase(set.url, rungs * (rounds + 1))
    const deps = clockDeps(set.opened)
    const { load } = await set.startApi()
    const quietMs = run.full ? 8000 : 1500
    await load(16, quietMs)
    const sweeps: number[] = []
    const meanwhile: number[] = []
    const around: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = await load(16, quietMs)
      await letRungsComeDue(set.url, rungs)
      const swept = new AbortController()
      const sweeping = timed(async () => {
        const fired = await sweepClock(deps, signal)
        if (fired !== rungs) throw new Error(`${fired} of ${rungs} rungs fired`)
      }).finally(() => swept.abort())
      sweeping.catch(() => {})
      const slices: number[] = []
      while (!swept.signal.aborted) slices.push((await load(16, Math.min(500, quietMs))).perSecond)
      sweeps.push(await sweeping)
      // The last slice reaches beyond the end.
      const whole = slices.length > 1 ? slices.slice(0, -1) : slices
      meanwhile.push(whole.reduce((sum, each) => sum + each, 0) / whole.length)
      const after = await load(16, quietMs)
      around.push((before.perSecond + after.perSecond) / 2)
    }
    return {
      figures: [
        { name: 'rungs', unit: '', rounds: [rungs] },
        { name: 'until all are recorded', unit: 's', rounds: sweeps.map(ms => ms / 1000) },
        { name: 'intakes before and after', unit: '1/s', rounds: around },
        { name: 'intakes meanwhile', unit: '1/s', rounds: meanwhile },
      ],
      ratios: {
        [minute]: sweeps.map(ms => ms / limitMs),
        [kept]: meanwhile.map((rate, round) => rate / (around[round] ?? Number.NaN)),
      },
    }
  },
}
