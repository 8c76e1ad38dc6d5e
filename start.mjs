// `npm start`: builds what is missing or older than its sources, then becomes the service. One process from here on,
// so that a signal to it reaches the service itself.
import { spawnSync } from 'node:child_process'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Until the service has handlers of its own nothing is open: a stop is a clean stop.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const leave = () => process.exit(0)
for (const signal of signals) process.on(signal, leave)

const root = fileURLToPath(new URL('.', import.meta.url))
const build = spawnSync(process.execPath, ['build.mjs', '--if-stale'], {
  cwd: root,
  // stdout belongs to the ready line.
  stdio: ['ignore', 2, 2],
})
if (build.signal !== null) process.exit(0)
if (build.status !== 0) {
  process.stderr.write('khancap: the build failed: run npm ci, then npm start again\n')
  process.exit(1)
}
// From Node 22.1 on: later starts read compiled code. Where the folder cannot be written, nothing is kept.
module.enableCompileCache?.(join(root, 'build', '.compile-cache'))
await import('./build/src/all-in-one.js')
for (const signal of signals) process.off(signal, leave)
