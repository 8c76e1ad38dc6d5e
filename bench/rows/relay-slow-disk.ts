import { outboxSetUp, queueBeside, relayInto } from '../relay-set-up.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const bulk = 'jobs a second into PostgreSQL, of those added one by one'

export const row: Row = {
  name: 'relay-slow-disk',
  title: 'Relay into PostgreSQL, every fsync 5 ms slower',
  about: 'As the row `relay`, on a disk as clouds rent them.',
  bar: [{ ratio: bulk, atLeast: 50 }],
  needs: ['linux', 'cc'],
  onlyFull: true,
  seconds: { quick: 60, full: 240 },
  async run(run) {
    const outbox = await outboxSetUp(run, { slowerFsyncMs: 5 })
    const relay = relayInto(run, outbox, await queueBeside(outbox))
    await relay.relayed(5000)
    await outbox.server.slowDown()
    const rates = await interleave(run.rounds, {
      bulk: () => relay.relayed(run.full ? 20_000 : 5000),
      single: () => relay.oneByOne(run.full ? 3000 : 500),
    })
    return {
      figures: [
        { name: 'relayed', unit: '1/s', rounds: rates.bulk },
        { name: 'one by one', unit: '1/s', rounds: rates.single },
      ],
      ratios: { [bulk]: ratios(rates.bulk, rates.single) },
    }
  },
}
