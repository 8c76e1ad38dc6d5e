// The process in which rows run, seen from outside: it is asked for one row after the other, each bounded in time, and
// ends with all that the rows have started.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { Measurement } from './results.js'
import type { RowAsked } from './row-child.js'
import type { Row } from './row.js'

export type Mode = 'quick' | 'full'

export type Answer =
  | { readonly measured: Measurement }
  /** The process may still live, and hold half of what the row set up. */
  | { readonly fault: string }

export interface RowHost {
  ask(file: URL, row: Row): Promise<Answer>
  /** With everything that its rows hold. */
  end(): Promise<void>
}

/** What it says about a row; whatever else it says is not meant for us. */
const Said = z.union([
  z.object({ row: z.string(), fault: z.string() }),
  z.object({ row: z.string(), measured: z.unknown() }),
])

/** From SIGTERM, by which rows let go of what they hold, to SIGKILL for the whole group. */
const graceMs = 20_000

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/** @returns null where this is about something else */
function answerOf(said: unknown, name: string): Answer | null {
  const heard = Said.safeParse(said)
  if (!heard.success || heard.data.row !== name) return null
  if ('fault' in heard.data) return { fault: heard.data.fault }
  const measured = Measurement.safeParse(heard.data.measured)
  if (measured.success) return { measured: measured.data }
  return {
    fault: `what it measured is not what a row measures: ${z.prettifyError(measured.error)}`,
  }
}

export async function startRowHost(mode: Mode, interrupted: AbortSignal): Promise<RowHost> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-bench-'))
  await chmod(folder, 0o711)
  const program = fileURLToPath(new URL('row-child.js', import.meta.url))
  const child = fork(program, [mode, folder], {
    // A group of its own: whatever the rows start ends with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  return {
    async ask(file, row) {
      const seconds = row.seconds[mode]
      const stop = new AbortController()
      const answered = new Promise<Answer>(resolve => {
        child.on('message', said => {
          const answer = answerOf(said, row.name)
          if (answer !== null) resolve(answer)
        })
      })
      const late = sleep(seconds * 1000, `it took longer than ${seconds} s`, {
        signal: AbortSignal.any([stop.signal, interrupted]),
      }).catch(() => 'interrupted')
      child.send({ file: file.href } satisfies RowAsked, () => {})
      const answer = await Promise.race([
        answered,
        exited.then(() => ({ fault: 'it ended without a word' })),
        late.then(fault => ({ fault })),
      ])
      stop.abort()
      child.removeAllListeners('message')
      return answer
    },
    async end() {
      child.kill('SIGTERM')
      await Promise.race([exited, sleep(graceMs, undefined, { ref: false })])
      killGroup(child)
      await exited
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
