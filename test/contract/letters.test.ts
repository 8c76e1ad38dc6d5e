// Step 10m in the store: a letter is sealed until a mail server has it, waits in one place, and where it does not arrive its
// case is given back what the answer took from it.
import { randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import type { CaseChange } from '../../src/ports/case-store.js'
import type { LetterFault } from '../../src/ports/letter-store.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { brokenEvent } from '../../src/core/case/history.js'
import { brokenInvariants } from '../helper/invariants.js'
import { actor, clientId, hour, routedCase, sha256, testStore } from '../helper/store.js'

t.setTimeout(120_000)

const p = await nodePrimitives()
const db = await testStore(t)

const claim = (): CaseChange => ({
  state: 'claimed',
  claimedBy: 'vi-1',
  event: { kind: 'claimed', detail: null },
})

const close = (): CaseChange => ({
  state: 'closed',
  dueAt: null,
  nextRungAt: null,
  outcome: 'supported',
  purgeAt: Date.now() + hour,
  event: { kind: 'closed', detail: 'supported' },
})
const contact = (): CaseChange => ({
  state: 'answered',
  answered: true,
  dueAt: null,
  nextRungAt: null,
  contact: { id: clientId(), via: 'phone' },
  event: { kind: 'contacted', detail: 'phone' },
})

function answerByMail(sealed = randomBytes(4096), id = randomUUID()) {
  return {
    state: 'answered',
    answered: true,
    dueAt: null,
    nextRungAt: null,
    unreadAdditions: 0,
    answer: { hour: 0, signature: randomBytes(64), key: randomBytes(32) },
    reply: {
      id: clientId(),
      sealed: randomBytes(100),
      teamCopy: randomBytes(100),
      letter: { id, outboxId: randomUUID(), sealed, sha256: sha256(sealed) },
    },
    event: { kind: 'replied', detail: null },
  } satisfies CaseChange
}

const failure = (fault: LetterFault = 'refused') => ({
  fault,
  responseSeconds: () => 72 * 3600,
  noticeId: randomUUID(),
  outboxId: randomUUID(),
})

/** A claimed case whose answer leaves by mail. */
async function answered() {
  const { caseId: id } = await routedCase(db.store, { channel: 'mail' })
  const before = await db.store.actOnCase(id, actor(), claim)
  const change = answerByMail()
  const after = await db.store.actOnCase(id, actor(), () => change)
  return { id, before, after, change, letter: change.reply.letter.id }
}

const jobsOf = (letter: string) =>
  db.rows(`select subject from outbox where name = 'send-letter' and subject = $1`, [letter])
const letterRow = (letter: string) =>
  db.rows('select sealed, outcome from letters where id = $1', [letter])
const earlier = async (letter: string) => {
  await db.rows(
    `update replies set at = at - interval '1 min'
    where id = (select reply_id from letters where id = $1)`,
    [letter],
  )
  await db.rows(`update letters set created_at = created_at - interval '1 min' where id = $1`, [
    letter,
  ])
}

async function sound(t: { strictSame: (found: unknown, wanted: unknown) => void }) {
  const told = { receipts: new Map(), mails: [] }
  t.strictSame(await brokenInvariants(db.rows, told, { settled: false }), [])
}

await t.test('a letter waits sealed, is taken by one, and is deleted once it was sent', async t => {
  const { after, change, id, letter } = await answered()
  t.match(after, { state: 'answered', dueAt: null, letter: 'waiting' })
  t.strictSame(await jobsOf(letter), [{ subject: letter }])
  t.match(await db.store.waitingLetters(), { count: 1 })
  await sound(t)
  const taken = await db.store.takeLetter(letter, 60)
  t.match(taken, { id: letter, caseId: id, reply: change.reply.id, failures: 0 })
  t.same(taken?.sealed, change.reply.letter.sealed)
  t.equal(await db.store.takeLetter(letter, 60), null, 'nobody else has it meanwhile')
  t.strictSame(await jobsOf(letter), [], 'it comes back by itself')
  await sound(t)
  await db.store.settleLetter(letter)
  await db.store.settleLetter(letter)
  t.match(await db.store.findCase(id, 'vi-1'), { letter: 'sent', dueAt: null })
  t.match(await letterRow(letter), [{ sealed: null, outcome: 'sent' }])
  t.equal(await db.store.takeLetter(letter, 60), null)
  t.match(await db.store.waitingLetters(), { count: 0, oldestSeconds: 0 })
  await sound(t)
})

await t.test('a letter that somebody took and died with comes back', async t => {
  const { letter } = await answered()
  await db.store.takeLetter(letter, 60)
  t.equal(await db.store.wakeLetters(), 0)
  await db.rows(`update letters set wake_at = wake_at - interval '61 s' where id = $1`, [letter])
  t.equal(await db.store.wakeLetters(), 1)
  t.strictSame(await jobsOf(letter), [{ subject: letter }])
  t.equal(await db.store.wakeLetters(), 0)
  t.match(await db.store.takeLetter(letter, 60), {
    failures: 0,
    triedAt: null,
    isUnconfirmed: false,
  })
  await db.store.putOffLetter(letter, Date.now() - 1000, true)
  t.equal(await db.store.wakeLetters(), 1)
  const again = await db.store.takeLetter(letter, 60)
  t.match(again, { failures: 1, triedAt: Number, isUnconfirmed: true })
  await db.store.putOffLetter(letter, Date.now() - 1000, false)
  t.equal(await db.store.wakeLetters(), 1)
  t.match(await db.store.takeLetter(letter, 60), {
    failures: 2,
    triedAt: again?.triedAt,
    isUnconfirmed: true,
  })
  // The clock was set back by a day.
  await db.rows(`update letters set wake_at = now() + interval '1 day' where id = $1`, [letter])
  t.not(await db.store.takeLetter(letter, 60), null)
  // The outbox was lost, as a table may be that was restored.
  await db.rows(
    `update letters set wake_at = null, created_at = now() - interval '16 min' where id = $1`,
    [letter],
  )
  await db.rows('delete from outbox where subject = $1', [letter])
  t.equal(await db.store.wakeLetters(), 1)
  await db.store.settleLetter(letter)
})

await t.test(
  'the same letter again is kept once; another one under its reply is refused',
  async t => {
    const { change, id, letter: first } = await answered()
    await db.store.actOnCase(id, actor(), () => ({
      ...change,
      reply: { ...change.reply, letter: { ...change.reply.letter, id: randomUUID() } },
    }))
    t.match(await db.rows('select id from letters where case_id = $1', [id]), [{ id: first }])
    const other = answerByMail().reply.letter
    for (const letter of [other, null])
      await t.rejects(
        db.store.actOnCase(id, actor(), () => ({ ...change, reply: { ...change.reply, letter } })),
        { code: 'reply_conflict' },
      )
    await db.store.settleLetter(first)
  },
)

await t.test('an answer that did not arrive is none: the deadline before runs again', async t => {
  const { before, change, id, letter } = await answered()
  t.equal(await db.store.failLetter(letter, failure()), id)
  const row = await db.store.findCase(id, 'vi-1')
  t.match(row, {
    state: 'routed',
    claimedBy: null,
    letter: 'undelivered',
    answeredAt: null,
    answer: null,
    dueAt: before.dueAt,
  })
  const { events } = await db.store.caseParts(id)
  t.match(events.at(-1), {
    kind: 'undelivered',
    handler: null,
    detail: `${change.reply.id} refused`,
  })
  t.equal(await brokenEvent(p, id, events), null)
  const [told] = await db.rows(
    `select kind, recipient, name from notices join outbox on subject = notices.id::text
     where case_id = $1 and kind <> 'new_case'`,
    [id],
  )
  t.match(told, { kind: 'undelivered', recipient: 'team', name: 'send-alarm' }, 'told at once')
  t.match(await letterRow(letter), [{ sealed: null, outcome: 'undelivered' }])
  await sound(t)
  t.equal(await db.store.failLetter(letter, failure()), id, 'once')
  t.equal((await db.store.caseParts(id)).events.length, events.length)
  await db.store.settleLetter(letter)
  t.match(await db.store.findCase(id, 'vi-1'), { letter: 'undelivered' }, 'and for good')
  t.equal(await db.store.failLetter(randomUUID(), failure()), null)
})

await t.test('where another answer came later, the team is told, and no clock runs', async t => {
  const { id, letter } = await answered()
  await db.store.actOnCase(id, actor(), contact)
  await db.rows(`update contacts set at = at + interval '1 s' where case_id = $1`, [id])
  t.match(await db.store.findCase(id, 'vi-1'), { letter: null })
  await db.store.failLetter(letter, failure('bounced'))
  t.match(await db.store.findCase(id, 'vi-1'), { state: 'answered', dueAt: null, letter: null })
  const { events } = await db.store.caseParts(id)
  t.match(events.at(-1)?.detail, /bounced answered_since$/)
  const notice = await db.rows(
    `select id from notices where kind = 'undelivered' and case_id = $1`,
    [id],
  )
  const mail = await db.store.takeMail(String(notice[0]?.['id']), {
    mailId: randomUUID(),
    leaseSeconds: 60,
    limit: 10,
  })
  t.match(
    mail?.notices.find(each => each.caseId === id),
    { kind: 'undelivered', dueAt: null },
    'though nothing is owed',
  )
  await sound(t)
})

await t.test('of two answers that come back, the deadline before the first is owed', async t => {
  const { before, id, letter } = await answered()
  await earlier(letter)
  const second = answerByMail()
  await db.store.actOnCase(id, actor(), () => second)
  await db.store.failLetter(letter, failure())
  t.match(await db.store.findCase(id, 'vi-1'), {
    state: 'answered',
    dueAt: null,
    letter: 'waiting',
  })
  await db.store.failLetter(second.reply.letter.id, failure())
  t.match(await db.store.findCase(id, 'vi-1'), {
    state: 'routed',
    dueAt: before.dueAt,
    letter: 'undelivered',
  })
  await sound(t)
})

await t.test('a later word that comes back is owed by the clock of additions', async t => {
  const { after, id, letter } = await answered()
  await db.store.settleLetter(letter)
  await earlier(letter)
  const second = answerByMail()
  await db.store.actOnCase(id, actor(), () => second)
  await db.store.failLetter(second.reply.letter.id, failure('late'))
  const row = await db.store.findCase(id, 'vi-1')
  t.match(row, { state: 'answered', claimedBy: 'vi-1', answeredAt: after.answeredAt })
  t.ok(Math.abs((row?.dueAt ?? 0) - Date.now() - 72 * hour) < 60_000)
  await sound(t)
})

/** Everything of a case but the end of its history. */
const columns = (id: string) =>
  db.rows(
    `select to_jsonb(cases) - 'event_count' - 'last_event_hash' as row from cases where id = $1`,
    [id],
  )
const noticesOf = (id: string) =>
  db.rows(
    `select kind, recipient, settled_at from notices where case_id = $1
      and kind in ('undelivered', 'unconfirmed')`,
    [id],
  )
/** A mail server took it so long ago. */
const sentBefore = (letter: string, span: string) =>
  db.rows(`update letters set settled_at = now() - $2::interval where id = $1`, [letter, span])

await t.test(
  'a case that was closed after a later answer stays closed, and is purged in time',
  async t => {
    const { id, letter } = await answered()
    await db.store.settleLetter(letter)
    await db.store.actOnCase(id, actor(), contact)
    await db.rows(`update contacts set at = at + interval '1 s' where case_id = $1`, [id])
    await db.store.actOnCase(id, actor(), close)
    const before = await columns(id)
    t.equal(await db.store.failLetter(letter, failure('bounced')), id)
    t.strictSame(await columns(id), before)
    t.match((await db.store.caseParts(id)).events.at(-1)?.detail, /bounced answered_since$/)
    t.match(await noticesOf(id), [{ kind: 'undelivered', recipient: 'team', settled_at: null }])
    await sound(t)
    await db.rows('update cases set purge_at = now() where id = $1', [id])
    t.ok((await db.store.purgeDue(10)) >= 1)
    t.match(await db.store.findCase(id, 'vi-1'), { state: 'purged' })
  },
)

await t.test('a bounce that comes seven days late changes nothing of its case', async t => {
  for (const isClosed of [false, true]) {
    const { id, letter } = await answered()
    await db.store.settleLetter(letter)
    if (isClosed) await db.store.actOnCase(id, actor(), close)
    await sentBefore(letter, '7 days 1 minute')
    const before = await columns(id)
    t.equal(await db.store.failLetter(letter, failure('bounced')), id)
    t.equal(await db.store.failLetter(letter, failure('bounced')), id, 'once')
    t.strictSame(await columns(id), before)
    const { events } = await db.store.caseParts(id)
    t.match(events.at(-1), { kind: 'undelivered', detail: / bounced doubted$/ })
    t.equal(events.filter(({ kind }) => kind === 'undelivered').length, 1)
    t.match(await noticesOf(id), [{ kind: 'undelivered', recipient: 'team' }])
    await sound(t)
    if (isClosed) continue
    // The answer that it was said of stands: of a later one that comes back, its own clock is owed.
    const second = answerByMail()
    await earlier(letter)
    await db.store.actOnCase(id, actor(), () => second)
    await db.store.failLetter(second.reply.letter.id, failure())
    t.match(await db.store.findCase(id, 'vi-1'), { state: 'answered', answeredAt: Number })
    await sound(t)
  }
  const { before, id, letter } = await answered()
  await db.store.settleLetter(letter)
  await sentBefore(letter, '6 days 23 hours')
  await db.store.failLetter(letter, failure('bounced'))
  t.match(await db.store.findCase(id, 'vi-1'), { state: 'routed', dueAt: before.dueAt })
  await sound(t)
})

await t.test('both together: late, and closed after a later answer', async t => {
  const { id, letter } = await answered()
  await db.store.settleLetter(letter)
  await db.store.actOnCase(id, actor(), contact)
  await db.rows(`update contacts set at = at + interval '1 s' where case_id = $1`, [id])
  await db.store.actOnCase(id, actor(), close)
  await sentBefore(letter, '30 days')
  const before = await columns(id)
  await db.store.failLetter(letter, failure('bounced'))
  t.strictSame(await columns(id), before)
  t.equal((await noticesOf(id)).length, 1)
  await sound(t)
})

await t.test('a letter that may have arrived has an alarm of its own', async t => {
  const { before, id, letter } = await answered()
  await db.store.failLetter(letter, failure('may_have_arrived'))
  t.match(await db.store.findCase(id, 'vi-1'), { state: 'routed', dueAt: before.dueAt })
  t.match(await noticesOf(id), [{ kind: 'unconfirmed', recipient: 'team' }])
  t.match((await db.store.caseParts(id)).events.at(-1)?.detail, / may_have_arrived$/)
  await sound(t)
})

await t.test('a case that was closed is open again; one that was deleted stays so', async t => {
  const first = await answered()
  await db.store.actOnCase(first.id, actor(), close)
  await db.store.failLetter(first.letter, failure('bounced'))
  t.match(await db.store.findCase(first.id, 'vi-1'), {
    state: 'routed',
    outcome: null,
    purgeAt: null,
    dueAt: first.before.dueAt,
  })
  await sound(t)
  const second = await answered()
  await db.store.actOnCase(second.id, actor(), close)
  await db.rows('update cases set purge_at = now() where id = $1', [second.id])
  await db.store.purgeDue(10)
  t.equal(await db.store.failLetter(second.letter, failure()), null)
  t.strictSame(await jobsOf(second.letter), [])
  t.strictSame(await letterRow(second.letter), [])
  await sound(t)
})
