// The workers on a real store with a real organisation: queue in PostgreSQL or in a Redis of the test's own, mail to
// a real SMTP server, slips that are really sealed. Time passes by moving rows, never by waiting.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contacts } from '../../schemas/contacts.js'
import type { SlipContent } from '../../schemas/sealed.js'
import { currentDirectory, type CurrentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import { smtpMailer } from '../../src/adapters/nodemailer/smtp-mailer.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealSlip } from '../../src/core/envelope/seal.js'
import { firstDeadline } from '../../src/core/sla/ladder.js'
import type { Queue } from '../../src/ports/queue.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { startWorkers, type Workers, type WorkersDeps } from '../../workers/workers.js'
import { testLog, type TestLog } from './api.js'
import { contextFor } from './sealed-request.js'
import { type Organisation, testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { loopbackCa, type SmtpSink, smtpSink } from './smtp-sink.js'
import { newIntake, sha256, testStore, type TestStore } from './store.js'

export type Backend = 'postgres' | 'redis'

export const contacts: Contacts = {
  teams: { vietnam: ['vietnam@example.org'], intake: ['intake@example.org'] },
  handlers: {
    'china-lead': ['lead@example.org'],
    'director-1': ['director@example.org'],
  },
}

export interface Bench {
  readonly db: TestStore
  readonly organisation: Organisation
  readonly directories: CurrentDirectory
  readonly sink: SmtpSink
  readonly log: TestLog
  readonly deps: WorkersDeps
  /** Starts workers that end with the test, if not before. */
  readonly start: (changes?: Partial<WorkersDeps>) => Workers
  /** Records an intake whose slip says this; `slip` replaces the sealed bytes. @returns the case */
  readonly takeIn: (facts?: Partial<SlipContent>, slip?: Uint8Array | null) => Promise<string>
  /** Lets time pass for a case: everything that happened to it was so much earlier. */
  readonly age: (caseId: string, seconds: number) => Promise<void>
}

export async function bench(
  t: Teardown,
  openQueue: (url: string) => Promise<Queue>,
  given: { readonly organisation?: Organisation; readonly db?: TestStore } = {},
): Promise<Bench> {
  const db = given.db ?? (await testStore(t))
  const organisation = given.organisation ?? (await testOrganisation())
  const { primitives, root, note } = organisation
  const now = () => Date.now()
  await publishDirectory({ store: db.store, primitives, root, now }, note)
  const directories = currentDirectory({ store: db.store, primitives, root, now })
  const sink = await smtpSink()
  t.teardown(() => sink[Symbol.asyncDispose]())
  const log = testLog()
  const deps: WorkersDeps = {
    store: db.store,
    openQueue: () => openQueue(db.url),
    directories,
    slips: slipOpener(primitives, organisation.router),
    mailer: smtpMailer({
      url: `smtp://127.0.0.1:${sink.port}`,
      from: 'notices@example.org',
      ca: loopbackCa,
    }),
    contacts: async () => contacts,
    primitives,
    log,
    sweepSeconds: 1,
    pace: { gatherSeconds: 0 },
  }
  return {
    db,
    organisation,
    directories,
    sink,
    log,
    deps,
    start(changes = {}) {
      const workers = startWorkers({ ...deps, ...changes })
      t.teardown(() => workers.close(5000))
      return workers
    },
    async takeIn(facts = {}, slip) {
      const verified = await directories.newest()
      const { directory } = verified
      const envelope = Buffer.from(randomUUID().repeat(20))
      const sealed =
        slip === undefined
          ? await sealSlip(
              primitives,
              {
                v: 1,
                kind: 'slip',
                envelope: encodeBase64url(sha256(envelope)),
                program: 'emergency',
                language: 'vi',
                country: 'VN',
                region: null,
                urgency: null,
                deadline: null,
                context: contextFor(verified, 'slip'),
                ...facts,
              },
              directory.router[0]?.recipient ?? '',
            ).then(({ bytes }) => bytes)
          : slip
      const intake = newIntake({
        envelope,
        envelopeSha256: sha256(envelope),
        slip: sealed,
        slipSha256: sealed === null ? null : sha256(sealed),
        directorySequence: directory.sequence,
        ...firstDeadline(directory, now()),
      })
      await db.store.recordIntake(intake)
      return intake.caseId
    },
    async age(caseId, seconds) {
      const earlier = (column: string) => `${column} = ${column} - $2::float8 * interval '1 second'`
      const times = ['received_at', 'due_at', 'next_rung_at', 'climbed_to'].map(earlier)
      // One statement: a sweep in between would see rungs of another time than the case's.
      await db.rows(
        `with moved as (update rungs set ${earlier('at')} where case_id = $1)
         update cases set ${times.join(', ')} where id = $1`,
        [caseId, seconds],
      )
    },
  }
}

export async function postgresQueue(url: string): Promise<Queue> {
  await migrateQueue(url)
  return bullmqPostgresQueue({ url, log: testLog(), backoffMs: 50 })
}

export function redisQueue(url: string): () => Promise<Queue> {
  return () => bullmqRedisQueue({ url, log: testLog(), backoffMs: 50 })
}

/** The cases that mails have told of, once for each time. */
export function casesTold({ sink }: Pick<Bench, 'sink'>): string[] {
  return sink.mails.flatMap(mail =>
    [...mail.text.matchAll(/^Case: +(\w{26})$/gm)].map(match => match[1] ?? ''),
  )
}

/** Waits until something holds, looking often. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  what: string,
  seconds = 20,
): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(20)
  }
}

/** What the store holds about the work: for invariants. */
export async function ledger(db: TestStore) {
  const [counts] = await db.rows(`select
    (select count(*)::int from cases) as cases,
    (select count(*)::int from cases where state = 'received') as received,
    (select count(*)::int from cases where state <> 'closed' and due_at is null
      and answered_at is null) as without_deadline,
    (select count(*)::int from outbox) as outbox,
    (select count(*)::int from notices where settled_at is null) as unsettled,
    (select count(*)::int from (select case_id, kind, recipient, at from rungs
      group by 1, 2, 3, 4 having count(*) > 1) as twice) as rungs_twice,
    (select count(*)::int from rungs) as rungs`)
  return counts ?? {}
}
