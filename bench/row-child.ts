// Rows in a process of their own, one after the other as they are asked for: what they leak, and how they end, is nobody
// else's business.
import { loadRow } from './rows.js'
import type { Run } from './row.js'

/** Runs the row of this file. The answer has its name. */
export interface RowAsked {
  readonly file: string
}

const [, , mode = 'quick', folder = ''] = process.argv
const releases: (() => unknown)[] = []
const made = new Map<string, Promise<unknown>>()

const run: Run = {
  full: mode === 'full',
  rounds: mode === 'full' ? 5 : 3,
  folder,
  shared<T>(name: string, make: () => Promise<T>) {
    const known = made.get(name) ?? make()
    made.set(name, known)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return known as Promise<T>
  },
  defer: each => void releases.push(each),
  say: line => console.error(`  ${line}`),
}

async function release(): Promise<void> {
  for (const each of releases.splice(0).toReversed())
    try {
      await each()
    } catch (error) {
      console.error(error)
    }
  process.exit(0)
}

// Told to end, or left alone by the one who would tell; once, however often.
let ending: Promise<void> | null = null
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.once(signal, () => {
    ending ??= release()
  })

async function answer({ file }: RowAsked): Promise<void> {
  const row = await loadRow(new URL(file))
  try {
    process.send?.({ row: row.name, measured: await row.run(run) })
  } catch (error) {
    console.error(error)
    const fault = error instanceof Error ? error.message : String(error)
    if (process.connected) process.send?.({ row: row.name, fault })
  }
}

process.on('message', said => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void answer(said as RowAsked)
})
