// Step 6 of the path: what is committed reaches the queue, whatever fails in between.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Job } from '../../schemas/job.js'
import { newIntake, routedCase, testStore } from '../helper/store.js'

const options = { limit: 100, resendSeconds: 30 }

await t.test('step 6: each row is sent once, as a job of the same id', async t => {
  const { store } = await testStore(t)
  const intake = newIntake()
  await store.recordIntake(intake)
  const sent: Job[] = []
  const send = async (jobs: readonly Job[]) => {
    sent.push(...jobs)
  }
  t.equal(await store.relayOutbox(send, options), 1)
  t.strictSame(sent, [{ id: intake.outboxId, name: 'route-case', subject: intake.caseId }])
  t.equal(await store.relayOutbox(send, options), 0)
  t.match(await store.outboxBacklog(), { rows: 1 })
})

await t.test(
  'step 6: rows go out in the order in which they were written, up to the limit',
  async t => {
    const { store } = await testStore(t)
    const intakes = [newIntake(), newIntake(), newIntake()]
    for (const intake of intakes) {
      await store.recordIntake(intake)
      await sleep(5)
    }
    const sent: string[] = []
    const send = async (jobs: readonly Job[]) => {
      sent.push(...jobs.map(job => job.id))
    }
    t.equal(await store.relayOutbox(send, { ...options, limit: 2 }), 2)
    t.equal(await store.relayOutbox(send, { ...options, limit: 2 }), 1)
    t.strictSame(
      sent,
      intakes.map(intake => intake.outboxId),
    )
  },
)

await t.test('step 6: where the queue refuses, nothing counts as sent', async t => {
  const { store } = await testStore(t)
  await store.recordIntake(newIntake())
  const broken = new Error('the queue is away')
  await t.rejects(
    store.relayOutbox(async () => {
      throw broken
    }, options),
    broken,
  )
  t.equal(await store.relayOutbox(async () => {}, options), 1)
})

await t.test('step 6: what has not taken effect is sent again under the same id', async t => {
  const { rows, store } = await testStore(t)
  const intake = newIntake()
  const { dueAt } = await store.recordIntake(intake)
  const sent: string[] = []
  const send = async (jobs: readonly Job[]) => {
    sent.push(...jobs.map(job => job.id))
  }
  const later = () => rows(`update outbox set sent_at = sent_at - interval '1 hour'`)
  const hourly = { ...options, resendSeconds: 3600 }
  await store.relayOutbox(send, hourly)
  t.equal(await store.relayOutbox(send, hourly), 0)
  await later()
  t.equal(await store.relayOutbox(send, hourly), 1)
  t.strictSame(sent, [intake.outboxId, intake.outboxId])
  await store.recordRoute(intake.caseId, {
    program: 'pil',
    team: 'en',
    reason: 'routing_row',
    coverage: 'unknown',
    rule: 'row 2',
    directorySequence: 1,
    dueAt,
    nextRungAt: null,
    noticeId: randomUUID(),
    outboxId: randomUUID(),
  })
  await later()
  sent.length = 0
  t.equal(await store.relayOutbox(send, hourly), 1, 'the notice of the new case')
  t.notOk(sent.includes(intake.outboxId), 'what took effect is gone')
})

await t.test('step 6: two relays at once take different rows', async t => {
  const { store } = await testStore(t)
  await Promise.all(Array.from({ length: 60 }, () => store.recordIntake(newIntake())))
  const sent: string[] = []
  const send = async (jobs: readonly Job[]) => {
    await sleep(50)
    sent.push(...jobs.map(job => job.id))
  }
  const counts = await Promise.all(
    [1, 2, 3, 4].map(() => store.relayOutbox(send, { ...options, limit: 20 })),
  )
  t.equal(
    counts.reduce((sum, count) => sum + count, 0),
    60,
  )
  t.equal(new Set(sent).size, 60)
})

await t.test('a relay that holds its rows does not hold up their effect for long', async t => {
  const { store } = await testStore(t)
  const intake = newIntake()
  const { dueAt } = await store.recordIntake(intake)
  const relayed = store.relayOutbox(() => sleep(300), options)
  await sleep(50)
  // A worker is quicker than the relay's own transaction: it waits for it, and both succeed.
  const routed = store.recordRoute(intake.caseId, {
    program: 'pil',
    team: 'en',
    reason: 'routing_row',
    coverage: 'unknown',
    rule: 'row 2',
    directorySequence: 1,
    dueAt,
    nextRungAt: null,
    noticeId: randomUUID(),
    outboxId: randomUUID(),
  })
  t.equal(await relayed, 1)
  t.equal(await routed, true)
})

await t.test('the backlog counts what has not taken effect and says how old it is', async t => {
  const { store } = await testStore(t)
  t.strictSame(await store.outboxBacklog(), { rows: 0, oldestSeconds: 0 })
  await routedCase(store)
  await sleep(100)
  const { rows, oldestSeconds } = await store.outboxBacklog()
  t.equal(rows, 1)
  t.ok(oldestSeconds >= 0.1 && oldestSeconds < 30)
})
