// Step 5 of the path: what is promised when an intake was recorded, on a real PostgreSQL.
import { randomBytes, randomUUID } from 'node:crypto'
import { Kysely, PostgresDialect } from 'kysely'
import t from 'tap'
import { up as oneIntakePerEnvelope } from '../../src/adapters/postgres/migrations/0002-one-intake-per-envelope.js'
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

await t.test('step 5: an envelope that was taken in before is a conflict for ever', async t => {
  const { store, rows } = await testStore(t)
  const first = newIntake({ mailbox: null, slip: null, channel: 'mail' })
  const recorded = await store.recordIntake(first)
  const again = () =>
    newIntake({ envelope: first.envelope, digest: randomBytes(32), mailbox: null })
  await t.rejects(store.recordIntake(again()), { code: 'intake_conflict' })
  await rows("update cases set state = 'purged', due_at = null, next_rung_at = null")
  await rows('delete from slips')
  await rows('delete from envelopes')
  await t.rejects(store.recordIntake(again()), { code: 'intake_conflict' })
  for (const table of ['intakes', 'cases', 'outbox'])
    t.strictSame(await rows(`select count(*) as rows from ${table}`), [{ rows: 1 }], table)
  t.strictSame(await store.recordIntake({ ...first, caseId: caseId(), outboxId: randomUUID() }), {
    ...recorded,
    outcome: 'repeated',
  })
})

await t.test(
  'step 5: of one envelope under many ids at once one is recorded, and their neighbours all are',
  async t => {
    const { store, rows } = await testStore(t)
    const { envelope } = newIntake()
    const copies = Array.from({ length: 80 }, () =>
      newIntake({ envelope, digest: randomBytes(32) }),
    )
    const neighbours = Array.from({ length: 80 }, () => newIntake())
    // In turn, so that every group holds both.
    const all = copies.flatMap((copy, index) => [copy, neighbours[index] ?? newIntake()])
    const results = await Promise.allSettled(all.map(each => store.recordIntake(each)))
    const of = (kind: number) => results.filter((_, index) => index % 2 === kind)
    t.equal(of(0).filter(each => each.status === 'fulfilled').length, 1)
    for (const each of of(0).filter(result => result.status === 'rejected'))
      t.match(each, { reason: { code: 'intake_conflict' } })
    t.ok(of(1).every(each => each.status === 'fulfilled'))
    for (const table of ['intakes', 'cases', 'envelopes', 'slips', 'outbox'])
      t.strictSame(await rows(`select count(*) as rows from ${table}`), [{ rows: 81 }], table)
  },
)

await t.test(
  'step 5: two stores that take in one envelope under two ids record it once',
  async t => {
    const { url, store, rows } = await testStore(t)
    const pool = openPool(url)
    t.teardown(() => pool.end())
    const other = postgresStore(pool)
    const firsts = Array.from({ length: 60 }, () => newIntake())
    const copies = firsts.map(({ envelope }) => newIntake({ envelope, digest: randomBytes(32) }))
    const results = await Promise.allSettled([
      ...firsts.map(each => store.recordIntake(each)),
      ...copies.toReversed().map(each => other.recordIntake(each)),
    ])
    t.equal(results.filter(each => each.status === 'fulfilled').length, 60)
    t.strictSame(await rows('select count(*) as cases from cases'), [{ cases: 60 }])
  },
)

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

await t.test('a store from before keeps its intakes, whichever envelope they share', async t => {
  const { pool, store, rows } = await testStore(t)
  const [first, second, other] = [newIntake(), newIntake(), newIntake()]
  for (const intake of [first, second, other]) await store.recordIntake(intake)
  await rows('update cases set envelope_sha256 = $1 where id = $2', [
    first.envelopeSha256,
    second.caseId,
  ])
  await rows('alter table intakes drop column envelope_sha256')
  await oneIntakePerEnvelope(new Kysely({ dialect: new PostgresDialect({ pool }) }))
  t.strictSame(
    await rows('select id from intakes where envelope_sha256 is null'),
    [{ id: second.id }],
    'the later one of the two',
  )
  for (const { envelope } of [first, other])
    await t.rejects(store.recordIntake(newIntake({ envelope, digest: randomBytes(32) })), {
      code: 'intake_conflict',
    })
  for (const intake of [first, second, other])
    t.match(await store.recordIntake({ ...intake, caseId: caseId(), outboxId: randomUUID() }), {
      outcome: 'repeated',
    })
})

await t.test(
  'step 5: an intake is recorded once where a pooler has lost, or given away, the name of the statement',
  async t => {
    const { url, rows } = await testStore(t)
    for (const disturb of ['deallocate all', 'prepare record_intakes as select 1']) {
      const pool = openPool(url, { connections: 1 })
      t.teardown(() => pool.end())
      const store = postgresStore(pool)
      if (disturb === 'deallocate all') await store.recordIntake(newIntake())
      await pool.query(disturb)
      const intake = newIntake()
      t.equal((await store.recordIntake(intake)).outcome, 'recorded', disturb)
      t.strictSame(
        await rows(`select count(*) as cases from cases where id = '${intake.caseId}'`),
        [{ cases: 1 }],
      )
      t.equal((await store.recordIntake(newIntake())).outcome, 'recorded', disturb)
    }
  },
)
