// The API process (`npm run api`). It seals nothing, opens nothing, and holds no identity: it takes in, keeps the
// promise on record, and serves the pages.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { migrate } from './adapters/postgres/migrate.js'
import { openPool } from './adapters/postgres/pool.js'
import { postgresStore } from './adapters/postgres/postgres-store.js'
import { logFault } from './app/log-fault.js'
import { loadConfiguration } from './config.js'
import { nodePrimitives } from './core/crypto/node.js'
import { selfTest } from './core/crypto/self-test.js'
import { pinoLog } from './logger.js'
import { loadReceiptKey, serveApi } from './serve-api.js'
import { StartFailure, startSentences } from './start-failure.js'

/** Below the 30 s after which service managers kill. */
const graceMs = 25_000

const pages = fileURLToPath(new URL('../pages', import.meta.url))

async function startApi(): Promise<void> {
  const log = pinoLog()
  const { config, secrets } = loadConfiguration(process.env, 'api')
  const { databaseUrl } = secrets
  const { root } = config
  if (databaseUrl === null || root === null) throw new StartFailure('DATABASE_URL is missing')
  const receiptKey = loadReceiptKey(config.receiptKeyFile)
  const primitives = await nodePrimitives()
  await selfTest(primitives)
  await migrate(databaseUrl)
  const pool = openPool(databaseUrl)
  try {
    const api = await serveApi({
      config,
      root,
      store: postgresStore(pool),
      primitives,
      log,
      receiptKey,
      pages: existsSync(pages) ? pages : null,
      // The relay is in another process, which looks by itself.
      onCommitted() {},
    })
    closeWithGrace({ delay: graceMs, logger: false }, async ({ err, signal }) => {
      if (err !== undefined) logFault(log, 'process failed', err)
      log.info('api stops', signal === undefined ? {} : { signal })
      await api.close()
      await pool.end()
    })
    const { url } = api
    process.stdout.write(
      `${JSON.stringify({ ready: true, url, directory: `${url}/v1/directory` })}\n`,
    )
  } catch (error) {
    await pool.end()
    throw error
  }
}

startApi().catch((error: unknown) => {
  for (const sentence of startSentences(error)) process.stderr.write(`khancap: ${sentence}\n`)
  process.exitCode = 1
})
