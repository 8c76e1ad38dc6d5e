// The API in a process of its own, as `npm run api` wires it, but for what a row changes: no limit of requests in time
// unless it wants one, and the store's groups.
import { destination } from 'pino'
import { currentDirectory } from '../src/app/current-directory.js'
import type { IntakeGroups } from '../src/adapters/postgres/intakes.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { nodePrimitives } from '../src/core/crypto/node.js'
import { httpApp } from '../src/http/http-app.js'
import { type HttpSettings, httpSettings } from '../src/http/limits.js'
import { pinoLog, turnSink } from '../src/logger.js'

export interface ApiTold {
  readonly url: string
  readonly root: string
  readonly origin: string
  readonly receiptKey: { readonly name: string; readonly seed: string }
  /** Other groups than the store's own. */
  readonly groups?: IntakeGroups
  readonly connections?: number
  /** With the limits that a deployment has. */
  readonly limited?: boolean
  /** Folder of the built pages. */
  readonly pages?: string
}

export interface ApiReady {
  readonly port: number
}

const unlimited: HttpSettings = {
  ...httpSettings,
  perSecond: { applicants: 1_000_000, handlers: 1_000_000 },
  intakes: { ...httpSettings.intakes, openPerHour: 3_600_000_000 },
}

async function serve(told: ApiTold): Promise<void> {
  const { root, origin } = told
  const primitives = await nodePrimitives()
  const pool = openPool(told.url, { connections: told.connections ?? 10 })
  const store = postgresStore(pool, told.groups)
  const now = Date.now
  const app = await httpApp({
    store,
    primitives,
    log: pinoLog(turnSink(destination('/dev/null'))),
    receiptKey: { name: told.receiptKey.name, seed: Buffer.from(told.receiptKey.seed, 'base64') },
    directories: currentDirectory({ store, primitives, root, now }),
    settings: told.limited === true ? httpSettings : unlimited,
    pages: told.pages ?? null,
    offlineTemplates: new Map(),
    deployment: { origin, root, demo: false },
    now,
    onCommitted() {},
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => pool.end())
      .finally(() => process.exit(0))
  })
  process.send?.({ port: Number(new URL(address).port) } satisfies ApiReady)
}

process.once('message', told => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void serve(told as ApiTold)
})
process.once('disconnect', () => process.exit(1))
