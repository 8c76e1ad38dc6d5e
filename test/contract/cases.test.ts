// Steps 9 and 10 of the path as the store keeps them: acts on cases, their history, and the inbox.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  maxEventsByActs,
  maxGrants,
  maxNotes,
  maxReplies,
  type CaseState,
} from '../../schemas/case.js'
import { KhancapError } from '../../schemas/problem.js'
import { brokenEvent } from '../../src/core/case/history.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { CaseChange, CaseFilter, CaseRow } from '../../src/ports/case-store.js'
import type { Store } from '../../src/ports/store.js'
import { rowsReadIn } from '../helper/plans.js'
import {
  actor,
  caseId,
  clientId,
  hour,
  newIntake,
  routedCase,
  sha256,
  testStore,
  type TestStore,
} from '../helper/store.js'

const p = await nodePrimitives()

const claim = (): CaseChange => ({
  state: 'claimed',
  claimedBy: 'vi-1',
  event: { kind: 'claimed', detail: null },
})

const reply = () =>
  ({
    state: 'answered',
    answered: true,
    dueAt: null,
    nextRungAt: null,
    unreadAdditions: 0,
    answer: { hour: 0, signature: randomBytes(64), key: randomBytes(32) },
    reply: { id: clientId(), sealed: randomBytes(4096), teamCopy: randomBytes(4096) },
    event: { kind: 'replied', detail: null },
  }) satisfies CaseChange

await t.test('step 9: a claim is kept, with its request in the history', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  const by = actor('vi-1')
  const seen: CaseRow[] = []
  const after = await store.actOnCase(id, by, row => {
    seen.push(row)
    return claim()
  })
  t.match(seen, [{ id, state: 'routed', claimedBy: null }])
  t.match(after, { state: 'claimed', claimedBy: 'vi-1', answeredAt: null })
  t.ok(after.dueAt !== null, 'a claim does not stop the clock')
  const { events } = await store.caseParts(id)
  t.match(events.at(-1), { number: 2, kind: 'claimed', handler: 'vi-1', request: by.request })
  t.equal(await brokenEvent(p, id, events), null)
})

await t.test('step 9: what is done already, or refused, changes nothing', async t => {
  const { store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  const before = await store.findCase(id, 'vi-1')
  const row = await store.actOnCase(id, actor(), () => null)
  t.match(row, { id, state: 'routed' })
  const refusal = new KhancapError('case_claimed')
  await t.rejects(
    store.actOnCase(id, actor(), () => {
      throw refusal
    }),
    refusal,
  )
  await t.rejects(store.actOnCase(caseId(), actor(), claim), { code: 'case_unknown' })
  t.match(await store.findCase(id, 'vi-1'), { ...before, now: Number })
  t.strictSame(await rows('select count(*) as events from events'), [{ events: 1 }])
})

await t.test('step 9: of many claims at once each sees the one before', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      store.actOnCase(id, actor(`vi-${index}`), row => {
        if (row.claimedBy !== null) throw new KhancapError('case_claimed')
        return { ...claim(), claimedBy: `vi-${index}` }
      }),
    ),
  )
  t.equal(results.filter(each => each.status === 'fulfilled').length, 1)
  const { events } = await store.caseParts(id)
  t.equal(events.length, 2)
})

await t.test('the history of a case that many act on at once is one unbroken chain', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  await Promise.all(
    Array.from({ length: 25 }, (_, index) =>
      store.actOnCase(id, actor(`vi-${index % 5}`), () => ({
        note: { id: clientId(), sealed: randomBytes(100) },
        event: { kind: 'noted', detail: null },
      })),
    ),
  )
  const { events, notes } = await store.caseParts(id)
  t.equal(events.length, 26)
  t.equal(notes.length, 25)
  t.equal(await brokenEvent(p, id, events), null)
  t.ok(events.every((event, index) => index === 0 || event.at >= (events[index - 1]?.at ?? 0)))
})

await t.test('a history that was touched is found out, at the event that was touched', async t => {
  const { store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  for (const detail of ['one', 'two', 'three'])
    await store.actOnCase(id, actor(), () => ({ event: { kind: 'noted', detail } }))
  const events = async () => (await store.caseParts(id)).events
  t.equal(await brokenEvent(p, id, await events()), null)
  t.equal(await brokenEvent(p, caseId(), await events()), 1, 'it belongs to one case')
  const untouched = await events()
  t.equal(await brokenEvent(p, id, untouched.slice(1)), 1, 'the first is gone')
  t.equal(await brokenEvent(p, id, untouched.toSpliced(2, 1)), 3, 'one in the middle is gone')
  for (const [column, value] of [
    ['detail', "'zwei'"],
    ['handler', "'en-1'"],
    ['kind', "'closed'"],
    ['at', "at + interval '1 second'"],
    ['signature_base', "signature_base || ' '"],
    ['signature', 'set_byte(signature, 0, get_byte(signature, 0) # 1)'],
    ['key', 'set_byte(key, 31, get_byte(key, 31) # 1)'],
    ['previous', 'set_byte(previous, 0, get_byte(previous, 0) # 1)'],
    ['hash', 'set_byte(hash, 0, get_byte(hash, 0) # 1)'],
  ]) {
    const [original] = await rows(`select * from events where number = 3`)
    await rows(`update events set ${column} = ${value} where number = 3`)
    t.equal(await brokenEvent(p, id, await events()), 3, `${column} of event 3`)
    const back = column === 'at' ? new Date(Number(original?.['at'])) : original?.[column ?? '']
    await rows(`update events set ${column} = $1 where number = 3`, [back])
  }
  t.equal(await brokenEvent(p, id, await events()), null)
})

await t.test('step 10: a reply stops the clock and is kept with its proof', async t => {
  const { store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  await store.actOnCase(id, actor(), claim)
  const change = reply()
  const after = await store.actOnCase(id, actor(), () => change)
  t.match(after, { state: 'answered', dueAt: null, answer: change.answer })
  t.ok(Math.abs((after.answeredAt ?? 0) - Date.now()) < 60_000)
  t.strictSame(await rows('select next_rung_at from cases'), [{ next_rung_at: null }])
  const { replies } = await store.caseParts(id)
  const { id: replyId, teamCopy } = change.reply
  t.match(replies, [{ id: replyId, by: 'vi-1', bytes: 4096, sha256: sha256(teamCopy) }])
  t.match(await store.sealedPart(id, 'replies', replyId), teamCopy, 'the copy for the team')
  t.equal(await store.sealedPart(id, 'notes', replyId), null, 'ids count within a kind')
  t.equal(await store.sealedPart(caseId(), 'replies', replyId), null, 'and within a case')
  // A second reply leaves the time of the first answer.
  const later = await store.actOnCase(id, actor('vi-2'), () => ({
    ...reply(),
    answer: change.answer,
  }))
  t.equal(later.answeredAt, after.answeredAt)
  t.equal((await store.caseParts(id)).replies.length, 2)
})

await t.test(
  'step 10: the same reply, note or grant twice is kept once; other bytes are refused',
  async t => {
    const { store } = await testStore(t)
    const { caseId: id } = await routedCase(store)
    const first = reply()
    const note = { id: clientId(), sealed: randomBytes(50) }
    const grant = {
      id: clientId(),
      reader: 'en-1',
      header: randomBytes(500),
      signature: randomBytes(64),
      key: randomBytes(32),
    }
    const changes: CaseChange[] = [
      first,
      { note, event: { kind: 'noted', detail: null } },
      { grants: [grant], event: { kind: 'reader_added', detail: 'en-1' } },
    ]
    for (const change of changes) await store.actOnCase(id, actor(), () => change)
    const { events } = await store.caseParts(id)
    for (const change of changes) await store.actOnCase(id, actor(), () => change)
    t.same((await store.caseParts(id)).events, events)
    const others: CaseChange[] = [
      { ...first, reply: { ...first.reply, sealed: randomBytes(4096) } },
      { ...first, reply: { ...first.reply, teamCopy: randomBytes(4096) } },
      { note: { ...note, sealed: randomBytes(50) }, event: { kind: 'noted', detail: null } },
      {
        grants: [{ ...grant, header: randomBytes(500) }],
        event: { kind: 'reader_added', detail: null },
      },
      { grants: [{ ...grant, reader: 'fr-1' }], event: { kind: 'reader_added', detail: null } },
    ]
    for (const change of others)
      await t.rejects(
        store.actOnCase(id, actor(), () => change),
        { code: 'reply_conflict' },
      )
    t.same((await store.caseParts(id)).events, events)
    const other = await routedCase(store)
    await store.actOnCase(other.caseId, actor(), () => first)
    t.equal((await store.caseParts(other.caseId)).replies.length, 1, 'ids count within a case')
  },
)

await t.test(
  'a case takes as many replies, notes and grants as may be shown, and no more',
  async t => {
    const { store, rows } = await testStore(t)
    const { caseId: id } = await routedCase(store)
    const fill: [string, number, () => CaseChange][] = [
      [
        `insert into replies (case_id, id, handler, at, sealed, team_copy)
       select $1, 'reply-' || n, case when n % 2 = 0 then 'vi-1' else 'vi-2' end, now(), '', '' from generate_series(1, $2::int) n`,
        maxReplies,
        () => reply(),
      ],
      [
        `insert into notes (case_id, id, handler, at, sealed)
       select $1, 'note-' || n, case when n % 2 = 0 then 'vi-1' else 'vi-2' end, now(), '' from generate_series(1, $2::int) n`,
        maxNotes,
        () => ({
          note: { id: clientId(), sealed: randomBytes(10) },
          event: { kind: 'noted', detail: null },
        }),
      ],
      [
        `insert into grants (case_id, id, reader, header, handler, signature, key, at)
       select $1, 'grant-' || n, 'en-1', '', case when n % 2 = 0 then 'vi-1' else 'vi-2' end, '', '', now() from generate_series(1, $2::int) n`,
        maxGrants,
        () => ({
          grants: [
            {
              id: clientId(),
              reader: 'en-2',
              header: randomBytes(10),
              signature: randomBytes(64),
              key: randomBytes(32),
            },
          ],
          event: { kind: 'reader_added', detail: null },
        }),
      ],
    ]
    for (const [statement, most, change] of fill) {
      await rows(statement, [id, most - 1])
      await store.actOnCase(id, actor(), change)
      await t.rejects(store.actOnCase(id, actor(), change), { code: 'case_state' })
    }
    const alone = await routedCase(store)
    for (const [statement, most, change] of fill) {
      await rows(statement, [alone.caseId, most - 2])
      await store.actOnCase(alone.caseId, actor(), change)
      await t.rejects(
        store.actOnCase(alone.caseId, actor(), change),
        { code: 'case_state' },
        'half of it is full',
      )
      await store.actOnCase(alone.caseId, actor('vi-3'), change)
    }
    await rows('update cases set event_count = $1', [maxEventsByActs - 1])
    const note = (): CaseChange => ({ event: { kind: 'noted', detail: null } })
    await store.actOnCase(id, actor(), note)
    await t.rejects(store.actOnCase(id, actor(), note), { code: 'case_state' })

    const busy = await routedCase(store)
    const written = maxEventsByActs / 2 - 1
    await rows(
      `insert into events (case_id, number, kind, at, handler, hash)
       select id, event_count + n, 'noted', now(), 'vi-1', $2
       from cases, generate_series(1, $3::int) n where id = $1`,
      [busy.caseId, Buffer.alloc(32), written],
    )
    await rows('update cases set event_count = event_count + $2 where id = $1', [
      busy.caseId,
      written,
    ])
    await store.actOnCase(busy.caseId, actor(), note)
    await t.rejects(store.actOnCase(busy.caseId, actor(), note), { code: 'case_state' })
    await store.actOnCase(busy.caseId, actor('vi-2'), note)
  },
)

await t.test('closing and reopening a case moves its deadline, outcome and purge', async t => {
  const { store, rows } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  await store.actOnCase(id, actor(), claim)
  const purgeAt = Date.now() + 1000 * hour
  const closed = await store.actOnCase(id, actor(), () => ({
    state: 'closed',
    dueAt: null,
    nextRungAt: null,
    outcome: 'no_contact',
    purgeAt,
    event: { kind: 'closed', detail: 'no_contact' },
  }))
  t.match(closed, { state: 'closed', outcome: 'no_contact', purgeAt, dueAt: null })
  t.ok((await rows('select closed_at from cases'))[0]?.['closed_at'])
  const dueAt = Date.now() + 48 * hour
  const reopened = await store.actOnCase(id, actor(), () => ({
    state: 'routed',
    claimedBy: null,
    dueAt,
    nextRungAt: dueAt - hour,
    outcome: null,
    purgeAt: null,
    event: { kind: 'reopened', detail: null },
  }))
  t.match(reopened, { state: 'routed', claimedBy: null, outcome: null, purgeAt: null, dueAt })
  t.strictSame(await rows('select closed_at, next_rung_at from cases'), [
    { closed_at: null, next_rung_at: dueAt - hour },
  ])
})

await t.test('no act can leave an unanswered case without a deadline', async t => {
  const { store } = await testStore(t)
  const { caseId: id } = await routedCase(store)
  await t.rejects(
    store.actOnCase(id, actor(), () => ({
      dueAt: null,
      nextRungAt: null,
      event: { kind: 'noted', detail: null },
    })),
    { code: '23514' },
  )
  t.ok((await store.findCase(id, 'vi-1'))?.dueAt)
})

// ── the inbox ────────────────────────────────────────────────────────────────────────────────────

const inbox = (changes: Partial<CaseFilter> = {}): CaseFilter => ({
  teams: null,
  handler: 'vi-1',
  scope: 'open',
  team: null,
  program: null,
  dueWithin: null,
  limit: 50,
  after: null,
  ...changes,
})

/** Every page, as one list. */
async function all(store: Store, filter: CaseFilter) {
  const ids: string[] = []
  let after: string | null = null
  do {
    const page = await store.listCases({ ...filter, after })
    if (page.cases.length > filter.limit) throw new Error('a page above its limit')
    if (page.next !== null && page.next.length > 80) throw new Error('a cursor too long')
    ids.push(...page.cases.map(each => each.id))
    after = page.next
  } while (after !== null)
  return ids
}

/** A case in a state, received and due at given hours from now. */
async function placed(
  { store, rows }: TestStore,
  team: string | null,
  state: CaseState,
  receivedIn: number,
  dueIn: number | null,
): Promise<string> {
  const intake = newIntake()
  await store.recordIntake(intake)
  await rows(
    `update cases set team = $2, state = $3, next_rung_at = null,
       received_at = now() + $4 * interval '1 hour', due_at = now() + $5 * interval '1 hour',
       answered_at = case when $3 in ('answered', 'closed', 'purged') then now() end
     where id = $1`,
    [intake.caseId, team, state, receivedIn, dueIn],
  )
  return intake.caseId
}

await t.test(
  'the inbox: by due time, then what owes nothing, newest first, then closed cases',
  async t => {
    const db = await testStore(t)
    const closedOld = await placed(db, 'vi', 'closed', -90, null)
    const later = await placed(db, 'vi', 'routed', -1, 47)
    const answeredOld = await placed(db, 'vi', 'answered', -70, null)
    const breached = await placed(db, 'en', 'claimed', -60, -12)
    const answeredNew = await placed(db, 'en', 'answered', -50, null)
    const soon = await placed(db, null, 'received', -40, 8)
    const addition = await placed(db, 'vi', 'answered', -99, 9)
    const purged = await placed(db, 'vi', 'purged', -80, null)
    const open = [breached, soon, addition, later, answeredNew, answeredOld]
    t.strictSame(await all(db.store, inbox()), open)
    t.strictSame(await all(db.store, inbox({ scope: 'all' })), [...open, purged, closedOld])
    for (const limit of [1, 2, 3, 7, 8, 9])
      t.strictSame(
        await all(db.store, inbox({ scope: 'all', limit })),
        [...open, purged, closedOld],
        `${limit} a page`,
      )
    t.strictSame(await all(db.store, inbox({ teams: ['vi'], limit: 2 })), [
      addition,
      later,
      answeredOld,
    ])
    t.strictSame(await all(db.store, inbox({ teams: ['en', 'vi'], limit: 2 })), [
      breached,
      addition,
      later,
      answeredNew,
      answeredOld,
    ])
    t.strictSame(await all(db.store, inbox({ teams: ['zh'] })), [])
    t.strictSame(await all(db.store, inbox({ teams: [] })), [])
  },
)

await t.test('the inbox: whom a case was granted to sees it, and is told so', async t => {
  const db = await testStore(t)
  const { store } = db
  const { caseId: own } = await routedCase(store, {}, { team: 'en' })
  const { caseId: granted } = await routedCase(store, {}, { team: 'vi' })
  await routedCase(store, {}, { team: 'vi' })
  await store.actOnCase(granted, actor('vi-1'), () => ({
    grants: [
      {
        id: clientId(),
        reader: 'en-1',
        header: randomBytes(10),
        signature: randomBytes(64),
        key: randomBytes(32),
      },
    ],
    event: { kind: 'reader_added', detail: 'en-1' },
  }))
  const page = await store.listCases(inbox({ teams: ['en'], handler: 'en-1' }))
  t.match(
    page.cases.map(({ id, granted: isGranted }) => [id, isGranted]),
    [
      [own, false],
      [granted, true],
    ],
  )
  t.match(await store.findCase(granted, 'en-1'), { granted: true })
  t.match(await store.findCase(granted, 'vi-1'), { granted: false })
  t.equal(await store.findCase(caseId(), 'vi-1'), null)
  const both = await store.listCases(inbox({ teams: ['en', 'vi'], handler: 'en-1' }))
  t.equal(both.cases.length, 3, 'none twice')
})

await t.test('the inbox: mine are the open ones that I claimed, of teams that I am in', async t => {
  const db = await testStore(t)
  const { store } = db
  const mine = await routedCase(store, {}, { team: 'vi' })
  const left = await routedCase(store, {}, { team: 'fr' })
  const others = await routedCase(store, {}, { team: 'vi' })
  for (const { caseId: id } of [mine, left]) await store.actOnCase(id, actor('vi-1'), claim)
  await store.actOnCase(others.caseId, actor('vi-2'), () => ({ ...claim(), claimedBy: 'vi-2' }))
  const filter = inbox({ scope: 'mine', teams: ['vi'] })
  t.strictSame(await all(store, filter), [mine.caseId])
  t.same(await all(store, { ...filter, teams: null }), [mine.caseId, left.caseId])
})

await t.test(
  'the inbox: a page that is read while cases come and go repeats and skips none',
  async t => {
    const db = await testStore(t)
    const { store } = db
    const ids = new Set<string>()
    for (let n = 0; n < 30; n++) ids.add((await routedCase(store)).caseId)
    const first = await store.listCases(inbox({ limit: 10 }))
    // New cases are due later; one that was on the page is answered and moves behind.
    await routedCase(store)
    const moved = first.cases[0]?.id ?? ''
    await store.actOnCase(moved, actor(), () => reply())
    const rest = await all(store, inbox({ limit: 10, after: null }))
    const second = await store.listCases(inbox({ limit: 50, after: first.next }))
    const seen = new Set([...first.cases, ...second.cases].map(each => each.id))
    t.ok([...ids].every(id => seen.has(id)))
    t.equal(rest.length, 31)
  },
)

await t.test('the inbox: a cursor that is not one of ours is refused', async t => {
  const { store } = await testStore(t)
  for (const after of [
    'x',
    Buffer.from('1 2').toString('base64url'),
    Buffer.from("0 ' or 1").toString('base64url'),
  ])
    await t.rejects(store.listCases(inbox({ after })), { code: 'request_invalid' })
  const page = await store.listCases(inbox())
  t.match(page, { cases: [], next: null })
  t.ok(Math.abs(page.now - Date.now()) < 60_000)
})

await t.test('the inbox: a first page over 20,000 open cases reads a page of an index', async t => {
  const db = await testStore(t)
  const read = rowsReadIn(t, db, 'cases')
  await db.rows(
    `with made as (
       insert into intakes (id, digest, case_id, directory_sequence, received_at, due_at)
       select 'intake-' || n, sha256(n::text::bytea), lpad(n::text, 26, '0'), 1,
         now() + n * interval '1 second', now() + n * interval '1 second' + interval '48 hours'
       from generate_series(1, 20000) n returning *)
     insert into cases (id, intake, state, channel, team, envelope_sha256, directory_sequence,
       received_at, due_at)
     select case_id, id, 'routed', 'web', 'team-' || right(case_id, 1), digest, 1, received_at, due_at
     from made`,
  )
  const filters = [
    inbox(),
    inbox({ teams: ['team-1'] }),
    inbox({ teams: Array.from({ length: 20 }, (_, index) => `team-${index}`) }),
    inbox({ teams: ['nobody'] }),
    inbox({ scope: 'mine' }),
    inbox({ scope: 'all', teams: ['team-1', 'team-2'] }),
    inbox({ team: 'team-1' }),
    inbox({ team: 'team-1', teams: ['team-2'] }),
    inbox({ dueWithin: 3600 }),
  ]
  for (const filter of filters) {
    const rows = await read(store => store.listCases(filter))
    const title = `${filter.scope}, ${filter.teams?.length ?? 'all'} teams`
    // A page and one more of each team at most, and the page itself once more.
    const teams = filter.teams?.length ?? 1
    t.ok(rows <= (teams + 1) * (filter.limit + 1), `${title}: ${rows} rows`)
  }
})
