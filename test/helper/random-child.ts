// One process of the random runs: the API, the workers, or both, wired as src/main.ts and workers/main.ts wire them,
// with a sweep and locks that fit a ladder of seconds. It is killed and frozen from outside, and ends with its parent.
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import { smtpMailer } from '../../src/adapters/nodemailer/smtp-mailer.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { httpApp } from '../../src/http/http-app.js'
import { httpSettings } from '../../src/http/limits.js'
import type { Contacts } from '../../schemas/contacts.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { startWorkers, type Workers } from '../../workers/workers.js'
import { quietLog as log } from './quiet-log.js'

export interface ChildSettings {
  readonly role: 'api' | 'workers' | 'both'
  readonly databaseUrl: string
  /** null: the queue is in PostgreSQL. */
  readonly redisUrl: string | null
  /** Of the keys in Redis. */
  readonly prefix: string
  readonly root: string
  readonly origin: string
  readonly port: number
  readonly receiptKey: { readonly name: string; readonly seed: string }
  readonly router: string
  readonly smtpPort: number
  readonly contacts: Contacts
}

const tuning = { backoffMs: 50, lockMs: 1500, log }

async function openQueue({ databaseUrl, redisUrl, prefix }: ChildSettings) {
  if (redisUrl !== null) return bullmqRedisQueue({ url: redisUrl, prefix, ...tuning })
  await migrateQueue(databaseUrl)
  return bullmqPostgresQueue({ url: databaseUrl, ...tuning })
}

async function serve(settings: ChildSettings): Promise<void> {
  const { role, root, origin, port, receiptKey, router, smtpPort, contacts } = settings
  const primitives = await nodePrimitives()
  const store = postgresStore(openPool(settings.databaseUrl, { connections: 8 }))
  const { now } = Date
  const directories = currentDirectory({ store, primitives, root, now })
  let workers: Workers | null = null
  if (role !== 'api')
    workers = startWorkers({
      store,
      openQueue: () => openQueue(settings),
      directories,
      slips: slipOpener(primitives, router),
      mailer: smtpMailer({
        url: `smtp://127.0.0.1:${smtpPort}`,
        from: 'notices@example.org',
        ca: null,
      }),
      contacts: async () => contacts,
      primitives,
      log,
      sweepSeconds: 0.5,
      pace: { gatherSeconds: 1, leaseSeconds: 3 },
    })
  if (role === 'workers') return
  const app = await httpApp({
    store,
    primitives,
    log,
    receiptKey: { name: receiptKey.name, seed: Buffer.from(receiptKey.seed, 'base64') },
    directories,
    settings: { ...httpSettings, maxLoopDelayMs: 60_000 },
    pages: null,
    offlineTemplates: new Map(),
    deployment: { origin, root, demo: true },
    now,
    onCommitted: () => workers?.wake(),
  })
  await app.listen({ port, host: '127.0.0.1' })
}

process.once('disconnect', () => process.exit(0))
process.once('message', settings => {
  // What `startChild` sends.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  serve(settings as ChildSettings).then(
    () => process.send?.('ready'),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
// The parent has ended while this was loading.
if (!process.connected) process.exit(0)
