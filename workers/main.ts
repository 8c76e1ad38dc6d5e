// The workers' process (`npm run workers`). It holds the routing identity, which opens slips and nothing else, and
// opens no port.
import { migrate } from '../src/adapters/postgres/migrate.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { currentDirectory } from '../src/app/current-directory.js'
import { logFault } from '../src/app/log-fault.js'
import { loadConfiguration } from '../src/config.js'
import { nodePrimitives } from '../src/core/crypto/node.js'
import { selfTest } from '../src/core/crypto/self-test.js'
import { publishedFile } from '../src/directory-file.js'
import { pinoLog } from '../src/logger.js'
import { runProcess, type Startup } from '../src/run-process.js'
import { serveWorkers } from '../src/serve-workers.js'
import { StartFailure, startSentences } from '../src/start-failure.js'

/** Below the 30 s after which service managers kill. */
const graceMs = 25_000

async function start({ signal, defer }: Startup): Promise<void> {
  const { config, secrets } = loadConfiguration(process.env, 'workers')
  const { databaseUrl } = secrets
  const { root } = config
  if (databaseUrl === null || root === null) throw new StartFailure('DATABASE_URL is missing')
  const primitives = await nodePrimitives()
  await selfTest(primitives)
  signal.throwIfAborted()
  await migrate(databaseUrl)
  const pool = openPool(databaseUrl)
  defer(() => pool.end())
  signal.throwIfAborted()
  const store = postgresStore(pool)
  const directories = currentDirectory({ store, primitives, root, now: Date.now })
  const file = publishedFile({ path: config.directoryFile, root, store, primitives, log })
  defer(async () => file.close())
  await file.look()
  const deps = { config, secrets, databaseUrl, directories, store, primitives, log }
  const workers = await serveWorkers(deps)
  defer(() => workers.close(graceMs - 5000))
  log.info('workers run')
}

const log = pinoLog()
runProcess(
  start,
  error => {
    for (const sentence of startSentences(error)) process.stderr.write(`khancap: ${sentence}\n`)
    if (!(error instanceof StartFailure)) logFault(log, 'process failed', error)
  },
  graceMs,
)
