// The queue's server is wrong, away, killed or emptied: what is said, and what comes back by itself.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Job } from '../../schemas/job.js'
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import { onServer, testDatabase, withDatabase } from '../helper/postgres.js'
import { quietLog } from '../helper/quiet-log.js'
import { testRedis } from '../helper/redis.js'
import { caseId } from '../helper/store.js'

const routeJob = (): Job => ({ name: 'route-case', id: randomUUID(), subject: caseId() })

async function until(condition: () => boolean, what: string, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(20)
  }
}

await t.test('a Redis that would lose jobs in silence is refused in one sentence', async t => {
  const evicting = await testRedis(t, { 'maxmemory-policy': 'allkeys-lru' })
  await t.rejects(bullmqRedisQueue({ url: evicting.url, log: quietLog }), {
    message: /^Redis may evict jobs \(maxmemory-policy is allkeys-lru\)/,
  })
  const forgetting = await testRedis(t, { appendonly: 'no' })
  await t.rejects(bullmqRedisQueue({ url: forgetting.url, log: quietLog }), {
    message: /^Redis forgets jobs when it is restarted \(appendonly is off\)/,
  })
})

await t.test('a Redis without a password is used with a warning', async t => {
  const { url } = await testRedis(t, { requirepass: '' })
  const warnings: string[] = []
  const log = { warn: (event: string) => warnings.push(event) }
  const queue = await bullmqRedisQueue({ url, log })
  t.strictSame(warnings, ['redis_without_password'])
  await queue.close()
})

await t.test('a wrong password and a server that is away are unavailable', async t => {
  const redis = await testRedis(t)
  const wrong = redis.url.replace(/:[^:@]+@/, ':wrong@')
  await t.rejects(bullmqRedisQueue({ url: wrong, log: quietLog }), { code: 'queue_unavailable' })
  await redis.crash()
  await t.rejects(bullmqRedisQueue({ url: redis.url, log: quietLog }), {
    code: 'queue_unavailable',
  })
  const none = withDatabase(await testDatabase(t), 'no_such_database')
  await t.rejects(migrateQueue(none), { code: 'queue_unavailable' })
  await t.rejects(bullmqPostgresQueue({ url: none, log: quietLog }), { code: 'queue_unavailable' })
})

await t.test('kill -9 of Redis: producers are refused at once, workers wait and go on', async t => {
  const redis = await testRedis(t)
  const queue = await bullmqRedisQueue({ url: redis.url, log: quietLog, backoffMs: 50 })
  const seen = new Set<string>()
  const worker = await queue.work(
    ['route-case'],
    async job => {
      seen.add(job.id)
    },
    { concurrency: 2, onFault() {} },
  )
  t.teardown(async () => {
    await worker.close(1_000)
    await queue.close()
  })
  const first = routeJob()
  await queue.addBulk([first])
  await until(() => seen.has(first.id), 'the first job')
  await redis.crash()
  const before = Date.now()
  await t.rejects(queue.addBulk([routeJob()]), { code: 'queue_unavailable' })
  t.ok(Date.now() - before < 5_000, 'a producer does not wait')
  await t.rejects(queue.pingQueue(), { code: 'queue_unavailable' })
  await redis.start()
  const second = routeJob()
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(100))
    if (
      await queue.addBulk([second]).then(
        () => true,
        () => false,
      )
    )
      break
  await until(() => seen.has(second.id), 'the second job')
})

await t.test('connections to PostgreSQL that are ended: the worker listens again', async t => {
  const url = await testDatabase(t)
  await migrateQueue(url)
  const queue = await bullmqPostgresQueue({ url, log: quietLog, backoffMs: 50 })
  const seen = new Set<string>()
  const worker = await queue.work(
    ['route-case'],
    async job => {
      seen.add(job.id)
    },
    { concurrency: 2, onFault() {} },
  )
  t.teardown(async () => {
    await worker.close(1_000)
    await queue.close()
  })
  for (let round = 0; round < 3; round++) {
    await onServer(withDatabase(url, 'postgres'), client =>
      client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        new URL(url).pathname.slice(1),
      ]),
    )
    const job = routeJob()
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(100))
      if (
        await queue.addBulk([job]).then(
          () => true,
          () => false,
        )
      )
        break
    await until(() => seen.has(job.id), `the job of round ${round}`)
  }
})

await t.test(
  'a queue whose tables were all emptied is migrated again at the next start',
  async t => {
    const url = await testDatabase(t)
    await migrateQueue(url)
    await migrateQueue(url)
    await onServer(url, async client => {
      const { rows } = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`,
      )
      await client.query(`truncate ${rows.map(row => row.name).join(', ')} cascade`)
    })
    await migrateQueue(url)
    const queue = await bullmqPostgresQueue({ url, log: quietLog })
    await queue.addBulk([routeJob()])
    t.equal(await queue.queueDepth(), 1)
    await queue.close()
  },
)
