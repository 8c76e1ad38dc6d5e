// The workers' process (`npm run workers`). It holds the routing identity, which opens slips and nothing else, and
// opens no port.
import { currentDirectory } from '../src/app/current-directory.js'
import { loadConfiguration } from '../src/config.js'
import { publishedFile } from '../src/directory-file.js'
import { layFoundation } from '../src/foundation.js'
import { pinoLog } from '../src/logger.js'
import { runProcess, type Startup } from '../src/run-process.js'
import { serveWorkers } from '../src/serve-workers.js'
import { StartFailure, tellFailure } from '../src/start-failure.js'

/** Below the 30 s after which service managers kill. */
const graceMs = 25_000

async function start(startup: Startup): Promise<void> {
  const { config, secrets } = loadConfiguration(process.env, 'workers')
  const { databaseUrl } = secrets
  const { root } = config
  if (databaseUrl === null || root === null) throw new StartFailure('DATABASE_URL is missing')
  const { primitives, store } = await layFoundation(async () => databaseUrl, startup)
  const directories = currentDirectory({ store, primitives, root, now: Date.now })
  const file = publishedFile({ path: config.directoryFile, root, store, primitives, log })
  startup.defer(async () => file.close())
  await file.look()
  const deps = { config, secrets, databaseUrl, directories, root, store, primitives, log }
  const workers = await serveWorkers(deps)
  startup.defer(() => workers.close(graceMs - 5000))
  log.info('workers run')
}

const log = pinoLog()
runProcess(start, tellFailure(log), graceMs)
