// The clock of a large organisation: a million open cases cost a sweep nothing while nothing is due, a queue that loses
// everything costs nothing at all, and a hundred thousand rungs of one minute are recorded within it while requests
// still come in. A fiftieth of it without KHANCAP_TEST_LONG=1.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t from 'tap'
import { purgeCases } from '../../src/app/purge-cases.js'
import { sweepClock } from '../../src/app/sweep-clock.js'
import { fillCases } from '../helper/many-cases.js'
import { newIntake, type TestStore } from '../helper/store.js'
import { bench, type Bench, postgresQueue, until } from '../helper/workers.js'

const long = process.env['KHANCAP_TEST_LONG'] === '1'
const openCases = long ? 1_000_000 : 20_000
const dueCases = long ? 100_000 : 2_000
/** What a pass may cost while nothing is due. */
const idleMs = 5
const minuteMs = 60_000
const { signal } = new AbortController()

async function fill(db: TestStore, count: number): Promise<void> {
  await fillCases((text, values) => db.rows(text, [...values]), count)
  await db.rows('vacuum analyze cases')
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The statement of the store that this work sends and that speaks of the index. */
async function overhear(work: () => Promise<unknown>): Promise<Statement> {
  const heard: Statement[] = []
  const query: unknown = Reflect.get(Client.prototype, 'query')
  if (typeof query !== 'function') throw new Error('the driver has no query')
  Client.prototype.query = function listening(this: Client, ...given: unknown[]) {
    const [text, values] = given
    if (typeof text === 'string') heard.push({ text, values: Array.isArray(values) ? values : [] })
    return Reflect.apply(query, this, given)
  }
  try {
    await work()
  } finally {
    Reflect.set(Client.prototype, 'query', query)
  }
  const asked = heard.find(({ text }) => /next_rung_at <= /.test(text))
  if (asked === undefined) throw new Error('no statement asks for what is due')
  return asked
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Shared Hit Blocks'?: number
  readonly Plans?: readonly PlanNode[]
}

interface Explained {
  readonly Plan: PlanNode
  readonly 'Execution Time': number
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

/** Requests that come in one after the other, on several connections, until they are told to stop. */
function requests(b: Bench): () => Promise<number> {
  const began = performance.now()
  const stop = new AbortController()
  let count = 0
  const senders = Array.from({ length: 4 }, async () => {
    while (!stop.signal.aborted) {
      await b.db.store.recordIntake(newIntake())
      count += 1
    }
  })
  return async () => {
    stop.abort()
    await Promise.all(senders)
    return (count * 1000) / (performance.now() - began)
  }
}

await t.test(`${openCases} open cases`, { timeout: 3_600_000 }, async t => {
  const b = await bench(t, postgresQueue)
  const { db, deps } = b
  t.comment(`filled in ${Math.round(await timed(() => fill(db, openCases)))} ms`)

  await t.test('a sweep that finds nothing due reads the index and nothing else', async t => {
    const asked = await overhear(() => sweepClock(deps, signal))
    const [explained] = await db.rows(
      `explain (analyze, buffers, format json) ${asked.text}`,
      asked.values,
    )
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const [plan] = (explained ?? {})['QUERY PLAN'] as readonly Explained[]
    if (plan === undefined) throw new Error('no plan')
    const nodes = nodesOf(plan.Plan)
    t.notOk(nodes.some(node => node['Node Type'] === 'Seq Scan'))
    t.ok(nodes.some(node => node['Index Name'] === 'cases_next_rung'))
    const blocks = plan.Plan['Shared Hit Blocks'] ?? 0
    t.ok(blocks < 50, `${blocks} blocks`)
    const passes: number[] = []
    for (let pass = 0; pass < 50; pass++)
      passes.push(
        await timed(async () => {
          await sweepClock(deps, signal)
          await purgeCases(deps, signal)
        }),
      )
    t.comment(
      `a pass: ${median(passes).toFixed(2)} ms (median), in the database ` +
        `${plan['Execution Time'].toFixed(3)} ms and ${blocks} blocks`,
    )
    t.ok(plan['Execution Time'] < idleMs, `${plan['Execution Time']} ms in the database`)
  })

  await t.test(
    'a queue that lost everything: the next sweep is on time, nothing is rebuilt',
    async t => {
      const workers = b.start()
      await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue opened')
      const tables = await db.rows(
        `select quote_ident(tablename) as name from pg_tables where schemaname = 'bullmq'`,
      )
      const names = tables.map(row => `bullmq.${String(row['name'])}`).join(', ')
      await until(
        () =>
          db.rows(`truncate ${names} cascade`).then(
            () => true,
            () => false,
          ),
        'emptied',
      )
      const [due] = await db.rows(
        `update cases set next_rung_at = clock_timestamp(), received_at = received_at - interval '1 h',
         due_at = due_at - interval '1 h'
       where id = (select min(id) from cases) returning id, clock_timestamp() as now`,
      )
      const fired = async () => {
        const [row] = await db.rows(
          `select at from events where case_id = $1 and kind = 'reminder'`,
          [due?.['id']],
        )
        return row === undefined ? null : Number(row['at'])
      }
      await until(async () => (await fired()) !== null, 'the rung')
      const lateMs = Number(await fired()) - Number(due?.['now'])
      const [jobs] = await db.rows('select count(*) as jobs from bullmq.job')
      t.comment(
        `fired ${lateMs} ms after it was due; the queue holds ${Number(jobs?.['jobs'])} jobs`,
      )
      t.ok(Number(jobs?.['jobs']) < 20, 'a job for each thing to do, none for each case')
      await workers.close(5000)
    },
  )

  await t.test(`${dueCases} rungs of one minute, while requests come in`, async t => {
    await requests(b)()
    const alone = requests(b)
    await sleep(long ? 10_000 : 2000)
    const before = await alone()
    await db.rows(
      `update cases set next_rung_at = now(), received_at = received_at - interval '1 h',
         due_at = due_at - interval '1 h'
       where id in (select id from cases where climbed_to is null and next_rung_at > now()
         order by id limit $1)`,
      [dueCases],
    )
    await db.rows('vacuum analyze cases')
    const beside = requests(b)
    let fired = 0
    const ms = await timed(async () => {
      fired = await sweepClock(deps, signal)
    })
    const during = await beside()
    t.comment(
      `${fired} rungs in ${Math.round(ms)} ms; intakes a second: ${Math.round(before)} alone, ` +
        `${Math.round(during)} beside it`,
    )
    t.equal(fired, dueCases)
    t.ok(ms < minuteMs, 'within the minute')
    // A short run on a busy machine says little about speed.
    t.ok(during > before / (long ? 2 : 10), 'requests keep half their speed')
  })
})
