// What the port of the queue promises, whatever stands behind it.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Job, JobName } from '../../schemas/job.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Processor, Queue } from '../../src/ports/queue.js'
import type { Teardown } from '../helper/postgres.js'
import { caseId } from '../helper/store.js'

export interface QueueBackend {
  /** Another queue on the same backend, as a second process would open it. */
  readonly open: () => Promise<Queue>
  /** The backend forgets everything, now. */
  readonly forget: () => Promise<void>
  /** Every word that the backend holds. */
  readonly dump: () => Promise<string>
  /** From now on the backend refuses whoever asks for a job, at once. */
  readonly refuse: () => Promise<void>
  /** How often it has refused, or a little less. */
  readonly refusals: () => Promise<number>
}

const routeJob = (): Job => ({ name: 'route-case', id: randomUUID(), subject: caseId() })
const noticeJob = (): Job => ({ name: 'send-notice', id: randomUUID(), subject: randomUUID() })

async function until(condition: () => boolean, what: string, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(10)
  }
}

interface Fault {
  readonly name: JobName
  readonly id: string
  readonly code: string
}

/** A queue and a worker for it, ended with the test. */
async function started(
  t: Teardown,
  backend: QueueBackend,
  jobs: readonly JobName[],
  processor: Processor,
  concurrency = 4,
) {
  const queue = await backend.open()
  const faults: Fault[] = []
  const worker = await queue.work(jobs, processor, {
    concurrency,
    onFault: fault => faults.push(fault),
  })
  t.teardown(async () => {
    await worker.close(2_000)
    await queue.close()
  })
  return { queue, worker, faults }
}

const doNothing = () => {}

export async function queueSuite(
  t: Test,
  makeBackend: (t: Teardown) => Promise<QueueBackend>,
): Promise<void> {
  await t.test('a job added is run once, with its name, id and subject', async t => {
    const seen: Job[] = []
    const backend = await makeBackend(t)
    const { queue } = await started(t, backend, ['route-case', 'send-notice'], async job => {
      seen.push(job)
    })
    const jobs = [routeJob(), noticeJob(), routeJob()]
    await queue.addBulk(jobs)
    await until(() => seen.length === 3, 'three jobs')
    await sleep(200)
    t.same(
      seen.toSorted((a, b) => a.id.localeCompare(b.id)),
      jobs.toSorted((a, b) => a.id.localeCompare(b.id)),
    )
    let depth = 1
    for (let looks = 0; depth > 0 && looks < 200; looks++, await sleep(50))
      depth = await queue.queueDepth()
    t.equal(depth, 0)
  })

  await t.test('a worker runs only the names that it was started for', async t => {
    const seen: Job[] = []
    const backend = await makeBackend(t)
    const { queue } = await started(t, backend, ['send-notice'], async job => {
      seen.push(job)
    })
    const notice = noticeJob()
    await queue.addBulk([routeJob(), notice])
    await until(() => seen.length === 1, 'the notice')
    await sleep(200)
    t.same(seen, [notice])
    t.equal(await queue.queueDepth(), 1)
  })

  await t.test('a job whose id is waiting or under way is ignored', async t => {
    const backend = await makeBackend(t)
    const producer = await backend.open()
    t.teardown(() => producer.close())
    const job = routeJob()
    await producer.addBulk([job, routeJob()])
    await producer.addBulk([job])
    await producer.addBulk([job, job])
    t.equal(await producer.queueDepth(), 2)
    let letGo: () => void = doNothing
    const gate = new Promise<void>(done => {
      letGo = done
    })
    const seen: string[] = []
    const { queue } = await started(t, backend, ['route-case'], async ({ id }) => {
      seen.push(id)
      await gate
    })
    await until(() => seen.length === 2, 'both jobs')
    await queue.addBulk([job])
    letGo()
    await sleep(500)
    t.equal(seen.filter(id => id === job.id).length, 1)
  })

  await t.test('a job that has ended is added anew', async t => {
    const backend = await makeBackend(t)
    let runs = 0
    const { queue } = await started(t, backend, ['route-case'], async () => {
      runs += 1
    })
    const job = routeJob()
    for (const expected of [1, 2, 3]) {
      // Ends a moment after its processor does.
      await until(() => runs >= expected - 1, 'the run before')
      await sleep(200)
      await queue.addBulk([job])
      await until(() => runs === expected, `run ${expected}`)
    }
    t.equal(runs, 3)
  })

  await t.test(
    'a job that fails is tried again, and each attempt is reported by its code',
    async t => {
      const backend = await makeBackend(t)
      let runs = 0
      const { queue, faults } = await started(t, backend, ['route-case'], async () => {
        runs += 1
        if (runs === 1) throw new KhancapError('store_unavailable')
        if (runs === 2) throw new Error('a sentence with a canary')
      })
      const job = routeJob()
      await queue.addBulk([job])
      await until(() => runs === 3, 'the third attempt')
      t.same(faults, [
        { name: 'route-case', id: job.id, code: 'store_unavailable' },
        { name: 'route-case', id: job.id, code: 'internal' },
      ])
    },
  )

  await t.test('a job that is backing off is ignored when it is added again', async t => {
    const backend = await makeBackend(t)
    let runs = 0
    const { queue } = await started(t, backend, ['route-case'], async () => {
      runs += 1
      if (runs < 4) throw new KhancapError('store_unavailable')
    })
    const job = routeJob()
    await queue.addBulk([job])
    await until(() => runs >= 1, 'the first attempt')
    await queue.addBulk([job])
    await queue.addBulk([job])
    await until(() => runs === 4, 'the last attempt')
    await sleep(500)
    t.equal(runs, 4)
    t.equal(await queue.queueDepth(), 0)
  })

  await t.test('a job that is refused is reported, not repeated, and may come again', async t => {
    const backend = await makeBackend(t)
    let runs = 0
    const { queue, faults } = await started(t, backend, ['send-notice'], async () => {
      runs += 1
      if (runs === 1) throw new KhancapError('mail_refused')
    })
    const job = noticeJob()
    await queue.addBulk([job])
    await until(() => faults.length === 1, 'the report')
    await sleep(500)
    t.same(faults, [{ name: 'send-notice', id: job.id, code: 'mail_refused' }])
    t.equal(runs, 1)
    await queue.addBulk([job])
    await until(() => runs === 2, 'the second time')
  })

  await t.test('nothing but ids and codes is written down', async t => {
    const backend = await makeBackend(t)
    let runs = 0
    const { queue } = await started(t, backend, ['route-case'], async () => {
      runs += 1
      throw new Error('canary-5d1f', { cause: new Error('canary-5d1f') })
    })
    await queue.addBulk([routeJob()])
    await until(() => runs >= 2, 'two attempts')
    const dump = await backend.dump()
    t.match(dump, /route-case/)
    t.notMatch(dump, /canary-5d1f/)
  })

  await t.test('the sweep comes every second, however often it is asked for', async t => {
    const backend = await makeBackend(t)
    const seen: Job[] = []
    const { queue } = await started(t, backend, ['sweep'], async job => {
      seen.push(job)
    })
    const other = await backend.open()
    t.teardown(() => other.close())
    const began = performance.now()
    let asked = 0
    while (seen.length < 4 || asked < 30) {
      if (performance.now() - began > 60_000) throw new Error(`${seen.length} sweeps in a minute`)
      await Promise.all([queue.everySeconds(1), other.everySeconds(1)])
      asked += 1
      await sleep(100)
    }
    const seconds = (performance.now() - began) / 1000
    t.ok(
      seen.length <= seconds + 3,
      `${seen.length} sweeps in ${seconds} s, asked for ${asked} times`,
    )
    t.ok(seen.every(job => job.subject === null && job.id.length <= 60))
  })

  await t.test('a queue that has forgotten everything goes on by itself', async t => {
    const backend = await makeBackend(t)
    const seen = new Set<string>()
    let sweeps = 0
    const { queue } = await started(
      t,
      backend,
      ['route-case', 'send-notice', 'sweep'],
      async job => {
        if (job.name === 'sweep') sweeps += 1
        else seen.add(job.id)
      },
    )
    await queue.everySeconds(1)
    await queue.addBulk([routeJob()])
    await until(() => seen.size === 1 && sweeps > 0, 'the first job and sweep')
    for (let round = 1; round <= 3; round++) {
      await backend.forget()
      const before = sweeps
      await queue.everySeconds(1)
      const jobs = [routeJob(), noticeJob(), routeJob()]
      await queue.addBulk(jobs)
      await until(() => jobs.every(job => seen.has(job.id)), `jobs of round ${round}`)
      await until(() => sweeps > before + 1, `two sweeps of round ${round}`)
    }
    t.ok(sweeps >= 6)
  })

  await t.test('a queue that forgets jobs under way runs the next ones', async t => {
    const backend = await makeBackend(t)
    const ended = new Set<string>()
    const { queue } = await started(t, backend, ['route-case'], async job => {
      await sleep(300)
      ended.add(job.id)
    })
    const lost = [routeJob(), routeJob()]
    await queue.addBulk(lost)
    await sleep(100)
    await backend.forget()
    const next = [routeJob(), routeJob(), ...lost]
    await queue.addBulk(next)
    await until(() => next.every(job => ended.has(job.id)), 'all jobs')
    t.equal(ended.size, 4)
  })

  await t.test('closing waits for a job under way, which hears of it', async t => {
    const backend = await makeBackend(t)
    const queue = await backend.open()
    t.teardown(() => queue.close())
    let isEnded = false
    let isRunning = false
    const worker = await queue.work(
      ['route-case'],
      async (_, { signal }) => {
        isRunning = true
        await new Promise(done => {
          signal.addEventListener('abort', done)
        })
        await sleep(300)
        isEnded = true
      },
      { concurrency: 1, onFault() {} },
    )
    await queue.addBulk([routeJob()])
    await until(() => isRunning, 'the job')
    const before = Date.now()
    await worker.close(10_000)
    t.ok(isEnded)
    t.ok(Date.now() - before < 5_000, 'it does not wait for the whole grace')
    t.equal(await queue.queueDepth(), 0)
  })

  await t.test('closing an idle worker takes no time', async t => {
    const backend = await makeBackend(t)
    const queue = await backend.open()
    t.teardown(() => queue.close())
    const worker = await queue.work(['route-case', 'send-notice', 'sweep'], async () => {}, {
      concurrency: 2,
      onFault() {},
    })
    await sleep(500)
    const before = Date.now()
    await worker.close(10_000)
    t.ok(Date.now() - before < 2_000, `${Date.now() - before} ms`)
  })

  await t.test('closing gives up on a job that does not end', async t => {
    const backend = await makeBackend(t)
    const queue = await backend.open()
    t.teardown(() => queue.close())
    let isRunning = false
    let letGo: () => void = doNothing
    const worker = await queue.work(
      ['route-case'],
      async () => {
        isRunning = true
        await new Promise<void>(done => {
          letGo = done
        })
      },
      { concurrency: 1, onFault() {} },
    )
    await queue.addBulk([routeJob()])
    await until(() => isRunning, 'the job')
    const before = Date.now()
    await worker.close(500)
    t.ok(Date.now() - before < 3_000, `${Date.now() - before} ms`)
    t.equal(await queue.queueDepth(), 1, 'it is still there for another worker')
    letGo()
  })

  await t.test('a thousand jobs and eight at a time: each runs, none twice', async t => {
    const backend = await makeBackend(t)
    const runs = new Map<string, number>()
    let now = 0
    let most = 0
    const { queue } = await started(
      t,
      backend,
      ['route-case'],
      async ({ id }) => {
        now += 1
        most = Math.max(most, now)
        await sleep(1)
        now -= 1
        runs.set(id, (runs.get(id) ?? 0) + 1)
      },
      8,
    )
    const jobs = Array.from({ length: 1000 }, routeJob)
    for (let from = 0; from < 1000; from += 250) await queue.addBulk(jobs.slice(from, from + 250))
    await until(() => runs.size === 1000, 'a thousand jobs', 60)
    t.ok([...runs.values()].every(count => count === 1))
    t.ok(most <= 8, `${most} at a time`)
  })

  await t.test('the queue answers a ping', async t => {
    const backend = await makeBackend(t)
    const queue = await backend.open()
    await queue.pingQueue()
    await queue.close()
    await t.rejects(queue.pingQueue(), { code: 'queue_unavailable' })
    await t.rejects(queue.addBulk([routeJob()]), { code: 'queue_unavailable' })
  })

  await t.test('a backend that refuses is asked again after a pause', async t => {
    const backend = await makeBackend(t)
    const { queue } = await started(t, backend, ['route-case'], () => backend.refuse(), 1)
    await queue.addBulk(Array.from({ length: 3 }, routeJob))
    const end = Date.now() + 20_000
    while ((await backend.refusals()) === 0 && Date.now() < end) await sleep(50)
    const before = await backend.refusals()
    await sleep(4_000)
    const refusals = (await backend.refusals()) - before
    t.ok(before > 0 && refusals < 50, `${refusals} refusals in four seconds`)
  })

  await t.test('a queue that is closed before its workers takes them along', async t => {
    const backend = await makeBackend(t)
    const [closing, other] = [await backend.open(), await backend.open()]
    t.teardown(() => other.close())
    let runs = 0
    await closing.work(
      ['route-case'],
      async () => {
        runs += 1
        await sleep(5)
      },
      { concurrency: 2, onFault() {} },
    )
    await other.addBulk(Array.from({ length: 200 }, routeJob))
    await until(() => runs > 0, 'the first job')
    await closing.close()
    const before = runs
    await other.addBulk([routeJob()])
    await sleep(300)
    t.ok(runs <= before + 2, `${runs - before} jobs after it was closed`)
  })
}
