// The file in which the organisation leaves its signed directory. It is read at start and whenever it changes; what
// it holds is verified by whoever is handed the bytes.
import { readFile, stat } from 'node:fs/promises'
import { maxDirectoryBytes } from '../schemas/directory.js'
import { KhancapError } from '../schemas/problem.js'
import { logFault } from './app/log-fault.js'
import { publishDirectory } from './app/publish-directory.js'
import type { Primitives } from './core/crypto/primitives.js'
import type { DirectoryStore } from './ports/directory-store.js'
import type { Log } from './ports/log.js'

export interface DirectoryFile {
  /** Reads the file now, if it has changed, and hands it on. @returns false where there is no file */
  look(): Promise<boolean>
  close(): void
}

/** The operations page promises seconds. */
const everyMs = 5000

/** The file whose directories are published here. API and workers both read it: whichever runs, publishes. */
export function publishedFile(deps: {
  readonly path: string
  readonly root: string
  readonly store: Pick<DirectoryStore, 'latestDirectory' | 'publishDirectory'>
  readonly primitives: Primitives
  readonly log: Log
}): DirectoryFile {
  const { log, path } = deps
  return directoryFile({
    path,
    log,
    publish: async note => {
      const { outcome, directory } = await publishDirectory({ ...deps, now: Date.now }, note)
      const { sequence } = directory.directory
      if (outcome === 'published') log.info('directory published', { sequence })
    },
  })
}

/**
 * Looks into the file every few seconds from now on. A note that is refused is reported once and left alone until
 * the file changes; where only the store was away it is tried again.
 */
export function directoryFile(options: {
  readonly path: string
  readonly publish: (note: Uint8Array) => Promise<unknown>
  readonly log: Log
}): DirectoryFile {
  const { path, publish, log } = options
  let settled = ''

  async function look(): Promise<boolean> {
    const file = await stat(path).catch(() => null)
    if (file === null) return false
    const version = `${file.ino} ${file.mtimeMs} ${file.size}`
    if (version === settled) return true
    try {
      if (file.size > maxDirectoryBytes) throw new KhancapError('directory_invalid')
      await publish(await readFile(path))
      settled = version
    } catch (error) {
      if (error instanceof KhancapError && error.code !== 'store_unavailable') settled = version
      logFault(log, 'directory refused', error)
    }
    return true
  }

  let looking: Promise<boolean> | null = null
  function lookOnce(): Promise<boolean> {
    looking ??= look().finally(() => {
      looking = null
    })
    return looking
  }

  const timer = setInterval(() => void lookOnce(), everyMs)
  timer.unref()
  return { look: lookOnce, close: () => clearInterval(timer) }
}
