// One row in a process of its own: what it leaks, and how it ends, is nobody else's business.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadRow } from './rows.js'

const [, , file = '', mode = 'quick'] = process.argv
const row = await loadRow(new URL(file))
const folder = await mkdtemp(join(tmpdir(), 'khancap-bench-'))
await chmod(folder, 0o711)
const releases: (() => unknown)[] = []

async function release(): Promise<void> {
  for (const each of releases.splice(0).toReversed())
    try {
      await each()
    } catch (error) {
      console.error(error)
    }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

// Told to end: it took too long, or somebody interrupts.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    void release().finally(() => process.exit(1))
  })

let answer: object
try {
  const measured = await row.run({
    full: mode === 'full',
    rounds: mode === 'full' ? 5 : 3,
    folder,
    defer: each => void releases.push(each),
    say: line => console.error(`  ${line}`),
  })
  answer = { measured }
} catch (error) {
  console.error(error)
  answer = { fault: error instanceof Error ? error.message : String(error) }
}
await release()
process.send?.(answer, () => process.exit(0))
