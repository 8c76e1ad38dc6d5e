import { cpuSeconds } from '../children.js'
import { sharedIntake, warmApi } from '../intake-set-up.js'
import { type Loader, warmUp } from '../load.js'
import { rowInserts } from '../pgbench.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const throughput = 'intakes a second, of one-row inserts of the same bytes'
const tail = 'p99, of Fastify with one insert of the same bytes'

export const row: Row = {
  name: 'intake',
  title: 'Intake: 10 readers, 4 KiB form, 32 clients',
  about:
    'Clients post sealed requests and wait for the signed receipt. Each intake is durable when it is answered: intake, ' +
    'case, deadline, envelope, slip and outbox row in one transaction, on a PostgreSQL that waits for its disk. The ' +
    'peers write the same bytes as one row: pgbench (prepared statement, no HTTP, no rules; a process of ours with the ' +
    'same statement where it is not installed) and Fastify with one insert. API, load and database share the cores.',
  bar: [
    { ratio: throughput, atLeast: 0.9 },
    { ratio: tail, atMost: 3 },
  ],
  needs: [],
  together: 'intake',
  seconds: { quick: 90, full: 400 },
  async run(run) {
    const ms = run.full ? 8000 : 800
    const set = await sharedIntake(run)
    const inserts = await rowInserts(run, set.url, set.bytes)
    const { child, load } = await warmApi(run)
    const peer = await set.startPeer(true)
    await warmUp(32, peer)
    const nothing = { p50: 0, p99: 0, loadMs: 0, ownMs: 0 }
    const loaded = (loader: Loader, pid: number | null) => async () => {
      const before = pid === null ? 0 : cpuSeconds(pid)
      const measured = await loader(32, ms)
      const used = pid === null ? 0 : cpuSeconds(pid) - before
      return { ...measured, ownMs: (used * 1000) / measured.answer.latencies.length }
    }
    const rates = await interleave(run.rounds, {
      api: loaded(load, child.pid),
      fastify: loaded(peer, null),
      rows: async () => ({ ...nothing, perSecond: await inserts.run(32, Math.max(1000, ms)) }),
    })
    const of = (name: keyof typeof rates, what: 'perSecond' | 'p50' | 'p99' | 'loadMs' | 'ownMs') =>
      rates[name].map(each => each[what])
    return {
      figures: [
        { name: 'intakes', unit: '1/s', rounds: of('api', 'perSecond') },
        { name: 'p50', unit: 'ms', rounds: of('api', 'p50') },
        { name: 'p99', unit: 'ms', rounds: of('api', 'p99') },
        { name: 'processor time of the API for each', unit: 'ms', rounds: of('api', 'ownMs') },
        { name: 'processor time of the load for each', unit: 'ms', rounds: of('api', 'loadMs') },
        {
          name: `one-row inserts by ${inserts.tool}`,
          unit: '1/s',
          rounds: of('rows', 'perSecond'),
        },
        { name: 'Fastify with one insert', unit: '1/s', rounds: of('fastify', 'perSecond') },
        { name: 'Fastify with one insert, p99', unit: 'ms', rounds: of('fastify', 'p99') },
        {
          name: 'Fastify with one insert: processor time of the load for each',
          unit: 'ms',
          rounds: of('fastify', 'loadMs'),
        },
      ],
      ratios: {
        [throughput]: ratios(of('api', 'perSecond'), of('rows', 'perSecond')),
        [tail]: ratios(of('api', 'p99'), of('fastify', 'p99')),
      },
      notes: [`Sealed bytes of one request: ${set.bytes}.`],
    }
  },
}
