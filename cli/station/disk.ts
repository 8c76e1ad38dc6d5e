// Files of the tool on disk: folders 0700, files 0600, and a file is replaced as a whole or not at all.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes a file as a whole: a crash leaves the old one or the new one. Its folder is made where it is missing. */
export async function writePrivately(file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fresh = join(folder, `.${randomBytes(8).toString('hex')}.new`)
  try {
    await writeNew(fresh, content)
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  await syncFolder(folder)
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs what makes files that count together or not at all: where it fails, or somebody ends us meanwhile, they are taken away.
 * @param work says of each file, once it is ours, that it is to be taken away then
 */
export async function allOrNone<T>(work: (ours: (file: string) => void) => Promise<T>): Promise<T> {
  const files: string[] = []
  const forget = () => {
    for (const file of files) rmSync(file, { force: true })
  }
  const ended = (signal: NodeJS.Signals) => {
    forget()
    process.kill(process.pid, signal)
  }
  for (const signal of endings) process.once(signal, ended)
  try {
    return await work(file => void files.push(file))
  } catch (error) {
    forget()
    throw error
  } finally {
    for (const signal of endings) process.off(signal, ended)
  }
}

/**
 * Writes a file that must not exist yet; half of one is not left behind.
 * @param begun it was not there, and is ours
 * @throws EEXIST
 */
export async function writeNew(
  file: string,
  content: string | Uint8Array,
  begun?: () => void,
): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  begun?.()
  try {
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined)
    throw error
  }
}

/** The file's bytes, or null where there is none. @throws RangeError above `maxBytes` */
export async function readBounded(file: string, maxBytes: number): Promise<Uint8Array | null> {
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  try {
    // One byte more than allowed tells a file at the bound from one that is over it, also where it has no size.
    const bytes = new Uint8Array(Math.min(maxBytes, (await handle.stat()).size || maxBytes) + 1)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled)
      if (bytesRead === 0) return bytes.subarray(0, filled)
      filled += bytesRead
    }
    throw new RangeError(`file: at most ${maxBytes} bytes`)
  } finally {
    await handle.close()
  }
}

/** True where others than the owner may read or write. Windows keeps no such bits. */
export async function isOpenToOthers(file: string): Promise<boolean> {
  if (process.platform === 'win32') return false
  return ((await stat(file)).mode & 0o077) !== 0
}

/** Whether a name is taken, be it by a link to nowhere. */
export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** What was written in it is still there after a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its rename is journalled.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
