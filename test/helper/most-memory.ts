// How much memory a Node program had at most, as the kernel counts it for the program alone. Linux.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Measured {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly mebibytes: number
  /** Of its processor, user and system. */
  readonly cpuSeconds: number
}

/** Runs a program of Node and writes down what it said and took. @param folder for a file that it writes as it ends */
export async function measured(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const told = join(folder, 'most-memory.json')
  const hook = `import{readFileSync,writeFileSync}from'node:fs';process.on('exit',()=>{const{user,system}=process.cpuUsage();writeFileSync(${JSON.stringify(told)},JSON.stringify({status:readFileSync('/proc/self/status','utf8'),cpu:user+system}))})`
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, ...args],
    { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [out, err] = ['', '']
  // A chunk may end within a letter.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const { cpu, status } = JSON.parse(await readFile(told, 'utf8'))
  const mebibytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
  return { code, out, err, mebibytes, cpuSeconds: cpu / 1e6 }
}
