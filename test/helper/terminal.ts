// A real pseudo-terminal (script(1)) in which the built tool runs, with a person who waits for a question and types.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { inCheckout } from './checkout.js'

export const tool = inCheckout('cli/khancap.mjs')

export interface Session {
  /** Everything that stood on the screen, escapes included. */
  readonly screen: string
  readonly code: number
}

/** Waits until this stands on the screen, then types that, or does it. */
export type Exchange = readonly [wait: RegExp, act: string | (() => Promise<void>)]

const patienceMs = 120_000

/** @param command for sh; `khancap` is the built tool */
export async function inTerminal(
  command: string,
  exchanges: readonly Exchange[],
  env: Readonly<Record<string, string>>,
): Promise<Session> {
  if (!existsSync(inCheckout('build/cli/main.js')))
    throw new Error('the tool is not built: run node build.mjs first')
  const line = `stty columns 80 rows 24; khancap() { "${process.execPath}" "${tool}" "$@"; }; ${command}`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      ...env,
    },
    stdio: 'pipe',
  })
  let screen = ''
  let seen = 0
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? -1))
  })
  const heard = (text: string) => {
    screen += text
  }
  // A chunk may end within a letter.
  child.stdout.setEncoding('utf8').on('data', heard)
  child.stderr.setEncoding('utf8').on('data', heard)
  const deadline = Date.now() + patienceMs
  for (const [wait, act] of exchanges) {
    while (!wait.test(screen.slice(seen)) && child.exitCode === null) {
      if (Date.now() > deadline) {
        child.kill()
        throw new Error(`nobody said ${wait.source}:\n${screen}`)
      }
      await new Promise(passed => setTimeout(passed, 20))
    }
    seen = screen.length
    // The question stands before the answer is listened for.
    await new Promise(passed => setTimeout(passed, 150))
    if (typeof act === 'string') child.stdin.write(act)
    else await act()
  }
  const code = await ended
  return { screen, code }
}
