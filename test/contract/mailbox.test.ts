// Step 11 of the path as the store keeps it: what a returning applicant finds and adds, and step 12, what is
// left after the purge.
import { randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { brokenEvent } from '../../src/core/case/history.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { NewAddition } from '../../src/ports/mailbox-store.js'
import type { Store } from '../../src/ports/store.js'
import { KhancapError } from '../../schemas/problem.js'
import { purgeCases } from '../../src/app/purge-cases.js'
import { testLog } from '../helper/api.js'
import { rowsReadIn } from '../helper/plans.js'
import { actor, clientId, hour, newIntake, routedCase, sha256, testStore } from '../helper/store.js'

const p = await nodePrimitives()

const newAddition = (changes: Partial<NewAddition> = {}): NewAddition => ({
  id: clientId(),
  sealed: randomBytes(4096),
  signature: randomBytes(64),
  directorySequence: 2,
  responseSeconds: () => 48 * 3600,
  firstRungSeconds: () => 24 * 3600,
  noticeId: randomUUID(),
  outboxId: randomUUID(),
  maxAdditions: 200,
  maxAdditionBytes: 16_777_216,
  ...changes,
})

const mailbox = randomBytes(32)
const whole = { before: null, maxBytes: 1_000_000 }

async function answer(store: Store, id: string): Promise<string> {
  const replyId = clientId()
  await store.actOnCase(id, actor(), () => ({
    state: 'answered',
    answered: true,
    dueAt: null,
    nextRungAt: null,
    unreadAdditions: 0,
    reply: { id: replyId, sealed: Buffer.from('to the applicant'), teamCopy: Buffer.from('copy') },
    event: { kind: 'replied', detail: null },
  }))
  return replyId
}

await t.test('step 11: a mailbox opens to its hash only', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store, { mailbox })
  t.match(await store.findMailbox(mailbox, whole), {
    case: { id, state: 'routed' },
    replies: [],
    additions: [],
  })
  t.equal(await store.findMailbox(randomBytes(32), whole), null)
})

await t.test(
  'step 11: replies stand in the mailbox and are marked when they were read',
  async t => {
    const { store, rows } = await testStore(t)
    const { caseId: id } = await routedCase(store, { mailbox })
    const replyId = await answer(store, id)
    const found = await store.findMailbox(mailbox, whole)
    t.match(found?.replies, [{ id: replyId, sealed: Buffer.from('to the applicant') }])
    await store.markRepliesRead(randomBytes(32), [replyId])
    t.strictSame(await rows('select read_at from replies'), [{ read_at: null }])
    await store.markRepliesRead(mailbox, [replyId, clientId()])
    const [first] = await rows('select read_at from replies')
    t.equal(Number(first?.['read_at']) % hour, 0, 'the hour, no more')
    t.ok(Math.abs(Date.now() - Number(first?.['read_at'])) < 2 * hour)
    await store.markRepliesRead(mailbox, [replyId])
    await store.markRepliesRead(mailbox, [])
    t.strictSame(await rows('select read_at from replies'), [first], 'the first time counts')
  },
)

await t.test(
  'step 11: replies come in pages, the newest first, and each page is light',
  async t => {
    const { store, rows } = await testStore(t)
    const { caseId: id } = await routedCase(store, { mailbox })
    // Two of them at the same moment: their ids decide.
    await rows(
      `insert into replies (case_id, id, handler, at, sealed, team_copy)
     select $1, 'reply-' || n, 'vi-1', now() + (n / 2) * interval '1 second',
       decode(repeat('00', 40), 'hex'), '' from generate_series(1, 7) n`,
      [id],
    )
    const seen: string[][] = []
    let before: string | null = null
    for (;;) {
      const page = await store.findMailbox(mailbox, { before, maxBytes: 100 })
      seen.push(page?.replies.map(reply => reply.id) ?? [])
      if (page?.older !== true) break
      before = page.replies[0]?.id ?? null
    }
    t.strictSame(seen, [
      ['reply-6', 'reply-7'],
      ['reply-4', 'reply-5'],
      ['reply-2', 'reply-3'],
      ['reply-1'],
    ])
    const heavy = await store.findMailbox(mailbox, { before: null, maxBytes: 1 })
    t.match(heavy, { replies: [{ id: 'reply-7' }], older: true }, 'one at least')
    t.equal(heavy?.replies.length, 1)
    const all = await store.findMailbox(mailbox, { before: null, maxBytes: 280 })
    t.match(all, { replies: { length: 7 }, older: false }, 'to the byte')
    t.match(await store.findMailbox(mailbox, { before: clientId(), maxBytes: 280 }), {
      replies: [],
      older: false,
    })
  },
)

await t.test(
  'step 11: an addition to an open case keeps its deadline and tells the team',
  async t => {
    const { store } = await testStore(t)
    const { caseId: id } = await routedCase(store, { mailbox })
    const before = await store.findCase(id, 'vi-1')
    const addition = newAddition()
    const { at } = await store.recordAddition(mailbox, addition)
    const after = await store.findCase(id, 'vi-1')
    t.match(after, { state: 'routed', dueAt: before?.dueAt, unreadAdditions: 1 })
    t.match(await store.pendingNotice(addition.noticeId), {
      kind: 'addition',
      to: 'team',
      caseId: id,
    })
    const parts = await store.caseParts(id)
    const digest = sha256(addition.sealed)
    t.match(parts.additions, [{ id: addition.id, at, bytes: 4096, sha256: digest }])
    t.match(await store.sealedPart(id, 'additions', addition.id), addition.sealed)
    t.match(parts.events.at(-1), { kind: 'addition', detail: addition.id, handler: null })
    t.equal(await brokenEvent(p, id, parts.events), null)
    t.match((await store.findMailbox(mailbox, whole))?.additions, [{ id: addition.id, at }])
  },
)

await t.test('step 11: an addition to an answered case starts a clock of its own', async t => {
  const { store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store, { mailbox })
  await answer(store, id)
  const asked: (string | null)[] = []
  const { at } = await store.recordAddition(
    mailbox,
    newAddition({
      responseSeconds: program => {
        asked.push(program)
        return 3600
      },
      firstRungSeconds: () => 600,
    }),
  )
  t.strictSame(asked, ['emergency'])
  t.match(await store.findCase(id, 'vi-1'), { state: 'answered', dueAt: at + hour })
  t.strictSame(await rows('select next_rung_at, climbed_to from cases'), [
    { next_rung_at: at + 600_000, climbed_to: at },
  ])
  await store.recordAddition(mailbox, newAddition())
  t.match(await store.findCase(id, 'vi-1'), { dueAt: at + hour, unreadAdditions: 2 })
})

await t.test('step 11: an addition to a closed case puts it back to work', async t => {
  const { store } = await testStore(t)
  for (const isAnswered of [true, false]) {
    const box = randomBytes(32)
    const { caseId: id } = await routedCase(store, { mailbox: box })
    const first = (await store.findCase(id, 'vi-1'))?.dueAt
    if (isAnswered) await answer(store, id)
    await store.actOnCase(id, actor(), () => ({
      state: 'closed',
      claimedBy: 'vi-1',
      dueAt: null,
      nextRungAt: null,
      outcome: 'no_contact',
      purgeAt: Date.now() - 1000,
      event: { kind: 'closed', detail: 'no_contact' },
    }))
    const { at } = await store.recordAddition(box, newAddition())
    t.match(await store.findCase(id, 'vi-1'), {
      state: isAnswered ? 'answered' : 'routed',
      outcome: null,
      purgeAt: null,
      claimedBy: null,
      dueAt: isAnswered ? at + 48 * hour : first,
    })
    t.equal(await store.purgeDue(10), 0, 'it is no longer due to be purged')
  }
})

await t.test('step 11: the same addition twice is kept once; other bytes are refused', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store, { mailbox })
  const addition = newAddition()
  const again = () => ({ ...addition, noticeId: randomUUID(), outboxId: randomUUID() })
  const results = await Promise.all(
    Array.from({ length: 10 }, () => store.recordAddition(mailbox, again())),
  )
  t.equal(new Set(results.map(each => each.at)).size, 1)
  await t.rejects(store.recordAddition(mailbox, { ...again(), sealed: randomBytes(4096) }), {
    code: 'addition_conflict',
  })
  t.match(await store.findCase(id, 'vi-1'), { unreadAdditions: 1 })
  await t.rejects(store.recordAddition(randomBytes(32), again()), { code: 'mailbox_unknown' })
})

await t.test(
  'step 11: additions that nobody signed, mails, take no room from the others',
  async t => {
    const { store } = await testStore(t)
    await routedCase(store, { mailbox })
    const add = (changes: Partial<NewAddition>) =>
      store.recordAddition(mailbox, newAddition(changes))
    const unsigned = { signature: Buffer.alloc(64), maxAdditions: 2 }
    await add(unsigned)
    await add(unsigned)
    await t.rejects(add(unsigned), { code: 'additions_full' })
    await add({ maxAdditions: 2 })
    await add({ maxAdditions: 2 })
    await t.rejects(add({ maxAdditions: 2 }), { code: 'additions_full' })
  },
)

await t.test('step 11: a case takes as many additions as it may, and no more', async t => {
  const { store } = await testStore(t)
  await routedCase(store, { mailbox })
  const first = newAddition({ maxAdditions: 3 })
  await store.recordAddition(mailbox, first)
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () =>
      store.recordAddition(mailbox, newAddition({ maxAdditions: 3 })),
    ),
  )
  t.equal(results.filter(each => each.status === 'fulfilled').length, 2)
  t.match(
    results.find(each => each.status === 'rejected'),
    { reason: { code: 'additions_full' } },
  )
  // What is on record already is still confirmed.
  t.ok(
    (
      await store.recordAddition(mailbox, {
        ...first,
        noticeId: randomUUID(),
        outboxId: randomUUID(),
      })
    ).at,
  )
})

await t.test('step 11: the additions to a case have so many bytes, and not one more', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store, { mailbox })
  const add = (bytes: number) =>
    store.recordAddition(
      mailbox,
      newAddition({ sealed: randomBytes(bytes), maxAdditionBytes: 100 }),
    )
  await t.rejects(add(101), { code: 'additions_full' })
  // At once: who comes second sees what the first has left.
  const results = await Promise.allSettled([add(60), add(60), add(60)])
  t.equal(results.filter(each => each.status === 'fulfilled').length, 1)
  await t.rejects(add(41), { code: 'additions_full' })
  await add(40)
  t.strictSame(
    (await store.caseParts(id)).additions.map(({ bytes }) => bytes),
    [60, 40],
  )
})

await t.test('step 11: what the applicant deletes is gone in any state, and told', async t => {
  for (const isAnswered of [false, true]) {
    const { store, rows } = await testStore(t)
    const { caseId: id } = await routedCase(store, { mailbox })
    if (isAnswered) await answer(store, id)
    await store.recordAddition(mailbox, newAddition())
    const deletion = { proof: 'key signature', noticeId: randomUUID(), outboxId: randomUUID() }
    await t.rejects(store.deleteCase(randomBytes(32), deletion), { code: 'mailbox_unknown' })
    const { at } = await store.deleteCase(mailbox, deletion)
    t.match(await store.findCase(id, 'vi-1'), { state: 'purged', dueAt: null, hold: null })
    t.equal(await store.findMailbox(mailbox, whole), null)
    await t.rejects(store.recordAddition(mailbox, newAddition()), { code: 'mailbox_unknown' })
    await t.rejects(store.deleteCase(mailbox, deletion), { code: 'mailbox_unknown' })

    t.equal(await store.purgeDue(10), 1, 'the next sweep deletes the ciphertext')
    t.equal(await store.purgeDue(10), 0)
    for (const table of ['envelopes', 'slips', 'replies', 'additions', 'notes', 'grants'])
      t.strictSame(await rows(`select count(*)::int as n from ${table}`), [{ n: 0 }], table)
    t.strictSame(await rows('select mailbox_sha256, closed_at from intakes, cases'), [
      { mailbox_sha256: null, closed_at: at },
    ])
    const { events } = await store.caseParts(id)
    t.match(events.at(-1), { kind: 'deleted', detail: 'key signature', handler: null, at })
    t.equal(await brokenEvent(p, id, events), null)
    t.strictSame(await rows('select kind from notices'), [{ kind: 'deleted' }])
    const mail = await store.takeMail(deletion.noticeId, {
      mailId: randomUUID(),
      leaseSeconds: 60,
      limit: 10,
    })
    t.match(
      mail?.notices,
      [{ kind: 'deleted', caseId: id, to: 'team' }],
      'although nothing is owed',
    )
  }
})

await t.test('step 12: a purge deletes what was sealed and leaves a tombstone', async t => {
  const { store, rows } = await testStore(t)
  const intake = await routedCase(store, { mailbox })
  const { caseId: id } = intake
  await store.recordAddition(mailbox, newAddition())
  const replyId = await answer(store, id)
  await store.actOnCase(id, actor(), () => ({
    note: { id: clientId(), sealed: randomBytes(10) },
    event: { kind: 'noted', detail: null },
  }))
  await store.actOnCase(id, actor(), () => ({
    grant: {
      id: clientId(),
      reader: 'en-1',
      header: randomBytes(10),
      signature: randomBytes(64),
      key: randomBytes(32),
    },
    event: { kind: 'reader_added', detail: 'en-1' },
  }))
  const close = (purgeAt: number) =>
    store.actOnCase(id, actor(), () => ({
      state: 'closed',
      outcome: 'supported',
      purgeAt,
      event: { kind: 'closed', detail: 'supported' },
    }))
  const closed = await close(Date.now() + hour)
  t.equal(await store.purgeDue(10), 0, 'not before its time')
  await close(Date.now() - 1000)
  const other = await routedCase(store)
  t.equal(await store.purgeDue(10), 1)
  t.equal(await store.purgeDue(10), 0)
  t.equal(await store.deletePurgedMails(10), 0)
  for (const table of ['replies', 'additions', 'notes', 'grants'])
    t.strictSame(await rows(`select * from ${table}`), [], table)
  t.equal(await store.caseEnvelope(id), null)
  t.same(await store.caseEnvelope(other.caseId), other.envelope, 'others are left alone')
  t.equal(await store.findMailbox(mailbox, whole), null)
  await store.markRepliesRead(mailbox, [replyId])
  t.match(await store.findCase(id, 'en-1'), {
    state: 'purged',
    program: 'emergency',
    team: 'vi',
    outcome: 'supported',
    receivedAt: closed.receivedAt,
    answeredAt: closed.answeredAt,
    reason: null,
    rule: null,
    coverage: 'undecided',
    dueAt: null,
    purgeAt: null,
    granted: false,
  })
  const { events } = await store.caseParts(id)
  t.equal(await brokenEvent(p, id, events), null, 'the history still holds')
  t.strictSame(await rows('select * from notices where case_id = $1', [id]), [])
  t.strictSame(
    await rows('select subject from outbox'),
    await rows('select id::text as subject from notices'),
  )
  t.match(await store.recordIntake(intake), { outcome: 'repeated' }, 'its receipt can be had again')
  t.match((await store.figures()).casesByState, { purged: 1, routed: 1 })
})

await t.test('step 12: two purges at once take different cases, up to the limit', async t => {
  const { store, rows } = await testStore(t)
  for (let n = 0; n < 20; n++) await store.recordIntake(newIntake())
  await rows(
    `update cases set state = 'closed', due_at = null, next_rung_at = null, purge_at = now()`,
  )
  const purged = await Promise.all([store.purgeDue(7), store.purgeDue(7)])
  t.ok(purged.every(count => count <= 7))
  let total = purged.reduce((sum, count) => sum + count, 0)
  for (let more = 1; more > 0; total += more) more = await store.purgeDue(7)
  t.equal(total, 20)
  t.strictSame(await rows('select * from envelopes'), [])
  t.strictSame(await rows('select * from outbox'), [])
})

await t.test('step 12: the mails of a purged case go in portions, until none is left', async t => {
  const { store, rows } = await testStore(t)
  const [many, few, other] = [
    await routedCase(store),
    await routedCase(store),
    await routedCase(store),
  ]
  await rows(
    `insert into mails (case_id, id, sealed)
     select each.id, 'mail-' || n, 'x' from (values ($1, 5), ($2, 2), ($3, 1)) each (id, most),
       generate_series(1, most::int) n`,
    [many.caseId, few.caseId, other.caseId],
  )
  await rows(
    `update cases set state = 'closed', due_at = null, next_rung_at = null,
       purge_at = now() - interval '1 hour' where id <> $1`,
    [other.caseId],
  )
  t.ok((await store.figures()).purgeLateSeconds >= 3600)
  t.equal(await store.purgeDue(10), 2)
  t.equal(await store.caseEnvelope(many.caseId), null)
  t.match((await store.figures()).casesByState, { purged: 2, closed: 0 })
  t.ok((await store.figures()).purgeLateSeconds >= 3600, 'it is not over')
  let deleted = 0
  for (;;) {
    const gone = await Promise.all([store.deletePurgedMails(2), store.deletePurgedMails(2)])
    t.ok(gone.every(each => each <= 2))
    const both = gone[0] + gone[1]
    if (both === 0) break
    deleted += both
  }
  t.equal(deleted, 7)
  t.strictSame(await rows('select case_id from mails'), [{ case_id: other.caseId }])
  t.equal((await store.figures()).purgeLateSeconds, 0)
})

await t.test('step 12: a purge that is too much at once is tried with less', async t => {
  const { store } = await testStore(t)
  const asked: number[] = []
  const faulty = {
    ...store,
    async purgeDue(limit: number) {
      asked.push(limit)
      if (limit > 1) throw new KhancapError('store_unavailable')
      return asked.length < 5 ? 1 : 0
    },
  }
  const { signal } = new AbortController()
  t.equal(await purgeCases({ store: faulty, log: testLog() }, signal), 2)
  t.strictSame(asked, [5, 2, 1, 1, 1])
  const away = {
    ...store,
    async purgeDue() {
      throw new KhancapError('store_unavailable')
    },
  }
  await t.rejects(purgeCases({ store: away, log: testLog() }, signal), {
    code: 'store_unavailable',
  })
})

await t.test('the figures read what is open, and no tombstone', async t => {
  const db = await testStore(t)
  const read = rowsReadIn(t, db, 'cases')
  await db.rows(
    `with made as (
       insert into intakes (id, digest, case_id, directory_sequence, received_at, due_at)
       select 'intake-' || n, sha256(n::text::bytea), lpad(n::text, 26, '0'), 1,
         now() - n * interval '1 hour', now()
       from generate_series(1, 20000) n returning *)
     insert into cases (id, intake, state, channel, team, envelope_sha256, directory_sequence,
       received_at)
     select case_id, id, 'purged', 'web', 'vi', digest, 1, received_at from made`,
  )
  for (let n = 0; n < 10; n++) await routedCase(db.store)
  await db.rows('analyze cases')
  const rows = await read(store => store.figures())
  t.ok(rows <= 20, `${rows} rows`)
  const from = Date.now() - 24 * hour
  const until = Date.now() + hour
  const weeks = await read(store =>
    store.countCases({ from, until, promises: [], otherwiseSeconds: 48 * 3600 }),
  )
  t.ok(weeks <= 50, `${weeks} rows`)
})
