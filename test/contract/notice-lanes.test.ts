// Lanes as the store keeps them: where something waits, a notice of the lane is in the outbox, or the lane wakes.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { NoticeMail } from '../../src/ports/notice-store.js'
import {
  actor,
  hour,
  newIntake,
  newRoute,
  routedCase,
  testStore,
  type TestStore,
} from '../helper/store.js'

t.setTimeout(120_000)

const options = () => ({ mailId: randomUUID(), leaseSeconds: 60, limit: 100 })

/** Routes a case. @returns the id of its notice `new_case` */
async function noticeOf(db: TestStore, team = 'vi'): Promise<string> {
  const noticeId = randomUUID()
  await routedCase(db.store, {}, { noticeId, team })
  return noticeId
}

/** Notices that nobody will ever think of again. */
async function forgotten({ rows }: TestStore): Promise<number> {
  const lost = await rows(`
    select 1 from notices join cases on cases.id = notices.case_id
    where settled_at is null
      and not exists (select from outbox
        join notices other on other.id::text = outbox.subject
        join cases theirs on theirs.id = other.case_id
        where theirs.team is not distinct from cases.team
          and other.recipient = notices.recipient)
      and not exists (select from notice_lanes lane where lane.team = coalesce(cases.team, '')
        and lane.recipient = notices.recipient and lane.wake_at is not null)`)
  return lost.length
}

/** Until a transaction waits for another one, which the caller holds open. */
async function untilSomebodyWaits(db: TestStore): Promise<void> {
  for (let looks = 0; looks < 3000; looks++) {
    await sleep(20)
    const rows = await db.rows(`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    if (rows.length > 0) return
  }
  throw new Error('nobody waits')
}

function taken(mail: NoticeMail | null): NoticeMail {
  if (mail === null) throw new Error('no mail')
  return mail
}

await t.test('what waits for the same people is one mail, and settles as one', async t => {
  const db = await testStore(t)
  const ids = [await noticeOf(db), await noticeOf(db), await noticeOf(db)]
  const elsewhere = await noticeOf(db, 'en')
  const mail = taken(await db.store.takeMail(ids[1] ?? '', options()))
  t.strictSame(mail.notices.map(({ id }) => id).toSorted(), ids.toSorted())
  t.match(mail, { team: 'vi', to: 'team', urgent: false, failures: 0 })
  await db.store.settleMail(mail, 'sent')
  for (const id of ids) t.equal(await db.store.pendingNotice(id), null)
  t.match(await db.store.pendingNotice(elsewhere), { team: 'en', lane: { lastSentAt: null } })
  const outbox = await db.rows(`select subject from outbox where name = 'send-notice'`)
  t.strictSame(outbox, [{ subject: elsewhere }])
  await db.store.settleMail(mail, 'sent')
  const next = await noticeOf(db)
  const [{ sent } = {}] = await db.rows(
    `select extract(epoch from last_sent_at) * 1000 as sent from notice_lanes where team = 'vi'`,
  )
  t.equal((await db.store.pendingNotice(next))?.lane.lastSentAt, Number(sent))
})

await t.test('nobody else sends from a lane that is taken, and what waits wakes', async t => {
  const db = await testStore(t)
  const first = await noticeOf(db)
  const mail = taken(await db.store.takeMail(first, options()))
  const second = await noticeOf(db)
  t.equal(await db.store.takeMail(second, options()), null)
  t.equal(await db.store.takeMail(second, options()), null)
  t.strictSame(await db.rows('select 1 from outbox where subject = $1', [second]), [])
  t.equal(await forgotten(db), 0)
  t.equal(await db.store.wakeLanes(), 0, 'not while it is taken')
  await db.store.settleMail(mail, 'sent')
  t.equal(await db.store.wakeLanes(), 0, 'what waited has its turn already')
  t.equal((await db.rows('select 1 from outbox where subject = $1', [second])).length, 1)
  const later = taken(await db.store.takeMail(second, options()))
  t.strictSame(
    later.notices.map(({ id }) => id),
    [second],
  )
  t.not(later.id, mail.id)
})

await t.test('a sender who died is followed by another, with the same mail', async t => {
  const db = await testStore(t)
  const first = await noticeOf(db)
  const mail = taken(await db.store.takeMail(first, { ...options(), leaseSeconds: 0 }))
  const second = await noticeOf(db)
  const again = taken(await db.store.takeMail(second, options()))
  t.equal(again.id, mail.id)
  t.strictSame(
    again.notices.map(({ id }) => id),
    [first],
    'what came since is for the next one',
  )
  await db.store.settleMail(again, 'sent')
  t.equal((await db.rows('select 1 from outbox where subject = $1', [second])).length, 1)
  t.equal(await forgotten(db), 0)
  // A lease of the future was taken before the clock was set back.
  await db.rows(`update notice_lanes set leased_until = now() + interval '5 hours'`)
  t.ok(await db.store.takeMail(second, options()))
})

await t.test(
  'a mail has one name, also where a case comes from another lane meanwhile',
  async t => {
    const db = await testStore(t)
    const [moved, stays] = [await noticeOf(db, 'en'), await noticeOf(db)]
    const mailId = randomUUID()
    const other = await db.pool.connect()
    // A sender of the lane that the case was in has chosen, and has not committed.
    await other.query('begin')
    await other.query('update notices set mail_id = $1 where id = $2', [mailId, moved])
    await db.rows(`update cases set team = 'vi'`)
    const taking = db.store.takeMail(stays, options())
    try {
      await untilSomebodyWaits(db)
    } finally {
      await other.query('commit')
      other.release()
    }
    const mail = taken(await taking)
    const named = await db.rows('select id from notices where mail_id = $1', [mail.id])
    t.strictSame(
      mail.notices.map(({ id }) => id),
      named.map(({ id }) => id),
    )
    await db.store.settleMail(mail, 'sent')
    t.equal(await forgotten(db), 0)
    const [left = ''] = [moved, stays].filter(id => !mail.notices.some(each => each.id === id))
    const next = taken(await db.store.takeMail(left, options()))
    t.not(next.id, mail.id)
    t.strictSame(
      next.notices.map(({ id }) => id),
      [left],
    )
  },
)

/** Two cases that nobody has routed, with a rung each that fired in one sweep: one outbox row for both. */
async function twoUnrouted(db: TestStore) {
  const intakes = [newIntake(), newIntake()] as const
  for (const intake of intakes) await db.store.recordIntake(intake)
  await db.rows(`update cases set next_rung_at = now() - interval '1 second'`)
  const ids = new Map<string, string>()
  await db.store.climbDueRungs(({ id }) => {
    const noticeId = randomUUID()
    ids.set(id, noticeId)
    const outboxId = randomUUID()
    return {
      firings: [{ kind: 'reminder', to: 'lead', at: Date.now(), noticeId, outboxId }],
      nextRungAt: Date.now() + hour,
    }
  }, 100)
  const jobs = await db.rows(`select subject from outbox where name = 'send-notice'`)
  const carrier = String(jobs[0]?.['subject'])
  const [moved, stays] = intakes.toSorted(one => (ids.get(one.caseId) === carrier ? -1 : 1))
  if (jobs.length !== 1 || moved === undefined || stays === undefined) throw new Error('one row')
  const route = async (team = 'vi') => {
    const { due_at } =
      (await db.rows('select due_at from cases where id = $1', [moved.caseId]))[0] ?? {}
    await db.store.recordRoute(moved.caseId, newRoute(moved, Number(due_at), { team }))
  }
  return { carrier, other: ids.get(stays.caseId) ?? '', moved, route }
}

/** Takes and settles whatever the outbox has for leads. @returns the notices that were sent */
async function sendToLeads(db: TestStore): Promise<string[]> {
  const sent: string[] = []
  for (;;) {
    const [row] = await db.rows(
      `select subject from outbox join notices on notices.id::text = subject
       where recipient = 'lead' limit 1`,
    )
    if (row === undefined) return sent
    const mail = taken(await db.store.takeMail(String(row['subject']), options()))
    sent.push(...mail.notices.map(({ id }) => id))
    await db.store.settleMail(mail, 'sent')
  }
}

await t.test('a case that goes to a team leaves nobody behind without a wake', async t => {
  const db = await testStore(t)
  const { carrier, other, route } = await twoUnrouted(db)
  await route()
  t.equal(await forgotten(db), 0)
  t.equal(await db.store.wakeLanes(), 2, 'of both teams, at once')
  t.strictSame((await sendToLeads(db)).toSorted(), [carrier, other].toSorted())
})

await t.test('a case that goes from team to team does not either', async t => {
  const db = await testStore(t)
  const { carrier, other, moved, route } = await twoUnrouted(db)
  await db.rows('update cases set team = $1', ['vi'])
  await route('vi')
  await db.store.wakeLanes()
  await db.store.actOnCase(moved.caseId, actor(), () => ({
    event: { kind: 'routed', detail: 'handler' },
    team: 'en',
  }))
  t.equal(await forgotten(db), 0)
  t.equal(await db.store.wakeLanes(), 3, 'leads of both, and the team of its first notice')
  t.strictSame((await sendToLeads(db)).toSorted(), [carrier, other].toSorted())
})

await t.test('a case that is purged leaves nobody behind either', async t => {
  const db = await testStore(t)
  const { other, moved } = await twoUnrouted(db)
  await db.rows(
    `update cases set state = 'closed', due_at = null, next_rung_at = null, purge_at = now() where id = $1`,
    [moved.caseId],
  )
  t.equal(await db.store.purgeDue(10), 1)
  t.equal(await forgotten(db), 0)
  t.equal(await db.store.wakeLanes(), 1)
  t.strictSame(await sendToLeads(db), [other])
})

await t.test('a mail that fails leaves alone what has gone to another lane', async t => {
  const db = await testStore(t)
  const { carrier, other, route } = await twoUnrouted(db)
  const mail = taken(await db.store.takeMail(carrier, options()))
  t.equal(mail.notices.length, 2)
  await route()
  t.equal(await db.store.wakeLanes(), 2)
  await db.store.failMail(mail, Date.now() + hour)
  t.equal(await forgotten(db), 0)
  t.strictSame(await sendToLeads(db), [carrier])
  t.strictSame(await db.rows('select 1 from outbox where subject = $1', [other]), [])
  t.match(await db.store.pendingNotice(other), { lane: { failures: 1 } })
})

await t.test(
  'a mail that has left with what went to another lane leaves nobody behind there',
  async t => {
    const db = await testStore(t)
    const { carrier, route } = await twoUnrouted(db)
    const mail = taken(await db.store.takeMail(carrier, options()))
    await route()
    // Behind what was taken already waits another, whose own outbox row had given way to a wake of the lane.
    const behind = await noticeOf(db)
    await db.rows(`update notices set recipient = 'lead' where id = $1`, [behind])
    await db.rows('delete from outbox where subject = $1', [behind])
    await db.store.wakeLanes()
    t.equal((await db.rows('select 1 from outbox where subject = $1', [carrier])).length, 1)
    await db.store.settleMail(mail, 'sent')
    t.equal(await forgotten(db), 0)
    await db.store.wakeLanes()
    t.strictSame(await sendToLeads(db), [behind])
  },
)

await t.test(
  'a sender that dies with what stood behind a moot notice leaves nobody behind',
  async t => {
    const db = await testStore(t)
    const { carrier, moved, other } = await twoUnrouted(db)
    await db.rows(
      'update cases set answered_at = now(), due_at = null, next_rung_at = null where id = $1',
      [moved.caseId],
    )
    const mail = taken(await db.store.takeMail(carrier, options()))
    t.strictSame(
      mail.notices.map(({ id }) => id),
      [other],
    )
    t.equal(await forgotten(db), 0)
    // When its lease is over.
    await db.rows('update notice_lanes set wake_at = now(), leased_until = now()')
    t.equal(await db.store.wakeLanes(), 1)
    t.strictSame(await sendToLeads(db), [other])
  },
)

await t.test('what is put off while its case goes to another lane comes back there', async t => {
  const db = await testStore(t)
  const { carrier, moved } = await twoUnrouted(db)
  const other = await db.pool.connect()
  await other.query('begin')
  await other.query(`update cases set team = 'vi' where id = $1`, [moved.caseId])
  const puttingOff = db.store.putOff(carrier, Date.now() + hour)
  try {
    await untilSomebodyWaits(db)
  } finally {
    await other.query('commit')
    other.release()
  }
  await puttingOff
  t.strictSame(
    await db.rows('select team, recipient from notice_lanes where wake_at is not null'),
    [{ team: 'vi', recipient: 'lead' }],
  )
})

await t.test('a mail holds so many notices and no more; the others have their turn', async t => {
  const db = await testStore(t)
  for (let i = 0; i < 4; i++) await noticeOf(db)
  const last = await noticeOf(db)
  const seen: number[] = []
  for (let id: string | undefined = last; id !== undefined; ) {
    const mail: NoticeMail = taken(await db.store.takeMail(id, { ...options(), limit: 2 }))
    seen.push(mail.notices.length)
    await db.store.settleMail(mail, 'sent')
    t.equal(await forgotten(db), 0)
    await db.store.wakeLanes()
    const [row] = await db.rows(
      `select subject from outbox where name = 'send-notice' order by sent_at, created_at limit 1`,
    )
    id = row === undefined ? undefined : String(row['subject'])
  }
  t.strictSame(seen, [2, 2, 1])
})

await t.test('a notice that is put off leaves the outbox and comes back', async t => {
  const db = await testStore(t)
  const [first, second] = [await noticeOf(db), await noticeOf(db)]
  const soon = Date.now() + hour
  await db.store.putOff(first, soon)
  await db.store.putOff(second, soon + hour)
  await db.store.putOff(second, soon + hour)
  t.match(
    await db.store.pendingNotice(second),
    { lane: { wakeAt: soon } },
    'with the first of them',
  )
  t.strictSame(await db.rows(`select 1 from outbox where name = 'send-notice'`), [])
  t.equal(await db.store.wakeLanes(), 0)
  await db.rows(`update notice_lanes set wake_at = now() - interval '1 second'`)
  const woken = await Promise.all([1, 2, 3].map(() => db.store.wakeLanes()))
  t.equal(
    woken.reduce((sum, each) => sum + each, 0),
    1,
    'by one of three sweeps',
  )
  t.equal((await db.rows(`select 1 from outbox where name = 'send-notice'`)).length, 1)
  t.equal(await forgotten(db), 0)
})

await t.test('a mail that told nobody comes back later, and counts', async t => {
  const db = await testStore(t)
  const id = await noticeOf(db)
  const mail = taken(await db.store.takeMail(id, options()))
  const retryAt = mail.now + 5000
  await db.store.failMail(mail, retryAt)
  t.match(await db.store.pendingNotice(id), { lane: { failures: 1, wakeAt: retryAt } })
  t.equal((await db.store.figures()).noticeFailures, 1)
  t.strictSame(await db.rows(`select 1 from outbox where name = 'send-notice'`), [])
  t.equal(await forgotten(db), 0)
  await db.rows('update notice_lanes set wake_at = now()')
  t.equal(await db.store.wakeLanes(), 1)
  const again = taken(await db.store.takeMail(id, options()))
  t.match(again, { id: mail.id, failures: 1 })
  await db.store.settleMail(again, 'sent')
  t.equal((await db.store.figures()).noticeFailures, 0)
})

await t.test('a lane that failed and has nothing any more fails no longer', async t => {
  const db = await testStore(t)
  const id = await noticeOf(db)
  const mail = taken(await db.store.takeMail(id, options()))
  await db.store.failMail(mail, mail.now)
  t.equal(await db.store.noticeFailures(), 1)
  // A director gives the case to a team that can be reached.
  await db.rows(`update cases set team = 'reachable'`)
  await db.rows('update notice_lanes set wake_at = now()')
  await db.store.wakeLanes()
  t.equal(await db.store.noticeFailures(), 0)
})

await t.test('a mail that everybody refuses counts like one that told nobody', async t => {
  const db = await testStore(t)
  for (const failures of [1, 2]) {
    const mail = taken(await db.store.takeMail(await noticeOf(db), options()))
    await db.store.settleMail(mail, 'undeliverable')
    t.equal(await db.store.noticeFailures(), failures)
  }
  const last = await noticeOf(db)
  await db.rows('update cases set answered_at = now(), due_at = null, next_rung_at = null')
  t.equal(await db.store.takeMail(last, options()), null)
  t.equal(await db.store.noticeFailures(), 0, 'nobody is left to be told')
})

await t.test('a case that owes nothing needs no notice', async t => {
  const db = await testStore(t)
  const [answered, open] = [await noticeOf(db), await noticeOf(db)]
  await db.rows(
    `update cases set due_at = null, next_rung_at = null, answered_at = now(), state = 'answered'
     where id = (select case_id from notices where id = $1)`,
    [answered],
  )
  const mail = taken(await db.store.takeMail(answered, options()))
  t.strictSame(
    mail.notices.map(({ id }) => id),
    [open],
  )
  t.strictSame(await db.rows('select outcome from notices where id = $1', [answered]), [
    { outcome: 'moot' },
  ])
  await db.store.settleMail(mail, 'sent')
  await db.rows('update notices set settled_at = null, outcome = null, mail_id = null')
  await db.rows(`update cases set due_at = null, next_rung_at = null, answered_at = now()`)
  t.equal(await db.store.takeMail(open, options()), null)
  t.equal((await db.rows('select 1 from notices where settled_at is null')).length, 0)
  t.strictSame(await db.rows('select leased_until from notice_lanes'), [{ leased_until: null }])
  await db.rows(
    `update notices set settled_at = null, outcome = null, kind = 'closed' where id = $1`,
    [open],
  )
  t.match(await db.store.takeMail(open, options()), { notices: [{ kind: 'closed', dueAt: null }] })
})

await t.test('a lane that everybody has forgotten is found by a later sweep', async t => {
  const db = await testStore(t)
  const id = await noticeOf(db)
  const mail = taken(await db.store.takeMail(id, { ...options(), leaseSeconds: 0 }))
  await db.rows('delete from outbox')
  t.equal(await db.store.wakeLanes(), 0)
  await db.rows(`update notices set created_at = now() - interval '3 minutes'`)
  t.equal(await db.store.wakeLanes(), 1)
  t.equal(await db.store.wakeLanes(), 0)
  t.equal(taken(await db.store.takeMail(id, options())).id, mail.id)
})

await t.test('many senders at once: each notice in one mail, nothing forgotten', async t => {
  const db = await testStore(t)
  const intakes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const intake = newIntake()
      const { dueAt } = await db.store.recordIntake(intake)
      const team = index % 2 === 0 ? 'vi' : 'en'
      await db.store.recordRoute(intake.caseId, newRoute(intake, dueAt, { team }))
      return intake
    }),
  )
  const sent: string[] = []
  async function send(): Promise<void> {
    for (let idle = 0; idle < 5; ) {
      const [row] = await db.rows(
        `select subject from outbox where name = 'send-notice' order by random() limit 1`,
      )
      const mail =
        row === undefined
          ? null
          : await db.store.takeMail(String(row['subject']), { ...options(), limit: 3 })
      if (mail === null) {
        idle += 1
        await db.store.wakeLanes()
        continue
      }
      idle = 0
      sent.push(...mail.notices.map(({ id }) => id))
      await db.store.settleMail(mail, 'sent')
    }
  }
  await Promise.all([send(), send(), send(), send()])
  await db.rows('update notice_lanes set wake_at = now() where wake_at is not null')
  await db.store.wakeLanes()
  await send()
  t.equal(sent.length, intakes.length)
  t.equal(new Set(sent).size, intakes.length)
  t.equal(await forgotten(db), 0)
  t.strictSame(await db.rows('select 1 from notices where settled_at is null'), [])
})
