// Steps 6 to 8 on a real store, with both queues: everything is routed, every rung fires once, whatever the queue
// loses and whoever dies.
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { currentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { routeCase } from '../../src/app/route-case.js'
import { sweepClock } from '../../src/app/sweep-clock.js'
import { relayOutbox } from '../../src/app/relay-outbox.js'
import { contactsFile, lookAtContacts } from '../../src/contacts-file.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Queue } from '../../src/ports/queue.js'
import { signalLife } from '../../workers/alive.js'
import { testLog } from '../helper/api.js'
import { temporaryFolder } from '../helper/cli.js'
import type { Teardown } from '../helper/postgres.js'
import { testRedis } from '../helper/redis.js'
import { testStore } from '../helper/store.js'
import {
  type Backend,
  bench,
  type Bench,
  casesTold,
  contacts,
  ledger,
  postgresQueue,
  redisQueue,
  until,
} from '../helper/workers.js'

const hour = 3600
const hours = (count: number) => count * hour

/** What the store knows of a case. */
async function rowOf(b: Bench, id: string) {
  const [row] = await b.db.rows(
    `select state, team, program, reason, coverage, rule,
       extract(epoch from due_at - received_at)::float8 as seconds from cases where id = $1`,
    [id],
  )
  return row
}

async function rungsOf(b: Bench, id: string): Promise<unknown[]> {
  const rows = await b.db.rows(
    'select kind, recipient from rungs where case_id = $1 order by at, kind',
    [id],
  )
  return rows.map(row => `${String(row['kind'])} ${String(row['recipient'])}`)
}

const routed = (b: Bench, id: string) => async () => (await rowOf(b, id))?.['state'] === 'routed'
const settled = (b: Bench) => async () => {
  const { outbox, unsettled } = await ledger(b.db)
  return outbox === 0 && unsettled === 0
}

const backends: Readonly<
  Record<
    Backend,
    (t: Teardown) => Promise<{
      open: (url: string) => Promise<Queue>
      /** Loses everything that the queue holds. */
      wipe: (b: Bench) => Promise<void>
    }>
  >
> = {
  postgres: async () => ({
    open: postgresQueue,
    async wipe(b) {
      const tables = await b.db.rows(
        `select quote_ident(tablename) as name from pg_tables where schemaname = 'bullmq'`,
      )
      const names = tables.map(row => `bullmq.${String(row['name'])}`)
      // The queue at work may win against us (deadlock_detected): then we try again.
      for (let tries = 0; names.length > 0; tries++)
        try {
          await b.db.rows(`truncate ${names.join(', ')} cascade`)
          return
        } catch (error) {
          if (tries === 20) throw error
        }
    },
  }),
  redis: async t => {
    const redis = await testRedis(t)
    return {
      open: redisQueue(redis.url),
      async wipe() {
        await redis.client().flushall()
      },
    }
  },
}

for (const [backend, prepare] of Object.entries(backends)) {
  await t.test(`queue in ${backend}`, async t => {
    const { open, wipe } = await prepare(t)

    await t.test('steps 6 and 7: a case is routed by its slip, and its team is told', async t => {
      const b = await bench(t, open)
      const workers = b.start()
      const id = await b.takeIn()
      workers.wake()
      await until(routed(b, id), 'routed')
      t.match(await rowOf(b, id), {
        team: 'vietnam',
        program: 'emergency',
        reason: 'routing_row',
        coverage: 'eligible',
        seconds: hours(48),
      })
      t.equal((await b.db.rows('select 1 from slips')).length, 0, 'the slip is gone')
      await until(settled(b), 'told')
      t.strictSame(
        b.sink.mails.map(mail => mail.to),
        [['vietnam@example.org']],
      )
      t.match(b.sink.mails[0]?.text, id)
      t.notMatch(b.sink.mails[0]?.raw, /vietnam(?!@)|VN|Viet/, 'no country, no language, no team')
    })

    await t.test(
      'step 8: each rung fires once, and after the breach the alarm goes on',
      async t => {
        const b = await bench(t, open)
        b.start()
        const id = await b.takeIn()
        await until(routed(b, id), 'routed')
        await until(settled(b), 'told of a new case')
        const steps = [
          [1, 'reminder team'],
          [3, 'reminder team'],
          [20, 'reminder team'],
          [16, 'reminder team'],
          [4, 'escalation lead'],
          [3, 'escalation director'],
          [1, 'breach director'],
        ] as const
        const expected: string[] = []
        for (const [pass, rung] of steps) {
          await b.age(id, hours(pass))
          expected.push(rung)
          await until(async () => (await rungsOf(b, id)).length >= expected.length, rung)
          await until(settled(b), `${rung} told`)
          t.strictSame(await rungsOf(b, id), expected)
        }
        await b.age(id, hours(200))
        expected.push('escalation director')
        await until(async () => (await rungsOf(b, id)).length >= expected.length, 'alarm')
        await until(settled(b), 'everybody told')
        await sleep(1500)
        t.strictSame(await rungsOf(b, id), expected, 'what was slept through is one alarm')
        const [row] = await b.db.rows(
          'select next_rung_at > now() as later from cases where id = $1',
          [id],
        )
        t.equal(row?.['later'], true)
        t.equal(b.sink.mails.length, 1 + expected.length)
        t.equal(new Set(b.sink.mails.map(each => each.headers.get('message-id'))).size, 9)
        const to = b.sink.mails.slice(-4).map(each => each.to)
        const director = ['director@example.org']
        t.strictSame(to, [['lead@example.org'], director, director, director])
      },
    )

    await t.test(
      'the queue is emptied in the middle of work: everything is routed all the same',
      async t => {
        const b = await bench(t, open)
        const workers = b.start()
        await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue')
        const wiping = (async () => {
          for (let i = 0; i < 10; i++) {
            await wipe(b)
            await sleep(30)
          }
        })()
        for (let i = 0; i < 40; i++) {
          await b.takeIn()
          workers.wake()
        }
        await wiping
        // What the queue lost with its row marked as sent comes again after 30 s; here those rows grow old at once.
        await until(
          async () => {
            // Rows that somebody works on are passed over: whoever waits for two of them could wait for ever.
            await b.db.rows(`update outbox set sent_at = sent_at - interval '31 seconds'
            where id in (select id from outbox where sent_at > '-infinity'
              for update skip locked)`)
            const { received, outbox, unsettled } = await ledger(b.db)
            return received === 0 && outbox === 0 && unsettled === 0
          },
          'everything routed',
          60,
        )
        t.match(await ledger(b.db), {
          cases: 40,
          received: 0,
          without_deadline: 0,
          unsettled: 0,
          rungs_twice: 0,
        })
        // A reminder still comes, and the queue's own schedule is back.
        const [{ id } = { id: '' }] = await b.db.rows('select id from cases limit 1')
        await wipe(b)
        await b.age(String(id), hours(1))
        await until(async () => (await rungsOf(b, String(id))).length === 1, 'reminder')
      },
    )

    await t.test('two workers over one store: each rung once, each case once', async t => {
      const b = await bench(t, open)
      const other = await bench(t, open, { db: b.db, organisation: b.organisation })
      const ids: string[] = []
      for (let i = 0; i < 10; i++) ids.push(await b.takeIn())
      const both = [b.start(), other.start()]
      await until(async () => (await ledger(b.db))['received'] === 0, 'routed')
      for (const id of ids) await b.age(id, hours(48))
      for (const workers of both) workers.wake()
      await until(async () => Number((await ledger(b.db))['rungs']) >= 10 * 7, 'all rungs')
      await until(settled(b), 'all told')
      t.match(await ledger(b.db), { rungs: 10 * 7, rungs_twice: 0, without_deadline: 0 })
      const events = await b.db.rows(
        `select case_id, kind, count(*)::int as times from events where kind = 'routed'
         group by 1, 2 having count(*) > 1`,
      )
      t.strictSame(events, [])
      t.equal(casesTold(b).length + casesTold(other).length, 10 * 8)
      const mailIds = [...b.sink.mails, ...other.sink.mails].map(each =>
        each.headers.get('message-id'),
      )
      t.equal(new Set(mailIds).size, mailIds.length, 'no mail twice')
    })

    await t.test('a restart takes up what was left, and what was slept through', async t => {
      const b = await bench(t, open)
      const before = b.start()
      const id = await b.takeIn()
      await until(routed(b, id), 'routed')
      await before.close(5000)
      const waiting = await b.takeIn()
      await b.age(id, hours(45))
      b.start()
      await until(routed(b, waiting), 'routed after the restart')
      await until(async () => (await rungsOf(b, id)).length === 5, 'five rungs made up for')
      t.strictSame((await rungsOf(b, id)).at(-1), 'escalation lead')
      await until(settled(b), 'told')
    })
  })
}

await t.test(
  'a queue that is not there: cases are routed and reminders come without it',
  async t => {
    const redis = await testRedis(t)
    const b = await bench(t, redisQueue(redis.url))
    await redis.crash()
    b.start()
    const id = await b.takeIn()
    await until(routed(b, id), 'routed without a queue')
    await b.age(id, hours(1))
    await until(async () => (await rungsOf(b, id)).length === 1, 'reminder without a queue')
    await until(settled(b), 'told without a queue')
    await redis.start()
    await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue opened', 40)
    const later = await b.takeIn()
    await until(routed(b, later), 'routed with the queue')
  },
)

await t.test('a queue that opens halfway is closed with the workers that it gave', async t => {
  const b = await bench(t, postgresQueue)
  const log: string[] = []
  let isBroken = true
  b.start({
    async openQueue() {
      const queue = await postgresQueue(b.db.url)
      let started = 0
      return {
        ...queue,
        async work(...given) {
          if (isBroken && started === 2) {
            isBroken = false
            throw new KhancapError('queue_unavailable')
          }
          const worker = await queue.work(...given)
          const number = (started += 1)
          return {
            async close(graceMs) {
              log.push(`worker ${number}`)
              await worker.close(graceMs)
            },
          }
        },
        async close() {
          log.push('queue')
          await queue.close()
        },
      }
    },
  })
  await until(() => log.includes('queue'), 'given up')
  t.strictSame(log, ['worker 1', 'worker 2', 'queue'])
  const id = await b.takeIn()
  await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'opened')
  await until(routed(b, id), 'routed')
})

await t.test('a queue that dies under way is worked around, and used again', async t => {
  const redis = await testRedis(t)
  const b = await bench(t, redisQueue(redis.url))
  b.start()
  await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue opened')
  await redis.crash()
  const id = await b.takeIn()
  await until(routed(b, id), 'routed without the queue')
  await redis.start()
  await until(() => b.log.lines.some(line => line.event === 'queue is back'), 'queue is back', 40)
  const later = await b.takeIn()
  await until(routed(b, later), 'routed with the queue')
})

await t.test('every connection to the database is cut, again and again: work goes on', async t => {
  const b = await bench(t, postgresQueue)
  const watcher = await testStore(t, 1)
  b.start()
  await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue opened')
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    ids.push(await b.takeIn())
    await watcher.rows(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
      [new URL(b.db.url).pathname.slice(1)],
    )
    // The test's own connections were cut, too.
    await until(() => b.db.rows('select 1').then(Boolean, () => false), 'connected')
  }
  for (const id of ids) await until(routed(b, id), 'routed', 60)
  await until(settled(b), 'told', 60)
  t.match(await ledger(b.db), { cases: 5, received: 0, unsettled: 0 })
})

await t.test('step 7: whatever is wrong with a slip, a person gets the case', async t => {
  const b = await bench(t, postgresQueue)
  const directory = await b.directories.newest()
  const other = await bench(t, postgresQueue)
  const strange = await other.takeIn()
  const [foreign] = await other.db.rows('select sealed from slips where case_id = $1', [strange])
  const sealed = foreign?.['sealed']
  if (!(sealed instanceof Uint8Array)) throw new Error('no slip')
  const damaged = Uint8Array.from(sealed)
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
  const cases: Record<string, [string, string]> = {
    'no slip': [await b.takeIn({}, null), 'no_slip'],
    rubbish: [await b.takeIn({}, randomBytes(2600)), 'slip_unreadable'],
    empty: [await b.takeIn({}, new Uint8Array(1)), 'slip_unreadable'],
    'sealed to another router': [await b.takeIn({}, sealed), 'slip_unreadable'],
    damaged: [await b.takeIn({}, damaged), 'slip_unreadable'],
    'of another envelope': [await b.takeIn({ envelope: 'A'.repeat(43) }), 'slip_unreadable'],
    'of another deployment': [
      await b.takeIn({
        context: {
          kind: 'slip',
          channel: 'web',
          origin: 'https://elsewhere.example',
          directory_sequence: 1,
          directory_sha256: Buffer.from(directory.sha256).toString('base64url'),
        },
      }),
      'slip_unreadable',
    ],
    'of a directory that is not ours': [
      await b.takeIn({
        context: {
          kind: 'slip',
          channel: 'web',
          origin: directory.directory.origin,
          directory_sequence: 1,
          directory_sha256: 'A'.repeat(43),
        },
      }),
      'slip_unreadable',
    ],
    'an unknown program': [await b.takeIn({ program: 'visa' }), 'program_unknown'],
    'a country that is not covered': [await b.takeIn({ country: 'FR' }), 'country_not_covered'],
  }
  b.start()
  for (const [title, [id, reason]] of Object.entries(cases)) {
    await until(routed(b, id), title)
    t.match(await rowOf(b, id), { team: 'intake', program: 'emergency', reason }, title)
  }
  const unreadable = b.log.lines.filter(line => line.event === 'slip unreadable')
  t.equal(unreadable.length, 7)
})

await t.test(
  'workers with the wrong routing identity decide nothing, and the ladder alarms',
  async t => {
    const b = await bench(t, postgresQueue)
    const other = await bench(t, postgresQueue)
    const wrong = b.start({ slips: other.deps.slips })
    const id = await b.takeIn()
    wrong.wake()
    const failed = () => b.log.lines.some(line => line.fields.code === 'router_identity_unknown')
    await until(failed, 'reported')
    t.match(await rowOf(b, id), { state: 'received' })
    await b.age(id, hours(48))
    await until(async () => (await rungsOf(b, id)).length === 7, 'alarms for the unrouted')
    await until(() => casesTold(b).length === 7, 'told')
    t.ok(b.sink.mails.some(({ to }) => to.join() === 'intake@example.org,director@example.org'))
    await wrong.close(5000)
    await b.db.rows(`update outbox set sent_at = '-infinity'`)
    b.start()
    await until(routed(b, id), 'routed with the right one')
    t.match(await rowOf(b, id), { team: 'vietnam' })
    t.equal((await rungsOf(b, id)).length, 7, 'what was climbed is not climbed again')
  },
)

await t.test(
  'the applicant’s own date shortens the clock, and a date that does not exist is none',
  async t => {
    const b = await bench(t, postgresQueue)
    b.start()
    const soon = new Date(Date.now() + hours(12) * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    const table = [
      // Never later than the date, and only by the class that it falls into.
      [soon, hours(11)],
      ['2020-01-01T00:00:00Z', hours(1)],
      ['2999-01-01T00:00:00Z', hours(48)],
      ['2027-02-31T00:00:00Z', hours(48)],
    ] as const
    for (const [deadline, seconds] of table) {
      const id = await b.takeIn({ deadline })
      await until(routed(b, id), deadline)
      t.ok(Math.abs(Number((await rowOf(b, id))?.['seconds']) - seconds) < 5, deadline)
    }
  },
)

await t.test('a worker whose clock is off by hours changes nothing', async t => {
  const b = await bench(t, postgresQueue)
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  Date.now = () => now() + 5 * 3_600_000
  b.start()
  const id = await b.takeIn()
  await until(routed(b, id), 'routed')
  t.match(await rowOf(b, id), { seconds: hours(48) })
  await sleep(2500)
  t.strictSame(await rungsOf(b, id), [], 'no reminder early')
  Date.now = () => now() - 5 * 3_600_000
  await b.age(id, hours(1))
  await until(async () => (await rungsOf(b, id)).length === 1, 'reminder on time')
})

await t.test('two sweeps at the same moment, many times: each rung once', async t => {
  const b = await bench(t, postgresQueue)
  const ids: string[] = []
  for (let i = 0; i < 60; i++) ids.push(await b.takeIn())
  const { signal } = new AbortController()
  for (const pass of [1, 3, 40, 10]) {
    for (const id of ids) await b.age(id, hours(pass))
    await Promise.all(Array.from({ length: 6 }, () => sweepClock(b.deps, signal)))
  }
  // Seven rungs, and the first alarm after them, in hour 52.
  t.match(await ledger(b.db), { rungs: 60 * 8, rungs_twice: 0, unsettled: 60 * 8 })
})

await t.test('a store that is away for a moment changes no ladder', async t => {
  const b = await bench(t, postgresQueue)
  const { organisation, deps } = b
  const { signal } = new AbortController()
  const id = await b.takeIn()
  const openSlip = deps.slips.open.bind(deps.slips)
  await routeCase({ ...deps, openSlip, recipients: deps.slips.recipients }, id)
  // The next directory has one rung only, at the very end.
  const programs = organisation.directory.programs.map(program => {
    const { ladder, ...level } = program.service_level
    return { ...program, service_level: { ...level, ladder: ladder.slice(-1) } }
  })
  const next = await organisation.sign({ programs }, await organisation.verify(organisation.note))
  const { primitives, root } = organisation
  const published = { store: b.db.store, primitives, root, now: Date.now }
  await publishDirectory(published, next)
  await b.age(id, hours(25))
  const directories = currentDirectory(published)
  const hiccup = {
    newest: () => directories.newest(),
    bySequence: async () => {
      throw new KhancapError('store_unavailable')
    },
  }
  await t.rejects(sweepClock({ ...deps, directories: hiccup }, signal), {
    code: 'store_unavailable',
  })
  t.strictSame(await rungsOf(b, id), [], 'the case is still due')
  await sweepClock({ ...deps, directories }, signal)
  t.strictSame(await rungsOf(b, id), ['reminder team', 'reminder team', 'reminder team'])
  // One that does not verify is no longer a ladder at all: the newest one runs then.
  const invalid = {
    ...hiccup,
    bySequence: () => Promise.reject(new KhancapError('directory_invalid')),
  }
  await b.age(id, hours(24))
  await sweepClock({ ...deps, directories: invalid }, signal)
  t.strictSame((await rungsOf(b, id)).slice(3), ['breach director'])
})

await t.test('two relays at once hand over each row once', async t => {
  const b = await bench(t, postgresQueue)
  for (let i = 0; i < 50; i++) await b.takeIn()
  const { signal } = new AbortController()
  const taken: string[] = []
  const send = async (jobs: readonly { id: string }[]) => {
    await sleep(5)
    taken.push(...jobs.map(job => job.id))
  }
  const counts = await Promise.all(
    Array.from({ length: 4 }, () => relayOutbox(b.db.store, send, signal)),
  )
  t.equal(
    counts.reduce((sum, count) => sum + count, 0),
    50,
  )
  t.equal(new Set(taken).size, 50)
  t.equal(taken.length, 50)
})

await t.test('a mail server that is away delays a notice, and says so', async t => {
  const b = await bench(t, postgresQueue)
  b.sink.refuse['vietnam@example.org'] = { code: 451 }
  b.start()
  const id = await b.takeIn()
  await until(routed(b, id), 'routed')
  const failed = () => b.log.lines.some(line => line.fields.code === 'mail_unavailable')
  await until(failed, 'tried')
  t.match(await ledger(b.db), { unsettled: 1, outbox: 0 })
  t.equal((await b.db.store.figures()).noticeFailures, 1)
  b.sink.refuse = {}
  await until(settled(b), 'told in the end')
  t.equal(b.sink.mails.length, 1)
  t.equal((await b.db.store.figures()).noticeFailures, 0)
})

await t.test(
  'whoever refuses is stood in for at once; where all refuse, it is on record',
  async t => {
    const b = await bench(t, postgresQueue)
    b.sink.refuse['vietnam@example.org'] = { code: 550 }
    b.start()
    const id = await b.takeIn()
    await until(routed(b, id), 'routed')
    await until(settled(b), 'told')
    t.strictSame(
      b.sink.mails.map(({ to }) => to),
      [['lead@example.org']],
    )
    t.match(b.sink.mails[0]?.text, /^This could not be delivered/)
    const passedOn = b.log.lines.filter(line => line.event === 'notice passed on')
    t.match(passedOn, [{ level: 'error', fields: { count: 1 } }])
    for (const one of ['lead@example.org', 'director@example.org'])
      b.sink.refuse[one] = { code: 550 }
    await b.age(id, hours(1))
    await until(async () => {
      const [row] = await b.db.rows(`select outcome from notices where kind = 'reminder'`)
      return row?.['outcome'] === 'undeliverable'
    }, 'undeliverable')
    t.ok(b.log.lines.some(line => line.level === 'error' && line.event === 'notice undeliverable'))
  },
)

await t.test(
  'without contacts a notice waits and the watch is quiet; once they are there it leaves',
  async t => {
    const b = await bench(t, postgresQueue)
    const folder = await temporaryFolder(t)
    const file = join(folder, 'contacts.json')
    const read = contactsFile(file)
    await lookAtContacts(read, b.log)
    t.match(b.log.lines.at(-1), {
      level: 'error',
      event: 'there are no contacts: nobody can be told by mail',
    })
    b.start({ contacts: read })
    const id = await b.takeIn()
    await until(routed(b, id), 'routed')
    for (const failures of [1, 2, 3]) {
      await until(async () => (await b.db.store.noticeFailures()) === failures, 'tried')
      if (failures === 3) break
      // A file that is there and names nobody who could be told is no better.
      await writeFile(file, JSON.stringify({ teams: {}, handlers: {} }))
      await b.db.rows('update notice_lanes set wake_at = now()')
    }
    t.match(await ledger(b.db), { unsettled: 1 })
    const alive = { ping: async () => void t.fail('a sign of life') }
    const log = testLog()
    await signalLife({ store: b.db.store, alive, sweepSeconds: 60, now: Date.now, log })
    t.match(log.lines, [{ fields: { cause: 'notices_fail' } }])
    await writeFile(file, JSON.stringify(contacts))
    await b.db.rows('update notice_lanes set wake_at = now()')
    await until(settled(b), 'told')
    t.equal(b.sink.mails.length, 1)
    t.equal(await b.db.store.noticeFailures(), 0)
  },
)

await t.test('whoever cannot be reached three times is stood in for, and comes again', async t => {
  const b = await bench(t, postgresQueue)
  b.sink.refuse['vietnam@example.org'] = { code: 451 }
  b.start()
  const id = await b.takeIn()
  await until(routed(b, id), 'routed')
  for (const failures of [1, 2, 3]) {
    await until(async () => (await b.db.store.figures()).noticeFailures === failures, 'tried')
    t.equal(b.sink.mails.length, 0)
    await b.db.rows('update notice_lanes set wake_at = now()')
  }
  await until(settled(b), 'told')
  t.strictSame(
    b.sink.mails.map(({ to }) => to),
    [['lead@example.org']],
  )
})

await t.test('a flood of cases is one mail while the mail server is slow', async t => {
  const b = await bench(t, postgresQueue)
  const ids: string[] = []
  for (let i = 0; i < 30; i++) ids.push(await b.takeIn())
  // Gathered from the first mail on; the rest leaves when its time has come.
  b.start({ pace: { gatherSeconds: 3600 } })
  await until(async () => (await ledger(b.db))['received'] === 0, 'routed')
  await until(async () => (await ledger(b.db))['outbox'] === 0, 'sent or put off')
  await b.db.rows(
    `update notice_lanes set last_sent_at = last_sent_at - interval '1 hour', wake_at = now()
     where wake_at is not null`,
  )
  await until(settled(b), 'told')
  t.strictSame(casesTold(b).toSorted(), ids.toSorted(), 'each case once')
  t.ok(b.sink.mails.length <= 3, `${b.sink.mails.length} mails`)
})

await t.test('an alarm does not wait for what is gathered', async t => {
  const b = await bench(t, postgresQueue)
  b.start({ pace: { gatherSeconds: 3600 } })
  const id = await b.takeIn()
  await until(() => casesTold(b).length === 1, 'told of a new case')
  await b.age(id, hours(44))
  await until(() => b.sink.mails.some(({ to }) => to[0] === 'lead@example.org'), 'alarm')
  await until(async () => (await ledger(b.db))['outbox'] === 0, 'put off')
  t.match(await ledger(b.db), { unsettled: 4 }, 'four reminders wait')
})

await t.test('without a mail server a notice says so, and is never called sent', async t => {
  const b = await bench(t, postgresQueue)
  b.start({ mailer: null })
  const id = await b.takeIn()
  await until(routed(b, id), 'routed')
  await until(settled(b), 'settled')
  const [row] = await b.db.rows('select outcome from notices')
  t.equal(row?.['outcome'], 'undeliverable')
  t.ok(
    b.log.lines.some(
      line => line.event === 'notice undeliverable' && line.fields.cause === 'no_mail_server',
    ),
  )
  t.equal((await b.db.store.figures()).noticesUndeliverable, 1)
})

await t.test('the sweep says that it is alive, and stops saying so when it is closed', async t => {
  const b = await bench(t, postgresQueue)
  const workers = b.start()
  await until(async () => (await b.db.store.heartbeatAge('sweep')) !== null, 'heartbeat')
  const earlier = () => b.db.rows(`update heartbeats set at = at - interval '1 hour'`)
  const isRecent = async () => Number(await b.db.store.heartbeatAge('sweep')) < 1800
  await earlier()
  await until(isRecent, 'again and again')
  await workers.close(60_000)
  await earlier()
  await sleep(1500)
  t.notOk(await isRecent())
})

await t.test(
  'workers close at once where nothing is under way, and no later than their grace',
  async t => {
    const b = await bench(t, postgresQueue)
    const workers = b.start()
    await until(() => b.log.lines.some(line => line.event === 'queue opened'), 'queue opened')
    const began = performance.now()
    await workers.close(60_000)
    t.ok(performance.now() - began < 30_000)
    const stuck = await bench(t, postgresQueue)
    const held = stuck.start({ contacts: () => new Promise(() => undefined) })
    const id = await stuck.takeIn()
    await until(routed(stuck, id), 'routed')
    await sleep(500)
    const closing = performance.now()
    await held.close(1000)
    t.ok(performance.now() - closing < 2500)
  },
)
