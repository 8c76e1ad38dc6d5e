// A database that is restored from yesterday: deadlines stand in it, so nothing has to be rebuilt. What fired on the lost
// day fires once more, because nobody remembers it; what fired before does not. Time passes by moving rows.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { routeCase } from '../../src/app/route-case.js'
import { sweepClock } from '../../src/app/sweep-clock.js'
import { inCheckout } from '../helper/checkout.js'
import type { Teardown } from '../helper/postgres.js'
import type { TestStore } from '../helper/store.js'
import { type Bench, bench, ledger, postgresQueue } from '../helper/workers.js'

t.setTimeout(120_000)

const hour = 3600
const { signal } = new AbortController()

/** Columns that can be written, of every table that references others after those. */
async function tablesOf({ rows }: TestStore) {
  const found = await rows(
    `select table_name as name, string_agg(quote_ident(column_name), ', ') as columns
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'
       and table_name not like 'migrations%'
     group by table_name
     order by array_position(array['directories', 'intakes', 'cases'], table_name::text)`,
  )
  return found.map(row => ({ name: String(row['name']), columns: String(row['columns']) }))
}

async function backUp(db: TestStore): Promise<() => Promise<void>> {
  const tables = await tablesOf(db)
  await db.rows('create schema yesterday')
  for (const { name, columns } of tables)
    await db.rows(`create table yesterday.${name} as select ${columns} from ${name}`)
  return async () => {
    await db.rows(`truncate ${tables.map(({ name }) => name).join(', ')}`)
    for (const { name, columns } of tables)
      await db.rows(`insert into ${name} (${columns}) select ${columns} from yesterday.${name}`)
  }
}

/** Cases that are taken in and routed, and the sweep, by hand. */
async function clockBench(t: Teardown) {
  const b = await bench(t, postgresQueue)
  const { deps } = b
  const router = {
    ...deps,
    openSlip: deps.slips.open.bind(deps.slips),
    recipients: deps.slips.recipients,
  }
  return {
    b,
    sweep: () => sweepClock(deps, signal),
    take: async () => {
      const id = await b.takeIn()
      await routeCase(router, id)
      return id
    },
  }
}

async function rungsOf({ db }: Bench, id: string): Promise<string[]> {
  const rows = await db.rows(
    `select kind, recipient, round(extract(epoch from rungs.at - received_at) / 3600) as hour
     from rungs join cases on cases.id = case_id where case_id = $1 order by rungs.at, kind`,
    [id],
  )
  return rows.map(
    row => `${String(row['hour'])} ${String(row['kind'])} ${String(row['recipient'])}`,
  )
}

await t.test(
  'a database of yesterday: deadlines stand, and what is overdue fires once',
  async t => {
    const { b, sweep, take } = await clockBench(t)
    const [open, answered] = [await take(), await take()]
    for (const id of [open, answered]) await b.age(id, 5 * hour)
    await sweep()
    const early = ['1 reminder team', '4 reminder team']
    t.strictSame(await rungsOf(b, open), early)
    const restore = await backUp(b.db)

    // The day that will be lost: a reminder fires, a case is answered, another one comes.
    const lost = await take()
    for (const id of [open, answered]) await b.age(id, 20 * hour)
    await sweep()
    t.strictSame(await rungsOf(b, open), [...early, '24 reminder team'])
    await b.db.rows(
      `update cases set state = 'answered', answered_at = now(), due_at = null, next_rung_at = null
     where id = $1`,
      [answered],
    )

    await restore()
    for (const id of [open, answered]) await b.age(id, 40 * hour)
    await Promise.all([sweep(), sweep(), sweep()])
    await sweep()
    const late = [...early, '24 reminder team', '40 reminder team', '44 escalation lead']
    t.strictSame(await rungsOf(b, open), late, 'overdue rungs fire once, older ones do not again')
    t.strictSame(await rungsOf(b, answered), late, 'an answer that is lost is owed again')
    t.match(await ledger(b.db), { cases: 2, rungs_twice: 0, without_deadline: 0 })
    t.strictSame(await b.db.rows('select 1 from cases where id = $1', [lost]), [], 'lost is lost')
    const due = await b.db.rows(
      `select extract(epoch from due_at - received_at)::float8 as seconds from cases`,
    )
    t.strictSame(due, [{ seconds: 48 * hour }, { seconds: 48 * hour }])
    await take()
    t.match(await ledger(b.db), { cases: 3 }, 'and work goes on')
  },
)

await t.test(
  'the clock of the database is set back: nothing fires twice, nothing is lost',
  async t => {
    const { b, sweep, take } = await clockBench(t)
    const id = await take()
    await b.age(id, 25 * hour)
    await sweep()
    const fired = ['1 reminder team', '4 reminder team', '24 reminder team']
    t.strictSame(await rungsOf(b, id), fired)
    // Two hours back: for the clock, everything has happened two hours later.
    await b.age(id, -2 * hour)
    await b.db.rows('update cases set next_rung_at = now()')
    await sweep()
    t.strictSame(await rungsOf(b, id), fired)
    await b.age(id, 17 * hour)
    await sweep()
    t.strictSame(await rungsOf(b, id), [...fired, '40 reminder team'])
  },
)

await t.test(
  'the clock of the database ran ahead: what docs/operations.md says puts every ladder right',
  async t => {
    const { b, sweep, take } = await clockBench(t)
    // Ten days ahead: an old case has been through its ladder, another one comes. Then the clock is right again.
    const [old, late] = [await take(), await take()]
    await b.age(old, 240 * hour)
    await sweep()
    t.equal((await rungsOf(b, old)).length, 8)
    for (const id of [old, late]) await b.age(id, -240 * hour)
    await b.age(old, 2 * hour)
    await sweep()
    t.equal((await rungsOf(b, old)).length, 8, 'nothing fires')

    const words = await readFile(inCheckout('docs/operations.md'), 'utf8')
    const [, statements = ''] = /```sql\n(delete from rungs[^`]+)```/.exec(words) ?? []
    for (const statement of statements.split(';\n').filter(each => each !== ''))
      await b.db.rows(statement)
    const owed = await b.db.rows(
      `select round(extract(epoch from due_at - now()) / 3600)::int as hours from cases order by 1`,
    )
    t.strictSame(owed, [{ hours: 46 }, { hours: 48 }])
    await sweep()
    t.strictSame(await rungsOf(b, old), ['1 reminder team'], 'what was told before it was time')
    for (const id of [old, late]) await b.age(id, 46 * hour)
    await sweep()
    const ladder = ['1 reminder team', '4 reminder team', '24 reminder team', '40 reminder team']
    t.strictSame(await rungsOf(b, late), [...ladder, '44 escalation lead'])
    t.strictSame(await rungsOf(b, old), [
      ...ladder,
      '44 escalation lead',
      '47 escalation director',
      '48 breach director',
    ])
  },
)
