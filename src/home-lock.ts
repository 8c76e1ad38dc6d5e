// One `npm start` for each data folder: a file with the process id. A lock whose process is gone, or whose id now
// belongs to a later process, is stale: it is what a kill -9 leaves.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeLockFile, takeLockFile } from './adapters/postgres/lock-file.js'
import { StartFailure } from './start-failure.js'

const tries = 3

/** State and start of a process, in the kernel's ticks; null where the system does not say. */
async function kernelWords(pid: number): Promise<{ state: string; start: string } | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; after it come state (field 3) and start (field 22) (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    return null
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Who wrote this, if they are still there. */
async function holder(written: string): Promise<number | null> {
  const [pid = '', start] = written.trim().split(' ')
  const number = Number(pid)
  if (!Number.isInteger(number) || number <= 0 || number === process.pid || !isThere(number))
    return null
  const words = await kernelWords(number)
  if (words === null) return number
  // A zombie holds nothing: it waits to be counted by a parent that may never do so.
  if (words.state === 'Z') return null
  return start === undefined || start === words.start ? number : null
}

/**
 * Takes the lock of a data folder.
 * @returns what lets it go again
 * @throws StartFailure where another process holds it
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const file = join(home, 'khancap.pid')
  const mine = `${process.pid} ${(await kernelWords(process.pid))?.start ?? ''}`.trim()
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (await takeLockFile(file, `${mine}\n`)) return () => rm(file, { force: true })
    const words = await readFile(file, 'utf8').catch(() => null)
    // Let go meanwhile.
    if (words === null) continue
    const pid = await holder(words)
    if (pid !== null)
      throw new StartFailure(
        `khancap already runs on this data folder (process ${pid}): stop it, or set KHANCAP_HOME to another folder`,
      )
    await removeLockFile(file, words)
  }
  throw new StartFailure('another khancap is starting on this data folder: wait for it')
}
