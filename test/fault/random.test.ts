// Seeded random runs: API, workers, PostgreSQL and Redis are killed and frozen at random while 50 cases flow through a
// ladder of seconds. After each run nothing is lost, nothing doubled, and nothing left undone.
// 1,000 runs with KHANCAP_TEST_LONG=1 (or as many as KHANCAP_TEST_RUNS says), a few otherwise.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import tap from 'tap'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import {
  bundledChild,
  type Child,
  startChild,
  testCluster,
  type TestCluster,
} from '../helper/herd.js'
import { brokenInvariants, type Look, passHalfMinute } from '../helper/invariants.js'
import { seededRandom } from '../helper/random.js'
import { flow, patienceMs, sealings as sealAll, type Sealings } from '../helper/random-run.js'
import { type TestRedis, testRedis } from '../helper/redis.js'
import { freePort } from '../helper/free-port.js'
import { smtpSink } from '../helper/smtp-sink.js'
import type { Row } from '../helper/store.js'
import { contacts } from '../helper/workers.js'

const long = process.env['KHANCAP_TEST_LONG'] === '1'
const wanted = Number(process.env['KHANCAP_TEST_RUNS'] ?? (long ? 1000 : 2))
const seed = Number(process.env['KHANCAP_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const lanes = long ? 6 : 2
/** Runs on one database; then a new one, so that looking at all of it stays cheap. */
const runsPerBatch = 20
const cases = long ? 50 : 20

interface Tally {
  runs: number
  broken: string[]
  latestRungMs: number
  /** From the end of the faults until nothing was left to do. */
  slowestEndMs: number
  rungs: number
  readonly faults: Map<string, number>
}

/** Lost and doubled are counted by the invariants. */
function figures({ runs, rungs, broken, latestRungMs, slowestEndMs, faults }: Tally): string {
  const count = [...faults.values()].reduce((sum, each) => sum + each, 0)
  const each = [...faults].map(([name, times]) => `${name} ${times}`).join(', ')
  return (
    `${runs} runs of ${cases} cases, ${count} faults (${each}), ${rungs} rungs, ` +
    `the latest ${Math.round(latestRungMs)} ms late, all told within ${Math.round(slowestEndMs)} ms of the last fault, ` +
    `${broken.length} invariants broken`
  )
}

interface Lane {
  readonly look: Look
  readonly apiUrl: string
  readonly children: readonly Child[]
  readonly wipeQueue: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Ground {
  /** The program of the children. */
  readonly script: string
  readonly cluster: TestCluster
  readonly redis: TestRedis
  readonly sealings: Sealings
  readonly tally: Tally
}

/** Asks again while the server is away. */
function patient(url: string): { look: Look; end: () => Promise<void> } {
  const pool = openPool(url, { connections: 4 })
  const look: Look = async (statement, values = []) => {
    for (const until = performance.now() + patienceMs; ; await sleep(100))
      try {
        return (await pool.query<Row>(statement, [...values])).rows
      } catch (error) {
        if (performance.now() > until) throw error
      }
  }
  return { look, end: () => pool.end() }
}

/** Empties every table of the queue. The queue at work may win against us (a deadlock): `look` tries again. */
async function wipeTables(look: Look): Promise<void> {
  const tables = await look(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'bullmq'`,
  )
  const names = tables.map(row => `bullmq.${String(row['name'])}`)
  if (names.length > 0) await look(`truncate ${names.join(', ')} cascade`)
}

/** One database with its API and workers: in one process or in two, over one queue or the other. */
async function openLane(ground: Ground, number: number, smtpPort: number): Promise<Lane> {
  const { cluster, redis, sealings } = ground
  const { organisation } = sealings
  const { primitives, root, note, receiptKey, router } = organisation
  let databaseUrl = ''
  // Other lanes strike the same server.
  await oneAtATime(cluster, async () => {
    databaseUrl = await cluster.newDatabase()
    const pool = openPool(databaseUrl, { connections: 1 })
    const publish = () =>
      publishDirectory({ store: postgresStore(pool), primitives, root, now: Date.now }, note)
    // A busy machine may not connect in time; nothing has been struck yet.
    await publish().catch(publish).catch(publish)
    await pool.end()
  })
  const { look, end } = patient(databaseUrl)
  const usesRedis = number % 2 === 0
  const client = redis.client()
  const port = await freePort()
  const settings = {
    databaseUrl,
    redisUrl: usesRedis ? redis.url : null,
    prefix: `lane-${randomBytes(4).toString('hex')}`,
    root,
    origin: organisation.directory.origin,
    port,
    receiptKey: {
      name: receiptKey.name,
      seed: Buffer.from(receiptKey.seed).toString('base64'),
    },
    router,
    smtpPort,
    contacts,
  }
  const roles = number % 4 < 2 ? (['api', 'workers'] as const) : (['both'] as const)
  const children = await Promise.all(
    roles.map(role => startChild(ground.script, { ...settings, role })),
  )
  return {
    look,
    apiUrl: `http://127.0.0.1:${port}`,
    children,
    wipeQueue: async () => {
      // Where it is away just now there is nothing to empty.
      if (usesRedis) await client.flushall().catch(() => undefined)
      else await wipeTables(look)
    },
    async close() {
      await Promise.all(children.map(child => child.end()))
      await end()
    },
  }
}

/** Up to five faults in four seconds. Each is over when this resolves. */
async function trouble(ground: Ground, lane: Lane, random: () => number): Promise<void> {
  const { cluster, redis, tally } = ground
  const pause = () => 50 + random() * (random() < 0.1 ? 4000 : 800)
  const kinds: readonly (readonly [string, number, () => Promise<void>])[] = [
    ...lane.children.flatMap(
      child =>
        [
          ['process killed', 4, child.crash],
          ['process frozen', 2, () => child.freeze(pause())],
        ] as const,
    ),
    ['PostgreSQL stopped at once', 1, cluster.crash],
    ['PostgreSQL frozen', 1, () => cluster.freeze(pause())],
    ['queue emptied', 1, lane.wipeQueue],
    [
      'Redis killed',
      1,
      async () => {
        await redis.crash()
        await sleep(pause())
        await redis.start()
      },
    ],
    ['Redis frozen', 1, () => redis.freeze(pause())],
  ]
  const weight = kinds.reduce((sum, [, each]) => sum + each, 0)
  const faults = Array.from({ length: 1 + Math.floor(random() * 5) }, async () => {
    const after = random() * 4000
    let draw = random() * weight
    const chosen = kinds.find(([, each]) => (draw -= each) < 0)
    if (chosen === undefined) return
    await sleep(after)
    const [name, , strike] = chosen
    tally.faults.set(name, (tally.faults.get(name) ?? 0) + 1)
    await oneAtATime(
      name.startsWith('Redis') ? redis : name.startsWith('Post') ? cluster : lane,
      strike,
    )
  })
  await Promise.all(faults)
}

const busy = new Map<object, Promise<void>>()

/** What two lanes share is struck by one of them at a time. */
function oneAtATime(victim: object, strike: () => Promise<void>): Promise<void> {
  const after = (busy.get(victim) ?? Promise.resolve()).then(strike)
  busy.set(
    victim,
    after.catch(() => undefined),
  )
  return after
}

/** Waits until nothing is left to do. What the outbox would hand over again after 30 s it does after one. */
async function settle(look: Look): Promise<boolean> {
  let looks = 0
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(300)) {
    const [row] = await look(`select
      (select count(*) from cases where state = 'received' or next_rung_at < clock_timestamp() + interval '1 minute'
        or purge_at < clock_timestamp()) + (select count(*) from outbox)
      + (select count(*) from notices where settled_at is null) as left`)
    if (row?.['left'] === 0) return true
    if (++looks % 4 === 0) await passHalfMinute(look)
  }
  return false
}

/** How late the latest rung fired, and how many did. */
async function lateness(look: Look, since: number): Promise<{ ms: number; rungs: number }> {
  const [row] = await look(
    `with fired as (
       select case_id, at, row_number() over (partition by case_id order by number) as nth
       from events where kind in ('reminder', 'escalation', 'breach')),
     due as (
       select case_id, at, row_number() over (partition by case_id order by at, kind) as nth
       from rungs)
     select coalesce(max(extract(epoch from fired.at - due.at)) * 1000, 0)::float8 as ms,
       count(*) as rungs
     from fired join due using (case_id, nth) join cases on cases.id = case_id
     where received_at >= to_timestamp($1::float8 / 1000)`,
    [since],
  )
  return { ms: Number(row?.['ms']), rungs: Number(row?.['rungs']) }
}

async function batch(
  t: Pick<typeof tap, 'comment'>,
  ground: Ground,
  number: number,
  runs: readonly number[],
) {
  const sink = await smtpSink({ tls: 'none' })
  const lane = await openLane(ground, number, sink.port)
  const receipts = new Map<string, Uint8Array>()
  const sent = { count: 0 }
  try {
    for (const run of runs) {
      const random = seededRandom(seed + run)
      const [start] = await lane.look('select clock_timestamp() as now')
      const since = Number(start?.['now'])
      const clients = {
        url: lane.apiUrl,
        sealings: ground.sealings,
        random,
        look: lane.look,
        receipts,
        sent,
      }
      const before = receipts.size
      const ends = await Promise.allSettled([
        flow(clients, cases),
        trouble(ground, lane, seededRandom(seed ^ (run + 1))),
      ])
      const faultsOver = performance.now()
      const settled = await settle(lane.look)
      const endMs = performance.now() - faultsOver
      const broken = await brokenInvariants(
        lane.look,
        { receipts, mails: sink.mails },
        { settled: true, since },
      )
      for (const end of ends) if (end.status === 'rejected') broken.push(String(end.reason))
      if (!settled) broken.push('something was left undone')
      if (receipts.size - before !== cases) broken.push('an applicant has no receipt')
      const { ms, rungs } = await lateness(lane.look, since)
      const { tally } = ground
      tally.runs += 1
      tally.rungs += rungs
      tally.latestRungMs = Math.max(tally.latestRungMs, ms)
      tally.slowestEndMs = Math.max(tally.slowestEndMs, endMs)
      for (const sentence of broken) tally.broken.push(`run ${run}: ${sentence}`)
      if (broken.length > 0) t.comment(`run ${run}: ${broken.slice(0, 5).join('; ')}`)
    }
  } finally {
    await lane.close()
    await sink[Symbol.asyncDispose]()
  }
}

await tap.test(
  'whatever is killed or frozen, nothing is lost, doubled or left undone',
  { timeout: 14_400_000 },
  async t => {
    t.comment(`KHANCAP_TEST_SEED=${seed}`)
    const tally: Tally = {
      runs: 0,
      broken: [],
      latestRungMs: 0,
      slowestEndMs: 0,
      rungs: 0,
      faults: new Map(),
    }
    const share = Math.min(runsPerBatch, Math.ceil(wanted / lanes))
    const ground = {
      script: await bundledChild(t),
      cluster: await testCluster(t),
      redis: await testRedis(t),
      sealings: await sealAll(share * cases),
      tally,
    }
    const left = Array.from({ length: wanted }, (_, index) => index)
    let number = 0
    const work = async () => {
      for (let runs = left.splice(0, share); runs.length > 0; runs = left.splice(0, share)) {
        await batch(t, ground, number++, runs)
        // What is known stays known where the rest is cut short.
        if (left.length > 0) t.comment(`so far: ${figures(tally)}`)
      }
    }
    await Promise.all(Array.from({ length: lanes }, work))
    t.comment(figures(tally))
    t.equal(tally.runs, wanted)
    t.strictSame(tally.broken.slice(0, 20), [])
  },
)
