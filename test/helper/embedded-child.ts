// A process of its own that runs the embedded PostgreSQL, for tests that kill it: prints its URL, or why there is
// none, and stops on SIGTERM.
import { embeddedPostgres } from '../../src/adapters/postgres/embedded-server.js'
import { quietLog } from './quiet-log.js'

const [home = '', speed] = process.argv.slice(2)
const started = performance.now()
try {
  const server = await embeddedPostgres({ home, log: quietLog, unsafeFast: speed === 'fast' })
  const ms = Math.round(performance.now() - started)
  process.on('SIGTERM', () => {
    void server.stop().then(() => process.exit(0))
  })
  // This process lives on after Ctrl-C, to see what becomes of the server.
  process.on('SIGINT', () => {})
  console.log(JSON.stringify({ url: server.url, ms }))
  // Keeps the process up, as the service's listening socket does.
  setInterval(() => {}, 1_000)
} catch (error) {
  console.log(JSON.stringify({ fault: error instanceof Error ? error.message : 'unknown' }))
}
