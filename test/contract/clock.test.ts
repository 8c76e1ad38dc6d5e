// Step 8 of the path as the store keeps it: rungs fire by the database's clock, each once for ever.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { brokenEvent } from '../../src/core/case/history.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { DueCase, RungFiring, RungPlan } from '../../src/ports/clock-store.js'
import { actor, hour, newIntake, routedCase, testStore } from '../helper/store.js'

const p = await nodePrimitives()
const isLong = process.env['KHANCAP_TEST_LONG'] === '1'

function firing(at: number, kind: RungFiring['kind'] = 'reminder'): RungFiring {
  return { kind, to: 'team', at, noticeId: randomUUID(), outboxId: randomUUID() }
}

/** Fires one reminder at the time of arrival, and is done. */
const once = (due: DueCase): RungPlan => ({ firings: [firing(due.receivedAt)], nextRungAt: null })

await t.test('step 8: a case is looked at when its rung is due, not before', async t => {
  const { store } = await testStore(t)
  const due = newIntake({ firstRungSeconds: 0 })
  await store.recordIntake(due)
  await store.recordIntake(newIntake({ firstRungSeconds: 3600 }))
  const seen: DueCase[] = []
  const result = await store.climbDueRungs(each => {
    seen.push(each)
    return once(each)
  }, 100)
  t.strictSame(result, { cases: 1, fired: 1 })
  t.match(seen, [
    { id: due.caseId, state: 'received', program: null, directorySequence: 1, climbedTo: null },
  ])
  t.equal((seen[0]?.dueAt ?? 0) - (seen[0]?.receivedAt ?? 0), 48 * hour)
  t.strictSame(await store.climbDueRungs(once, 100), { cases: 0, fired: 0 })
})

await t.test(
  'step 8: a rung leaves its event, notice and outbox row, and the chain holds',
  async t => {
    const { store, rows } = await testStore(t)
    const intake = await routedCase(store, {}, { nextRungAt: Date.now() - hour })
    const at = Date.now() - 2 * hour
    const firings = [firing(at), firing(at + 1, 'escalation'), firing(at + 2, 'breach')]
    const next = Date.now() + hour
    const result = await store.climbDueRungs(() => ({ firings, nextRungAt: next }), 100)
    t.strictSame(result, { cases: 1, fired: 3 })
    const { events } = await store.caseParts(intake.caseId)
    t.strictSame(
      events.map(({ number, kind, detail }) => ({ number, kind, detail })),
      [
        { number: 1, kind: 'routed', detail: 'routing_row' },
        { number: 2, kind: 'reminder', detail: 'team' },
        { number: 3, kind: 'escalation', detail: 'team' },
        { number: 4, kind: 'breach', detail: 'team' },
      ],
    )
    t.equal(await brokenEvent(p, intake.caseId, events), null)
    for (const { noticeId, kind } of firings)
      t.match(await store.pendingNotice(noticeId), { caseId: intake.caseId, kind, to: 'team' })
    const jobs = await rows(
      `select name, subject from outbox where id = any($1::uuid[]) order by name`,
      [firings.map(({ outboxId }) => outboxId)],
    )
    const [reminder, ...alarms] = firings
    t.strictSame(
      jobs.map(row => row['name']),
      ['send-alarm', 'send-notice'],
      'one row for each lane',
    )
    t.ok(alarms.some(({ noticeId }) => noticeId === jobs[0]?.['subject']))
    t.equal(jobs[1]?.['subject'], reminder?.noticeId)
    const [stored] = await rows('select next_rung_at, climbed_to from cases')
    t.equal(stored?.['next_rung_at'], next)
    t.ok(Math.abs(Number(stored?.['climbed_to']) - Date.now()) < 60_000)
  },
)

await t.test(
  'step 8: a rung that has fired does not fire again, whatever the plan says',
  async t => {
    const { store, rows } = await testStore(t)
    await store.recordIntake(newIntake({ firstRungSeconds: 0 }))
    const again = (due: DueCase): RungPlan => ({
      // The same rung twice in one plan, and in every plan.
      firings: [firing(due.receivedAt), firing(due.receivedAt)],
      nextRungAt: due.receivedAt,
    })
    t.strictSame(await store.climbDueRungs(again, 100), { cases: 1, fired: 1 })
    t.strictSame(await store.climbDueRungs(again, 100), { cases: 1, fired: 0 })
    t.strictSame(await rows('select count(*) as rungs from rungs'), [{ rungs: 1 }])
    t.strictSame(await rows('select count(*) as notices from notices'), [{ notices: 1 }])
  },
)

await t.test('step 8: a case without a plan stays due and keeps nobody else waiting', async t => {
  const { store, rows } = await testStore(t)
  const known = newIntake({ firstRungSeconds: 0 })
  const unknown = newIntake({ firstRungSeconds: 0, directorySequence: 9 })
  await store.recordIntake(unknown)
  await store.recordIntake(known)
  const plan = (due: DueCase) => (due.directorySequence === 9 ? null : once(due))
  t.strictSame(await store.climbDueRungs(plan, 100), { cases: 1, fired: 1 })
  t.strictSame(await rows('select id from cases where next_rung_at is not null'), [
    { id: unknown.caseId },
  ])
  t.strictSame(await rows('select climbed_to from cases where id = $1', [unknown.caseId]), [
    { climbed_to: null },
  ])
})

await t.test('step 8: two sweeps at once take different cases', async t => {
  const { store, rows } = await testStore(t)
  await Promise.all(
    Array.from({ length: 200 }, () => store.recordIntake(newIntake({ firstRungSeconds: 0 }))),
  )
  const sweep = async () => {
    let fired = 0
    for (;;) {
      const result = await store.climbDueRungs(once, 17)
      fired += result.fired
      if (result.cases === 0) return fired
    }
  }
  const fired = await Promise.all([sweep(), sweep(), sweep()])
  t.equal(
    fired.reduce((sum, each) => sum + each, 0),
    200,
  )
  t.strictSame(await rows('select count(*) as rungs from rungs'), [{ rungs: 200 }])
  t.strictSame(await rows('select count(distinct case_id) as cases from rungs'), [{ cases: 200 }])
})

await t.test('step 8: a sweep whose plan fails leaves no trace', async t => {
  const { store, rows } = await testStore(t)
  await store.recordIntake(newIntake({ firstRungSeconds: 0 }))
  const broken = new Error('broken plan')
  await t.rejects(
    store.climbDueRungs(() => {
      throw broken
    }, 100),
    broken,
  )
  t.strictSame(await rows('select count(*) as rungs from rungs'), [{ rungs: 0 }])
  t.strictSame(await store.climbDueRungs(once, 100), { cases: 1, fired: 1 })
})

await t.test('step 8: after a long sleep a sweep catches up quickly', async t => {
  const { store, rows } = await testStore(t)
  const cases = isLong ? 100_000 : 10_000
  // In pieces: a statement that takes 20 seconds is given up, and machines are busy.
  for (let made = 0; made < cases; made += 1000)
    await rows(
      `with made as (
         insert into intakes (id, digest, case_id, directory_sequence, received_at, due_at)
         select 'intake-' || n, sha256(n::text::bytea), lpad(n::text, 26, '0'), 1,
           now() - interval '50 hours', now() - interval '2 hours'
         from generate_series($1::int + 1, $1::int + 1000) n returning *)
       insert into cases (id, intake, state, channel, envelope_sha256, directory_sequence,
         received_at, due_at, next_rung_at)
       select case_id, id, 'received', 'web', digest, 1, received_at, due_at, due_at from made`,
      [made],
    )
  const before = Date.now()
  let fired = 0
  for (;;) {
    const result = await store.climbDueRungs(once, 500)
    fired += result.fired
    if (result.cases === 0) break
  }
  const seconds = (Date.now() - before) / 1000
  t.equal(fired, cases)
  t.comment(`${cases} rungs in ${seconds} s`)
  t.ok(seconds < 60, `${cases} rungs in ${seconds} s`)
})

await t.test('step 8: what is due and not on record shows as late, whoever sweeps', async t => {
  const { store, rows } = await testStore(t)
  t.equal((await store.readClock()).rungLateSeconds, 0, 'no case')
  await store.recordIntake(newIntake({ firstRungSeconds: 3600 }))
  t.equal((await store.readClock()).rungLateSeconds, 0, 'nothing is due')
  await rows(`update cases set next_rung_at = now() - interval '90 seconds'`)
  const { now, rungLateSeconds } = await store.readClock()
  t.ok(rungLateSeconds >= 90 && rungLateSeconds < 150)
  t.ok(Math.abs(now - Date.now()) < 30_000)
  t.ok((await store.figures()).rungLateSeconds >= 90)
  await store.climbDueRungs(once, 100)
  t.equal((await store.readClock()).rungLateSeconds, 0)
})

await t.test('a heartbeat says how long ago it was', async t => {
  const { store } = await testStore(t)
  t.equal(await store.heartbeatAge('sweep'), null)
  t.equal((await store.figures()).sweepAgeSeconds, null)
  await store.recordHeartbeat('sweep')
  await sleep(200)
  const age = await store.heartbeatAge('sweep')
  t.ok(age !== null && age >= 0.2 && age < 30)
  await store.recordHeartbeat('sweep')
  t.ok(((await store.figures()).sweepAgeSeconds ?? 99) < 30)
})

await t.test('a heartbeat of the future counts as none: the clock was set back', async t => {
  const { store, rows } = await testStore(t)
  await store.recordHeartbeat('sweep')
  await rows(`update heartbeats set at = now() + interval '1 hour'`)
  t.equal(await store.heartbeatAge('sweep'), null)
  await store.recordHeartbeat('sweep')
  t.ok((await store.heartbeatAge('sweep')) !== null, 'and the next one counts')
})

await t.test('claims of who is gone are given up, and the clock runs on', async t => {
  const { store, rows } = await testStore(t)
  const claimed = async (handler: string) => {
    const { caseId: id } = await routedCase(store)
    await store.actOnCase(id, actor(handler), () => ({
      state: 'claimed',
      claimedBy: handler,
      event: { kind: 'claimed', detail: null },
    }))
    return id
  }
  const [kept, first, second] = [
    await claimed('vi-1'),
    await claimed('vi-2'),
    await claimed('vi-2'),
  ]
  const answered = await claimed('vi-3')
  await rows(
    `update cases set state = 'answered', due_at = null, next_rung_at = null,
    answered_at = now() where id = $1`,
    [answered],
  )
  const closed = await claimed('vi-3')
  await rows(
    `update cases set state = 'closed', due_at = null, next_rung_at = null,
    closed_at = now() where id = $1`,
    [closed],
  )
  await rows('delete from outbox')
  await rows('delete from notices')
  const before = await store.findCase(first, 'vi-1')
  const ids = () => ({ id: randomUUID(), outboxId: randomUUID() })
  const asked: number[] = []
  const active = (now: number) => {
    asked.push(now)
    return ['vi-1', 'vi-9']
  }
  t.equal(await store.releaseGone(() => ['vi-1', 'vi-2', 'vi-3'], ids, 10), 0)
  t.equal(await store.releaseGone(active, ids, 2), 2)
  t.equal(await store.releaseGone(active, ids, 2), 1)
  t.equal(await store.releaseGone(active, ids, 2), 0)
  t.ok(Math.abs((asked[0] ?? 0) - Date.now()) < 60_000, "by the database's clock")
  for (const id of [first, second])
    t.match(await store.findCase(id, 'vi-1'), { state: 'routed', claimedBy: null })
  t.equal((await store.findCase(first, 'vi-1'))?.dueAt, before?.dueAt)
  t.match(await store.findCase(answered, 'vi-1'), { state: 'answered', claimedBy: null })
  t.match(await store.findCase(kept, 'vi-1'), { state: 'claimed', claimedBy: 'vi-1' })
  t.match(await store.findCase(closed, 'vi-1'), { state: 'closed', claimedBy: 'vi-3' })
  const { events } = await store.caseParts(first)
  t.match(events.at(-1), { kind: 'handler_left', detail: 'vi-2', handler: null })
  t.equal(await brokenEvent(p, first, events), null)
  t.strictSame(
    (await rows('select case_id from notices')).map(row => String(row['case_id'])).toSorted(),
    [first, second].toSorted(),
    'their teams are told, where something is owed',
  )
  t.equal((await rows('select 1 from outbox')).length, 2)
})

await t.test('two sweeps at once give up each claim once', async t => {
  const { store, rows } = await testStore(t)
  for (let i = 0; i < 20; i++) {
    const { caseId: id } = await routedCase(store)
    await rows(`update cases set state = 'claimed', claimed_by = $2 where id = $1`, [
      id,
      `gone-${i % 3}`,
    ])
  }
  const ids = () => ({ id: randomUUID(), outboxId: randomUUID() })
  const sweep = async () => {
    let total = 0
    for (let idle = 0; idle < 2; ) {
      const released = await store.releaseGone(() => [], ids, 3)
      idle = released === 0 ? idle + 1 : 0
      total += released
    }
    return total
  }
  const released = await Promise.all([sweep(), sweep(), sweep()])
  t.equal(
    released.reduce((sum, each) => sum + each, 0),
    20,
  )
  t.strictSame(await rows(`select count(*) as times from events where kind = 'handler_left'`), [
    { times: 20 },
  ])
})

await t.test('used nonces are forgotten once they have expired', async t => {
  const { store } = await testStore(t)
  t.equal(await store.useNonce('a', Date.now() + hour), true)
  t.equal(await store.useNonce('a', Date.now() + hour), false)
  t.equal(await store.useNonce('b', Date.now() - 1000), true)
  t.equal(await store.forgetNonces(), 1)
  t.equal(await store.useNonce('a', Date.now() + hour), false)
  t.equal(await store.useNonce('b', Date.now() + hour), true)
  const at = await Promise.all(
    Array.from({ length: 20 }, () => store.useNonce('c', Date.now() + hour)),
  )
  t.equal(at.filter(Boolean).length, 1, 'of twenty at once one is first')
})
