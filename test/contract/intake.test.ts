// Step 5 of the path: what is promised when an intake was recorded, on a real PostgreSQL.
import { randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { caseId, newIntake, testStore } from '../helper/store.js'

await t.test('step 5: an intake has its case, deadline, slip and outbox row', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  const recorded = await store.recordIntake(intake)
  t.equal(recorded.outcome, 'recorded')
  t.equal(recorded.directorySequence, 1)
  t.equal(recorded.dueAt - recorded.receivedAt, 48 * 3_600_000)
  const found = await store.findCase(intake.caseId, 'vi-1')
  t.match(found, {
    state: 'received',
    intake: intake.id,
    receivedAt: recorded.receivedAt,
    dueAt: recorded.dueAt,
    coverage: 'undecided',
    claimedBy: null,
    granted: false,
  })
  t.same(await store.caseEnvelope(intake.caseId), intake.envelope)
  t.same((await store.unroutedCase(intake.caseId))?.slip, intake.slip)
  t.strictSame(await rows('select id, name, subject from outbox'), [
    { id: intake.outboxId, name: 'route-case', subject: intake.caseId },
  ])
})

await t.test('step 5: the same intake twice is recorded once and gives the same times', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  const first = await store.recordIntake(intake)
  // The server makes new ids for each request; the client's id and bytes decide.
  const again = { ...intake, caseId: caseId(), outboxId: randomUUID(), directorySequence: 2 }
  t.strictSame(await store.recordIntake(again), { ...first, outcome: 'repeated' })
  t.strictSame(await rows('select count(*) as cases from cases'), [{ cases: 1 }])
})

await t.test('step 5: the same intake a hundred times at once is recorded once', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  const results = await Promise.all(
    Array.from({ length: 100 }, () =>
      store.recordIntake({ ...intake, caseId: caseId(), outboxId: randomUUID() }),
    ),
  )
  t.equal(results.filter(each => each.outcome === 'recorded').length, 1)
  t.equal(new Set(results.map(each => each.receivedAt)).size, 1)
  for (const table of ['intakes', 'cases', 'envelopes', 'slips', 'outbox'])
    t.strictSame(await rows(`select count(*) as rows from ${table}`), [{ rows: 1 }], table)
})

await t.test(
  'step 5: what was recorded is found by id and digest, and by nothing else',
  async t => {
    const { store } = await testStore(t)
    const intake = newIntake()
    t.equal(await store.findIntake(intake.id, intake.digest), null)
    const recorded = await store.recordIntake(intake)
    t.strictSame(await store.findIntake(intake.id, intake.digest), {
      ...recorded,
      outcome: 'repeated',
    })
    await t.rejects(store.findIntake(intake.id, randomBytes(32)), { code: 'intake_conflict' })
  },
)

await t.test('step 5: the same id with other bytes is a conflict and changes nothing', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  await store.recordIntake(intake)
  await t.rejects(store.recordIntake(newIntake({ id: intake.id })), { code: 'intake_conflict' })
  t.same(await store.caseEnvelope(intake.caseId), intake.envelope)
  t.strictSame(await rows('select count(*) as cases from cases'), [{ cases: 1 }])
})

await t.test('step 5: a mailbox that is taken is a conflict and leaves no trace', async t => {
  const { store, rows } = await testStore(t)
  const mailbox = randomBytes(32)
  await store.recordIntake(newIntake({ mailbox }))
  await t.rejects(store.recordIntake(newIntake({ mailbox })), { code: 'intake_conflict' })
  for (const table of ['intakes', 'cases', 'envelopes', 'slips', 'outbox'])
    t.strictSame(await rows(`select count(*) as rows from ${table}`), [{ rows: 1 }], table)
})

await t.test('step 5: intakes without mailbox or slip do not get in each other’s way', async t => {
  const { store, rows } = await testStore(t)
  const intakes = [1, 2, 3].map(() => newIntake({ mailbox: null, slip: null, channel: 'mail' }))
  const results = await Promise.all(intakes.map(each => store.recordIntake(each)))
  t.ok(results.every(each => each.outcome === 'recorded'))
  t.strictSame(await rows('select count(*) as slips from slips'), [{ slips: 0 }])
  t.equal((await store.unroutedCase(intakes[0]?.caseId ?? ''))?.slip, null)
})

await t.test('step 5: whatever is wrong with one intake is no trouble of the others', async t => {
  const { store, rows } = await testStore(t)
  const good = Array.from({ length: 40 }, () => newIntake())
  // A digest of the wrong length: the table refuses the row, and with it the statement that it came in.
  const bad = newIntake({ digest: randomBytes(31) })
  const repeated = newIntake()
  await store.recordIntake(repeated)
  const all = [
    ...good.slice(0, 20),
    bad,
    repeated,
    newIntake({ id: repeated.id }),
    ...good.slice(20),
  ]
  const results = await Promise.allSettled(all.map(each => store.recordIntake(each)))
  const failed = results.flatMap((each, index) => (each.status === 'rejected' ? [index] : []))
  t.strictSame(failed, [20, 22])
  t.match(results[22], { reason: { code: 'intake_conflict' } })
  t.match(results[21], { value: { outcome: 'repeated' } })
  t.strictSame(await rows('select count(*) as cases from cases'), [{ cases: 41 }])
})

await t.test(
  'two stores that record the same intakes in opposite order lock nobody out',
  async t => {
    const { url, store, rows } = await testStore(t)
    const pool = openPool(url)
    t.teardown(() => pool.end())
    const other = postgresStore(pool)
    const intakes = Array.from({ length: 200 }, () => newIntake())
    const results = await Promise.all([
      ...intakes.map(each => store.recordIntake(each)),
      ...intakes
        .toReversed()
        .map(each => other.recordIntake({ ...each, caseId: caseId(), outboxId: randomUUID() })),
    ])
    t.equal(results.filter(each => each.outcome === 'recorded').length, 200)
    t.strictSame(await rows('select count(*) as cases from cases'), [{ cases: 200 }])
  },
)

await t.test('step 5: an envelope as large as is taken comes back byte for byte', async t => {
  const { store } = await testStore(t)
  const intake = newIntake({ envelope: randomBytes(262_144), slip: randomBytes(4096) })
  await store.recordIntake(intake)
  t.same(await store.caseEnvelope(intake.caseId), intake.envelope)
  t.equal(await store.caseEnvelope(caseId()), null)
})
