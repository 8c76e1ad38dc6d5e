// One sweep among others that fail, take long, or stand in the way: what is overdue is told, whatever else there is to do.
import t from 'tap'
import { sweepClock } from '../../src/app/sweep-clock.js'
import type { ClockStore, DueCase } from '../../src/ports/clock-store.js'
import { sweep } from '../../workers/sweep.js'
import { testLog } from '../helper/api.js'
import { type Bench, bench, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(600_000)

const hour = 3600
const { signal } = new AbortController()

/** Cases with a reminder that is due. */
async function overdue(b: Bench, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await b.takeIn())
  for (const id of ids) await b.age(id, hour)
  return ids
}

/** An entry stands where the next one of its history belongs: nothing can be recorded of this case. */
async function breakCase(b: Bench, id: string): Promise<void> {
  await b.db.rows(
    `insert into events (case_id, number, kind, at, hash)
     select id, event_count + 1, 'noted', now(), $2 from cases where id = $1`,
    [id, Buffer.alloc(32)],
  )
}

const reminded = async (b: Bench) =>
  (await b.db.rows('select distinct case_id from rungs order by case_id')).map(row =>
    String(row['case_id']),
  )

await t.test('in a long catch-up the heartbeat is noted after each batch', async t => {
  const b = await bench(t, postgresQueue)
  const seen: string[] = []
  let batches = 3
  const store: Pick<ClockStore, 'climbDueRungs' | 'recordHeartbeat'> = {
    async climbDueRungs(_plan, limit) {
      batches -= 1
      seen.push('batch')
      return { cases: batches > 0 ? limit : 1, fired: 1 }
    },
    async recordHeartbeat() {
      seen.push('beat')
    },
  }
  t.equal(await sweepClock({ ...b.deps, store }, signal), 3)
  t.strictSame(seen, ['batch', 'beat', 'batch', 'beat', 'batch', 'beat'])
})

await t.test('cases that cannot be recorded keep no other waiting, and are named', async t => {
  const b = await bench(t, postgresQueue)
  const ids = await overdue(b, 21)
  const broken = [ids[0], ids[7], ids[20]].map(String)
  for (const id of broken) await breakCase(b, id)
  const log = testLog()
  t.equal(await sweepClock({ ...b.deps, log }, signal), 18)
  t.strictSame(
    await reminded(b),
    ids.filter(id => !broken.includes(id)).toSorted((one, other) => (one < other ? -1 : 1)),
  )
  const named = log.lines.filter(({ event }) => event === 'case cannot climb')
  t.strictSame(new Set(named.map(({ fields }) => fields.case)), new Set(broken))
  t.ok(Number(await b.db.store.heartbeatAge('sweep')) < 60, 'the sweep is alive')
  t.ok((await b.db.store.readClock()).rungLateSeconds > 0, 'and what it left undone shows')
  const [late] = await overdue(b, 1)
  await sweepClock({ ...b.deps, log }, signal)
  t.ok((await reminded(b)).includes(String(late)), 'the next sweep works around them as well')
  await b.db.rows(`delete from events where kind = 'noted'`)
  t.equal(await sweepClock(b.deps, signal), 3, 'mended, they are told of at once')
})

await t.test('where nothing can be recorded the sweep fails, and does not beat', async t => {
  const b = await bench(t, postgresQueue)
  for (const id of await overdue(b, 13)) await breakCase(b, id)
  await t.rejects(sweepClock(b.deps, signal), { code: '23505' })
  t.equal(await b.db.store.heartbeatAge('sweep'), null)
})

await t.test('a part of the sweep that fails keeps no other from its turn', async t => {
  const b = await bench(t, postgresQueue)
  await overdue(b, 1)
  const done: string[] = []
  const log = testLog()
  const failing = (name: string) => async () => {
    done.push(name)
    throw new Error(name)
  }
  const store = {
    ...b.db.store,
    climbDueRungs: failing('climb'),
    releaseGone: failing('gone'),
    wakeLanes: async () => done.push('lanes'),
    wakeLetters: async () => done.push('letters'),
  }
  let told = 0
  const deps = {
    ...b.deps,
    log,
    store,
    queue: () => ({ everySeconds: async () => void done.push('schedule') }),
    sweepSeconds: 10,
    onFired: () => void told++,
  }
  await t.rejects(sweep(deps, signal), { message: 'climb' })
  t.strictSame(done, ['climb', 'gone', 'lanes', 'letters', 'schedule'])
  t.equal(told, 2)
  t.match(log.lines, [{ event: 'step failed', fields: { job: 'sweep', cause: 'Error' } }])
})

await t.test('a purge that takes for ever keeps no deadline waiting', async t => {
  const b = await bench(t, postgresQueue)
  let release = () => {}
  const purging = new Promise<number>(resolve => {
    release = () => resolve(0)
  })
  let isPurging = false
  const purgeDue = () => {
    isPurging = true
    return purging
  }
  b.start({ store: { ...b.db.store, purgeDue } })
  await until(() => isPurging, 'a purge')
  const [id] = await overdue(b, 1)
  await until(async () => (await reminded(b)).includes(String(id)), 'the reminder')
  release()
})

await t.test('a plan that fails for one case is that case’s alone', async t => {
  const b = await bench(t, postgresQueue)
  const [first, second] = await overdue(b, 2)
  const log = testLog()
  const store: Pick<ClockStore, 'climbDueRungs' | 'recordHeartbeat'> = {
    recordHeartbeat: name => b.db.store.recordHeartbeat(name),
    climbDueRungs: (plan, limit) =>
      b.db.store.climbDueRungs((due: DueCase) => {
        const planned = plan(due)
        if (planned !== null && due.id === first) throw new RangeError('no such rung')
        return planned
      }, limit),
  }
  t.equal(await sweepClock({ ...b.deps, store, log }, signal), 1)
  t.strictSame(await reminded(b), [second])
})
