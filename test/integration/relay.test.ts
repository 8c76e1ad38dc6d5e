// Step 6 where the queue is no use: dead, or one that takes everything and does nothing. The relay works off the outbox
// itself, within a bound. Time passes by moving rows and by a clock of the test's own.
import t from 'tap'
import type { Job } from '../../schemas/job.js'
import { KhancapError } from '../../schemas/problem.js'
import { routeCase } from '../../src/app/route-case.js'
import { sendNotice } from '../../src/app/send-notice.js'
import { outboxRelay, type RelayDeps } from '../../workers/relay.js'
import type { Teardown } from '../helper/postgres.js'
import { type Bench, bench, casesTold, ledger, postgresQueue } from '../helper/workers.js'

t.setTimeout(120_000)

const { signal } = new AbortController()

interface Scene {
  readonly b: Bench
  readonly performed: Job[]
  /** Lets so many seconds pass, for the relay and for the rows of the outbox. */
  readonly pass: (seconds: number) => Promise<void>
  readonly relay: (changes?: Partial<RelayDeps>) => ReturnType<typeof outboxRelay>
}

async function scene(t: Teardown): Promise<Scene> {
  const b = await bench(t, postgresQueue)
  const { deps } = b
  const router = {
    ...deps,
    openSlip: deps.slips.open.bind(deps.slips),
    recipients: deps.slips.recipients,
  }
  const performed: Job[] = []
  let now = 0
  return {
    b,
    performed,
    async pass(seconds) {
      now += seconds * 1000
      await b.db.rows(
        `update outbox set created_at = created_at - $1::float8 * interval '1 second',
           sent_at = sent_at - $1::float8 * interval '1 second'`,
        [seconds],
      )
    },
    relay: (changes = {}) =>
      outboxRelay({
        store: b.db.store,
        queue: () => ({ addBulk: async () => undefined }),
        async perform(job) {
          performed.push(job)
          if (job.name === 'route-case') await routeCase(router, job.subject)
          else if (job.name !== 'sweep') await sendNotice(deps, job.subject)
        },
        log: b.log,
        ticks: () => now,
        ...changes,
      }),
  }
}

await t.test(
  'a queue that takes everything and does nothing: routed and told all the same',
  async t => {
    const { b, pass, performed, relay } = await scene(t)
    const step = relay()
    const id = await b.takeIn()
    for (let seconds = 0; seconds < 75; seconds += 15) {
      await step(signal)
      await pass(15)
    }
    t.strictSame(performed, [], 'a queue has its time')
    for (let seconds = 75; seconds < 120; seconds += 15) {
      await step(signal)
      await pass(15)
    }
    t.match(await ledger(b.db), { received: 0, outbox: 0, unsettled: 0 }, 'within two minutes')
    t.strictSame(casesTold(b), [id])
    t.ok(b.log.lines.some(({ event }) => event === 'the queue leaves jobs undone'))
    const next = await b.takeIn()
    await step(signal)
    await step(signal)
    t.match(await ledger(b.db), { received: 0 }, 'nothing is left to such a queue for a while')
    t.ok(casesTold(b).includes(next))
    await pass(90)
    await b.takeIn()
    await step(signal)
    t.match(await ledger(b.db), { received: 1, outbox: 1 }, 'then it has another chance')
  },
)

await t.test(
  'without a queue cases come first, then alarms, then the rest, many at once',
  async t => {
    const { b, pass, performed, relay } = await scene(t)
    const old = await b.takeIn()
    let most = 0
    let running = 0
    const step = relay({ queue: () => null })
    await pass(6)
    await step(signal)
    t.match(await ledger(b.db), { received: 0 })
    await b.db.rows(`insert into notices (id, case_id, kind, recipient, created_at)
    select gen_random_uuid(), '${old}', kind, 'director', now()
    from unnest(array['breach', 'reminder']) kind`)
    await b.db.rows(`insert into outbox (id, name, subject)
    select gen_random_uuid(), case kind when 'breach' then 'send-alarm' else 'send-notice' end, id::text
    from notices where settled_at is null and recipient = 'director'`)
    for (let i = 0; i < 30; i++) await b.takeIn()
    performed.length = 0
    const slow = relay({
      queue: () => null,
      async perform(job) {
        running += 1
        most = Math.max(most, running)
        await new Promise(resolve => setTimeout(resolve, 20))
        performed.push(job)
        running -= 1
      },
    })
    await pass(6)
    await slow(signal)
    const names = performed.map(({ name }) => name).filter((name, i, all) => name !== all[i - 1])
    t.strictSame(names, ['route-case', 'send-alarm', 'send-notice'])
    t.ok(most > 1 && most <= 8, `${most} at once`)
  },
)

await t.test(
  'a queue that fails is left alone for a while, and a job that fails harms no other',
  async t => {
    const { b, pass, relay } = await scene(t)
    let asked = 0
    const failing = relay({
      queue: () => ({
        async addBulk() {
          asked += 1
          throw new KhancapError('queue_unavailable')
        },
      }),
      async perform(job) {
        if (job.subject === bad) throw new KhancapError('store_unavailable')
        await b.db.rows('delete from outbox where id = $1', [job.id])
      },
    })
    const bad = await b.takeIn()
    for (let i = 0; i < 5; i++) await b.takeIn()
    await failing(signal)
    await failing(signal)
    t.equal(asked, 1)
    t.match(await ledger(b.db), { outbox: 1 })
    await pass(31)
    await failing(signal)
    t.equal(asked, 2)
    t.equal(b.log.lines.filter(({ event }) => event === 'job failed').length, 2, 'tried again')
  },
)

await t.test(
  'rows that were sent in the future are sent again: the clock was set back',
  async t => {
    const { b, relay } = await scene(t)
    await b.takeIn()
    await b.db.rows(`update outbox set sent_at = now() + interval '5 hours'`)
    const sent: string[] = []
    const step = relay({
      queue: () => ({
        async addBulk(jobs) {
          sent.push(...jobs.map(({ id }) => id))
        },
      }),
    })
    await step(signal)
    await step(signal)
    t.equal(sent.length, 1)
  },
)
