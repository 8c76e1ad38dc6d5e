// The API process (`npm run api`). It seals nothing, opens nothing, and holds no identity: it takes in, keeps the
// promise on record, and serves the pages.
import { migrate } from './adapters/postgres/migrate.js'
import { openPool } from './adapters/postgres/pool.js'
import { postgresStore } from './adapters/postgres/postgres-store.js'
import { logFault } from './app/log-fault.js'
import { loadConfiguration } from './config.js'
import { nodePrimitives } from './core/crypto/node.js'
import { selfTest } from './core/crypto/self-test.js'
import { pinoLog } from './logger.js'
import { runProcess, type Startup } from './run-process.js'
import { builtPages, loadReceiptKey, serveApi } from './serve-api.js'
import { StartFailure, startSentences } from './start-failure.js'

/** Below the 30 s after which service managers kill. */
const graceMs = 25_000

const log = pinoLog()

async function startApi({ signal, defer }: Startup): Promise<void> {
  const { config, secrets } = loadConfiguration(process.env, 'api')
  const { databaseUrl } = secrets
  const { root } = config
  if (databaseUrl === null || root === null) throw new StartFailure('DATABASE_URL is missing')
  const receiptKey = loadReceiptKey(config.receiptKeyFile)
  const primitives = await nodePrimitives()
  await selfTest(primitives)
  await migrate(databaseUrl)
  signal.throwIfAborted()
  const pool = openPool(databaseUrl)
  defer(() => pool.end())
  const api = await serveApi({
    config,
    root,
    store: postgresStore(pool),
    primitives,
    log,
    receiptKey,
    pages: builtPages(),
    // The relay is in another process, which looks by itself.
    onCommitted() {},
  })
  defer(() => api.close())
  const { url } = api
  const ready = { ready: true, url, directory: `${url}/v1/directory` }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

function tell(error: unknown): void {
  for (const sentence of startSentences(error)) process.stderr.write(`khancap: ${sentence}\n`)
  if (!(error instanceof StartFailure)) logFault(log, 'process failed', error)
}

runProcess(startApi, tell, graceMs)
