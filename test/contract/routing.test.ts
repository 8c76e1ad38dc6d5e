// Step 7 of the path as the store keeps it, and the notices that it makes.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { brokenEvent } from '../../src/core/case/history.js'
import { caseId, hour, newIntake, newRoute, routedCase, testStore } from '../helper/store.js'

const p = await nodePrimitives()

await t.test('step 7: a routed case has its team, deadline and notice, and no slip', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  const { receivedAt } = await store.recordIntake(intake)
  const unrouted = await store.unroutedCase(intake.caseId)
  t.match(unrouted, { id: intake.caseId, directorySequence: 1, receivedAt })
  t.same(unrouted?.envelopeSha256, intake.envelopeSha256)
  const route = newRoute(intake, receivedAt + 40 * hour)
  t.equal(await store.recordRoute(intake.caseId, route), true)
  t.match(await store.findCase(intake.caseId, 'vi-1'), {
    state: 'routed',
    program: 'emergency',
    team: 'vi',
    reason: 'routing_row',
    coverage: 'eligible',
    rule: 'row 1',
    routedDirectorySequence: 2,
    dueAt: receivedAt + 40 * hour,
  })
  t.equal(await store.unroutedCase(intake.caseId), null)
  t.strictSame(await rows('select * from slips'), [])
  t.strictSame(await rows('select id, name, subject from outbox'), [
    { id: route.outboxId, name: 'send-notice', subject: route.noticeId },
  ])
  t.match(await store.pendingNotice(route.noticeId), {
    id: route.noticeId,
    caseId: intake.caseId,
    kind: 'new_case',
    to: 'team',
    program: 'emergency',
    team: 'vi',
    dueAt: receivedAt + 40 * hour,
    directorySequence: 2,
  })
  const { events } = await store.caseParts(intake.caseId)
  t.match(events, [
    { number: 1, kind: 'routed', handler: null, detail: 'routing_row', previous: null },
  ])
  t.equal(await brokenEvent(p, intake.caseId, events), null)
})

await t.test('step 7: the router twice, also at once, routes once', async t => {
  const { store, rows } = await testStore(t)
  const intake = newIntake()
  const { dueAt } = await store.recordIntake(intake)
  const results = await Promise.all(
    Array.from({ length: 8 }, () => store.recordRoute(intake.caseId, newRoute(intake, dueAt))),
  )
  t.equal(results.filter(Boolean).length, 1)
  t.equal(await store.recordRoute(intake.caseId, newRoute(intake, dueAt, { team: 'en' })), false)
  t.match(await store.findCase(intake.caseId, 'vi-1'), { team: 'vi' })
  t.strictSame(await rows('select count(*) as notices from notices'), [{ notices: 1 }])
  t.strictSame(await rows('select count(*) as events from events'), [{ events: 1 }])
})

await t.test('step 7: a leftover row of the outbox goes even where the case is routed', async t => {
  const { store, rows } = await testStore(t)
  const intake = await routedCase(store)
  await rows(`insert into outbox (id, name, subject) values ($1, 'route-case', $2)`, [
    randomUUID(),
    intake.caseId,
  ])
  t.equal(await store.recordRoute(intake.caseId, newRoute(intake, 0)), false)
  t.strictSame(await rows(`select * from outbox where name = 'route-case'`), [])
  t.equal(await store.recordRoute(caseId(), newRoute(intake, 0)), false, 'no such case')
})

await t.test('a notice is settled once, and its outbox row goes with it', async t => {
  const { store, rows } = await testStore(t)
  const noticeId = randomUUID()
  await routedCase(store, {}, { noticeId })
  t.ok(await store.pendingNotice(noticeId))
  await store.settleNotice(noticeId, 'undeliverable')
  t.equal(await store.pendingNotice(noticeId), null)
  await store.settleNotice(noticeId, 'sent')
  t.strictSame(await rows('select outcome from notices'), [{ outcome: 'undeliverable' }])
  t.strictSame(await rows('select * from outbox'), [])
  t.equal((await store.figures()).noticesUndeliverable, 1)
  t.equal(await store.pendingNotice(randomUUID()), null)
})
