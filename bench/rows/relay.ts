import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import { quietLog } from '../../test/helper/quiet-log.js'
import { testRedis } from '../../test/helper/redis.js'
import { outboxSetUp, queueBeside, relayInto } from '../relay-set-up.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const limit = 10_000
const onPostgres = 'jobs a second into PostgreSQL, of 10,000'
const onRedis = 'jobs a second into Redis, of 10,000'
const bulk = 'jobs a second into PostgreSQL, of those added one by one'

export const row: Row = {
  name: 'relay',
  title: 'Relay: outbox to queue',
  about:
    'Rows of the outbox are locked, handed to the queue and marked as sent, five hundred at a time, as the relay of the ' +
    'workers does it. The peer adds one job at a time, each when the one before has been taken.',
  bar: [
    { ratio: onPostgres, atLeast: 1 },
    { ratio: onRedis, atLeast: 1 },
    { ratio: bulk, atLeast: 10 },
  ],
  needs: ['redis-server'],
  seconds: { quick: 60, full: 300 },
  async run(run) {
    const jobs = run.full ? 20_000 : 5000
    const ms = run.full ? 3000 : 300
    const redis = await testRedis({ teardown: run.defer })
    const outbox = await outboxSetUp(run)
    const byPostgres = relayInto(run, outbox, await queueBeside(outbox))
    const redisQueue = await bullmqRedisQueue({ url: redis.url, log: quietLog })
    const byRedis = relayInto(run, outbox, redisQueue)
    // Until the driver and the queue are compiled.
    await byPostgres.relayed(jobs)
    await byRedis.relayed(jobs)
    const rates = await interleave(run.rounds, {
      postgres: () => byPostgres.relayed(jobs),
      single: () => byPostgres.oneByOne(ms),
      redis: () => byRedis.relayed(jobs),
      redisSingle: () => byRedis.oneByOne(ms),
    })
    return {
      figures: [
        { name: 'into PostgreSQL', unit: '1/s', rounds: rates.postgres },
        { name: 'into PostgreSQL one by one', unit: '1/s', rounds: rates.single },
        { name: 'into Redis', unit: '1/s', rounds: rates.redis },
        { name: 'into Redis one by one', unit: '1/s', rounds: rates.redisSingle },
      ],
      ratios: {
        [onPostgres]: rates.postgres.map(rate => rate / limit),
        [onRedis]: rates.redis.map(rate => rate / limit),
        [bulk]: ratios(rates.postgres, rates.single),
      },
    }
  },
}
