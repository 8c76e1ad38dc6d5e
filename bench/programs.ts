// Whole processes, timed from their start to their end, and how much memory one had at most.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A program with its arguments. */
export type Line = readonly [string, ...string[]]

export interface Setting {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** What it says is thrown away, but for its errors. @returns milliseconds @throws Error where it does not end with 0 */
export async function runProgram(
  [program, ...args]: Line,
  { env = {}, input }: Setting = {},
): Promise<number> {
  const began = performance.now()
  const child = spawn(program, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-500)
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const exited = once(child, 'exit')
  const closed = once(child, 'close')
  const [code] = await exited
  const ms = performance.now() - began
  await closed
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaint}`)
  return ms
}

/**
 * The most memory of a Node program, as the kernel counts it for the program alone: `ru_maxrss` would begin with what the
 * process had from which it was started. Linux.
 * @returns MiB
 */
export async function mostMemory(
  folder: string,
  [file, ...args]: Line,
  setting: Setting = {},
): Promise<number> {
  const told = join(folder, 'most-memory')
  const hook = `import{readFileSync,writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(told)},readFileSync('/proc/self/status')))`
  const address = `data:text/javascript,${encodeURIComponent(hook)}`
  await runProgram([process.execPath, '--import', address, file, ...args], setting)
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(told, 'utf8'))?.[1]) / 1024
}
