// The API process (`npm run api`). It seals nothing, opens nothing, and holds no identity: it takes in, keeps the
// promise on record, and serves the pages.
import { loadConfiguration } from './config.js'
import { layFoundation } from './foundation.js'
import { pinoLog } from './logger.js'
import { builtOfflineTemplates } from './offline-templates.js'
import { runProcess, type Startup } from './run-process.js'
import { builtPages, loadReceiptKey, serveApi } from './serve-api.js'
import { StartFailure, tellFailure } from './start-failure.js'

/** Below the 30 s after which service managers kill. */
const graceMs = 25_000

const log = pinoLog()

async function startApi(startup: Startup): Promise<void> {
  const { config, secrets } = loadConfiguration(process.env, 'api')
  const { databaseUrl } = secrets
  const { root } = config
  if (databaseUrl === null || root === null) throw new StartFailure('DATABASE_URL is missing')
  const receiptKey = loadReceiptKey(config.receiptKeyFile)
  const { primitives, store } = await layFoundation(async () => databaseUrl, startup)
  const api = await serveApi({
    config,
    root,
    store,
    primitives,
    log,
    receiptKey,
    pages: builtPages(),
    offlineTemplates: builtOfflineTemplates(),
    // The relay is in another process, which looks by itself.
    onCommitted() {},
  })
  startup.defer(() => api.close())
  const { url } = api
  const ready = { ready: true, url, directory: `${url}/v1/directory` }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

runProcess(startApi, tellFailure(log), graceMs)
