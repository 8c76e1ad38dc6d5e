// `npm start`: the whole service in one process, for a try or a small office. Without KHANCAP_ROOT it makes a demo
// organisation, whose keys all lie in one folder, and listens on this machine only.
import { access, constants, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { embeddedPostgres } from './adapters/postgres/embedded-server.js'
import { logFault } from './app/log-fault.js'
import { loadConfiguration } from './config.js'
import { isLoopback } from './core/encoding/loopback.js'
import { type DemoDeps, prepareDemo } from './demo.js'
import { layFoundation } from './foundation.js'
import { lockHome } from './home-lock.js'
import { pinoLog } from './logger.js'
import { builtOfflineTemplates } from './offline-templates.js'
import { runProcess, type Startup } from './run-process.js'
import { serveWorkers } from './serve-workers.js'
import { StartFailure, tellFailure } from './start-failure.js'
import { welcome } from './welcome.js'
import type { Workers } from '../workers/workers.js'

/** Below the 10 s after which Docker and impatient people kill. */
const graceMs = 9000
/** The demo's directory is looked after this often, so that one that runs for months does not expire. */
const renewMs = 6 * 3_600_000

async function start(startup: Startup): Promise<void> {
  const { signal, defer } = startup
  const { config, secrets } = loadConfiguration(process.env, 'start')
  const isDemo = config.root === null
  if (isDemo && !isLoopback(config.host))
    throw new StartFailure(
      'the demo organisation listens on this machine only: set KHANCAP_HOST to 127.0.0.1',
    )
  await makeHome(config.home)
  defer(await lockHome(config.home))
  // The API's libraries are read while PostgreSQL starts.
  const [{ databaseUrl, primitives, store }, { builtPages, loadReceiptKey, serveApi }] =
    await Promise.all([
      layFoundation(
        async () => secrets.databaseUrl ?? embeddedDatabase(config.home, defer),
        startup,
      ),
      import('./serve-api.js'),
    ])

  const port = config.port === 0 ? await freePort(config.host) : config.port
  const address = addressOf(config.host, port)
  const pages = builtPages()
  const deps = { config: { ...config, port }, store, primitives, address, pages, now: Date.now }
  const demo = isDemo ? await prepareDemo(deps) : null
  const root = demo?.root ?? config.root
  if (root === null) throw new StartFailure('KHANCAP_ROOT is missing')
  signal.throwIfAborted()

  let workers: Workers | null = null
  const api = await serveApi({
    ...deps,
    root,
    log,
    receiptKey: loadReceiptKey(config.receiptKeyFile),
    offlineTemplates: builtOfflineTemplates(),
    onCommitted: () => workers?.wake(),
  })
  defer(() => api.close())
  const { directories } = api
  const running = await serveWorkers({ ...deps, secrets, databaseUrl, directories, root, log })
  workers = running
  defer(() => running.close(graceMs - 3000))
  signal.throwIfAborted()
  if (demo !== null) keepRenewed(deps, defer)

  process.stdout.write(
    `${JSON.stringify({ ready: true, url: address, directory: `${address}/v1/directory` })}\n`,
  )
  if (demo !== null)
    process.stderr.write(welcome({ url: address, home: config.home, handlers: demo.handlers }))
}

/** For its owner alone; root's may be entered, not read, by the user that PostgreSQL runs as. */
async function makeHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    await access(home, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new StartFailure(
      `the data folder ${home} cannot be written: make it writable, or set KHANCAP_HOME to another folder`,
      { cause },
    )
  }
}

async function embeddedDatabase(home: string, defer: Startup['defer']): Promise<string> {
  try {
    const server = await embeddedPostgres({ home, log })
    defer(() => server.stop())
    return server.url
  } catch (cause) {
    throw new StartFailure(
      cause instanceof Error ? cause.message : 'the embedded PostgreSQL did not start',
      { cause },
    )
  }
}

function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** A port that is free now: the directory names it before anything listens there. */
async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const address = server.address()
  await new Promise(resolve => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new StartFailure('no port is free')
  return address.port
}

function keepRenewed(deps: DemoDeps, defer: Startup['defer']): void {
  const timer = setInterval(() => {
    prepareDemo(deps).catch((error: unknown) => logFault(log, 'demo not renewed', error))
  }, renewMs)
  timer.unref()
  defer(async () => clearInterval(timer))
}

const log = pinoLog()
runProcess(start, tellFailure(log), graceMs)
