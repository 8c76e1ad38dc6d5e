// A handler at the real command-line tool, in a process of its own.
import { spawn } from 'node:child_process'
import { cleanEnvironment } from './service.js'

export interface Spoken {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `khancap` with a handler's config folder, and `input` on its standard input. */
export function khancap(
  folder: string,
  args: readonly string[],
  input = '',
  settings: Record<string, string> = {},
): Promise<Spoken> {
  const child = spawn(process.execPath, ['cli/khancap.mjs', ...args], {
    env: { ...cleanEnvironment(), KHANCAP_CONFIG_DIR: folder, NO_COLOR: '1', ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    )
  })
}
