// The table of faults: every operation of the ports x {failed and lost, failed but landed} x both queues, one walk of
// the whole path each. After each fault everything starts again from the store; at the end the invariants hold.
// The operations are read from the adapters: one that the path never calls is named and fails. A new one needs a step in
// test/helper/staged-path.ts that calls it.
// All of it with KHANCAP_TEST_LONG=1; a few rows, and every operation without a fault, otherwise.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import tap from 'tap'
import { sealRequest } from '../helper/api.js'
import { dovecot } from '../helper/dovecot.js'
import { type Fault, fates, injector } from '../helper/injector.js'
import { brokenInvariants } from '../helper/invariants.js'
import { taggedPrograms } from '../helper/mail-bench.js'
import { testOrganisation } from '../helper/organisation.js'
import { testDatabase } from '../helper/postgres.js'
import { testRedis } from '../helper/redis.js'
import { portOf, smtpSink } from '../helper/smtp-sink.js'
import { walk } from '../helper/staged-path.js'
import type { Backend } from '../helper/workers.js'

const long = process.env['KHANCAP_TEST_LONG'] === '1'
const backends: readonly Backend[] = ['postgres', 'redis']
/** Where time is short: what moves a request on, where it costs most to be wrong. */
const few: Readonly<Record<Backend, readonly Fault[]>> = {
  postgres: [
    { operation: 'store.recordRoute', fate: 'lost' },
    { operation: 'store.settleMail', fate: 'landed' },
  ],
  redis: [
    { operation: 'store.relayOutbox', fate: 'lost' },
    { operation: 'queue.addBulk', fate: 'landed' },
  ],
}

const organisation = await testOrganisation({ programs: taggedPrograms() })
const requests = [await sealRequest(organisation), await sealRequest(organisation)] as const
const redis = await testRedis(tap)
const server = await dovecot(tap)
let pings = 0
const outside = createServer((request, response) => {
  if (request.url === '/alive') pings += 1
  response.end()
}).listen(0, '127.0.0.1')
await once(outside, 'listening')
tap.teardown(() => outside.close())
const outsideUrl = `http://127.0.0.1:${portOf(outside)}`
const watch = { url: `${outsideUrl}/alive`, pings: () => pings }

function rowsFor(backend: Backend, operations: ReadonlySet<string>): readonly Fault[] {
  if (!long) return few[backend]
  return [...operations].toSorted().flatMap(operation => fates.map(fate => ({ operation, fate })))
}

for (const backend of backends) {
  const run = async (
    t: Pick<typeof tap, 'teardown' | 'strictSame' | 'equal'>,
    fault: Fault | null,
  ) => {
    const sink = await smtpSink({ tls: 'none' })
    t.teardown(() => sink[Symbol.asyncDispose]())
    const faulty = injector(fault)
    const walked = await walk({
      backend,
      databaseUrl: await testDatabase(t),
      redis: { url: redis.url, prefix: randomBytes(6).toString('hex') },
      sink,
      organisation,
      watch,
      hookUrl: `${outsideUrl}/hook`,
      mailbox: { server, user: `u${randomBytes(6).toString('hex')}` },
      requests,
      injector: faulty,
    })
    const { look, receipts, rungs } = walked
    t.strictSame(
      await brokenInvariants(look, { receipts, mails: sink.mails }, { settled: true }),
      [],
    )
    t.strictSame(rungs, [5, 8], 'each rung of both cases fired, and no other')
    await walked.end()
    return { faulty, restarts: walked.restarts }
  }

  let operations: ReadonlySet<string> = new Set()
  await tap.test(`${backend}: the path calls every operation that the ports have`, async t => {
    const { faulty } = await run(t, null)
    operations = faulty.operations
    const missed = [...operations].filter(operation => !faulty.called.has(operation))
    t.comment(`${operations.size} operations, never called: ${missed.join(', ') || 'none'}`)
    t.strictSame(missed, [], 'give test/helper/staged-path.ts a step that calls them')
  })

  for (const fault of rowsFor(backend, operations))
    await tap.test(`${backend}: ${fault.operation} failed and ${fault.fate}`, async t => {
      const { faulty, restarts } = await run(t, fault)
      t.ok(faulty.struck() > 0, `failed ${faulty.struck()} times, ${restarts} restarts`)
    })
}
