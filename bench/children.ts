// Processes that a row starts beside itself: each is a file of bench/, told what to do by one message, and ended by pid.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Run } from './row.js'

export interface Child<Ready> {
  readonly pid: number
  readonly ready: Ready
  /** Asks it for something more. */
  readonly ask: <Answer>(question: object) => Promise<Answer>
  readonly end: () => Promise<void>
}

/** The next thing that it says. @throws Error where it ends instead */
async function hear<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController()
  const { signal } = stop
  try {
    return await Promise.race([
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      once(child, 'message', { signal }).then(([said]) => said as T),
      once(child, 'exit', { signal }).then(([code]): never => {
        throw new Error(`a process of the row ended with ${code}`)
      }),
    ])
  } finally {
    stop.abort()
  }
}

export async function startChild<Ready>(
  run: Run,
  file: `${string}-child`,
  told: object,
  options: { readonly execArgv?: readonly string[] } = {},
): Promise<Child<Ready>> {
  const child = fork(fileURLToPath(new URL(`${file}.js`, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...(options.execArgv ?? [])],
  })
  const exited = once(child, 'exit')
  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(timer)
  }
  run.defer(end)
  const heard = hear<Ready>(child)
  child.send(told)
  return {
    pid: child.pid ?? 0,
    ready: await heard,
    async ask<Answer>(question: object) {
      const answer = hear<Answer>(child)
      child.send(question)
      return answer
    },
    end,
  }
}

/** Seconds of processor time that a process has used, by the kernel's count. Linux. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // After the name in brackets: state is the first field, user and system time the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
