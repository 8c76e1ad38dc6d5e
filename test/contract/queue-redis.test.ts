// The queue in Redis keeps the promises of its port.
import t from 'tap'
import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import type { Teardown } from '../helper/postgres.js'
import { quietLog } from '../helper/quiet-log.js'
import { testRedis } from '../helper/redis.js'
import { queueSuite, type QueueBackend } from './queue-suite.js'

async function onRedis(t: Teardown): Promise<QueueBackend> {
  const redis = await testRedis(t)
  const client = redis.client()
  return {
    open: () => bullmqRedisQueue({ url: redis.url, log: quietLog, backoffMs: 50 }),
    async forget() {
      await client.flushall()
    },
    async dump() {
      const texts: string[] = []
      for (const key of await client.keys('*')) {
        texts.push(key)
        const type = await client.type(key)
        if (type === 'hash') texts.push(JSON.stringify(await client.hgetall(key)))
        if (type === 'string') texts.push((await client.get(key)) ?? '')
        if (type === 'list') texts.push(...(await client.lrange(key, 0, -1)))
        if (type === 'zset') texts.push(...(await client.zrange(key, '0', '-1')))
        if (type === 'stream') texts.push(JSON.stringify(await client.xrange(key, '-', '+')))
      }
      return texts.join('\n')
    },
    async refuse() {
      await client.config('SET', 'maxmemory', '1')
    },
    async refusals() {
      const [, count] = /^errorstat_OOM:count=(\d+)/m.exec(await client.info('errorstats')) ?? []
      return Number(count ?? 0)
    },
  }
}

await queueSuite(t, onRedis)
