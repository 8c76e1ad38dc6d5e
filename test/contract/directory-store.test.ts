// Step 1 of the path as the store keeps it: directories in an unbroken row. And the figures.
import t from 'tap'
import { hour, newIntake, sha256, testStore } from '../helper/store.js'

function directory(sequence: number, text = `directory ${sequence}`) {
  const note = Buffer.from(text)
  return { sequence, note, sha256: sha256(note) }
}

await t.test('step 1: what was published last is the latest, and the others stay', async t => {
  const { store } = await testStore(t)
  t.equal(await store.latestDirectory(), null)
  t.equal(await store.directoryBySequence(1), null)
  const [first, second] = [directory(1), directory(2)]
  await store.publishDirectory(first, null)
  await store.publishDirectory(second, first.sha256)
  t.same(await store.latestDirectory(), second)
  t.same(await store.directoryBySequence(1), first)
})

await t.test('step 1: the same bytes again change nothing', async t => {
  const { store } = await testStore(t)
  const [first, second] = [directory(1), directory(2)]
  await store.publishDirectory(first, null)
  await store.publishDirectory(second, first.sha256)
  await store.publishDirectory(first, null)
  await store.publishDirectory(second, first.sha256)
  t.same(await store.latestDirectory(), second)
})

await t.test('step 1: older ones and forks are refused', async t => {
  const { store } = await testStore(t)
  const [first, third] = [directory(1), directory(3)]
  await store.publishDirectory(first, null)
  await store.publishDirectory(third, first.sha256)
  await t.rejects(store.publishDirectory(directory(2), first.sha256), { code: 'directory_older' })
  await t.rejects(store.publishDirectory(directory(3, 'other'), first.sha256), {
    code: 'directory_forked',
  })
  await t.rejects(store.publishDirectory(directory(4), first.sha256), { code: 'directory_forked' })
  await t.rejects(store.publishDirectory(directory(4), null), { code: 'directory_forked' })
  t.same(await store.latestDirectory(), third)
})

await t.test('step 1: of two that are published at once, one wins', async t => {
  const { store } = await testStore(t)
  const first = directory(1)
  await store.publishDirectory(first, null)
  const results = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map(text => store.publishDirectory(directory(2, text), first.sha256)),
  )
  t.equal(results.filter(each => each.status === 'fulfilled').length, 1)
  t.ok(
    results.every(each => each.status === 'fulfilled' || each.reason.code === 'directory_forked'),
  )
})

await t.test('the figures count what is open, owed, overdue and undelivered', async t => {
  const { store, rows } = await testStore(t)
  t.match(await store.figures(), {
    casesByState: { received: 0, routed: 0, claimed: 0, answered: 0, closed: 0, purged: 0 },
    breached: 0,
    oldestUnansweredSeconds: 0,
    outboxRows: 0,
    outboxOldestSeconds: 0,
    noticesUndeliverable: 0,
    sweepAgeSeconds: null,
  })
  const intakes = [newIntake(), newIntake(), newIntake(), newIntake()]
  for (const intake of intakes) await store.recordIntake(intake)
  const [overdue, answered, closed] = intakes.map(intake => intake.caseId)
  await rows(
    `update cases set received_at = now() - interval '50 hours', due_at = now() - interval '2 hours'
     where id = $1`,
    [overdue],
  )
  await rows(
    `update cases set received_at = now() - interval '90 hours', due_at = null, next_rung_at = null,
       answered_at = now(), state = 'answered' where id = $1`,
    [answered],
  )
  await rows(
    `update cases set received_at = now() - interval '90 hours', state = 'closed',
       due_at = now() - interval '2 hours' where id = $1`,
    [closed],
  )
  const figures = await store.figures()
  t.match(figures, {
    casesByState: { received: 2, answered: 1, closed: 1 },
    breached: 1,
    outboxRows: 4,
  })
  const hours = figures.oldestUnansweredSeconds / 3600
  t.ok(hours >= 50 && hours < 51, `${hours} hours`)
  t.ok(figures.outboxOldestSeconds < hour / 1000)
})

await t.test('a ping is a commit', async t => {
  const { store, rows } = await testStore(t)
  await store.pingStore()
  await store.pingStore()
  t.strictSame(await rows('select name from heartbeats'), [{ name: 'ping' }])
})
