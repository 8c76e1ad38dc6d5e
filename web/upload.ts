// Uploads over tus 1.0: parts that a slow line carries, and after a lost line on from where the server stands.
import { Failed } from './failed.js'
import { request } from './network.js'

const tus = { 'tus-resumable': '1.0.0' }
const smallest = 65_536
const first = 262_144
const largest = 4_194_304
/** A part that took less is followed by a larger one, one that took more by a smaller one. */
const fastMs = 4000
const slowMs = 20_000
const longestPauseMs = 30_000

/** After these the same again may do. */
const passing: readonly string[] = ['offline', 'unavailable', 'too_many_requests', 'internal']

export interface Upload {
  readonly id: string
  readonly bytes: number
  /**
   * Sealed bytes from a place to about another, in the memory of those before, which nobody reads any more. What it fails with
   * ends the upload: no line is in it.
   */
  part(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Why nothing moves: the line is lost, or the service takes nothing in. */
export type Obstacle = 'line' | 'service'

export interface Watcher {
  readonly signal: AbortSignal
  progress(done: number): void
  /** null: it goes on. */
  waiting(why: Obstacle | null): void
}

export class Cancelled extends Error {}

const isPassing = (error: unknown) => error instanceof Failed && passing.includes(error.failure)

const obstacleOf = (error: unknown): Obstacle =>
  error instanceof Failed && error.failure === 'offline' ? 'line' : 'service'

/** Ends at once where the browser says that it is back on the network. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      window.clearTimeout(timer)
      window.removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = window.setTimeout(end, ms)
    window.addEventListener('online', end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

/** Ends at once where somebody stops, whatever is still on its way. */
function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Cancelled())
    signal.addEventListener('abort', stop)
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject)
  })
}

/** Tries until it is answered, or cancelled. @throws Failed what trying again does not mend, Cancelled */
export async function patiently<T>(watcher: Watcher, work: () => Promise<T>): Promise<T> {
  let isWaiting = false
  for (let pauseMs = 1000; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    if (watcher.signal.aborted) throw new Cancelled()
    try {
      const done = await unlessStopped(watcher.signal, work())
      if (isWaiting) watcher.waiting(null)
      return done
    } catch (error) {
      if (watcher.signal.aborted) throw new Cancelled()
      if (!isPassing(error)) throw error
      isWaiting = true
      watcher.waiting(obstacleOf(error))
      // A random half, so that many who lost the same line do not come back together.
      await pause(pauseMs * (0.5 + Math.random() / 2), watcher.signal)
    }
  }
}

/** @throws Failed, Cancelled; whatever making a part throws */
export async function sendUpload(token: string, upload: Upload, watcher: Watcher): Promise<void> {
  const { bytes, id } = upload
  const address = `/v1/uploads/${id}`
  const headers = { ...tus, authorization: `Bearer ${token}` }
  const { signal } = watcher
  const offset = async () => {
    const response = await request(address, { method: 'HEAD', headers, signal })
    return Number(response.headers.get('upload-offset'))
  }
  await patiently(watcher, () =>
    request('/v1/uploads', {
      method: 'POST',
      headers: {
        ...headers,
        'upload-length': String(bytes),
        'upload-metadata': `id ${btoa(id)}`,
      },
      signal,
    }),
  )
  let at = 0
  let size = first
  let isAsked = false
  while (at < bytes) {
    if (isAsked) at = await patiently(watcher, offset)
    isAsked = false
    if (at >= bytes) break
    const sealed = await upload.part(at, at + size)
    if (signal.aborted) throw new Cancelled()
    try {
      const began = performance.now()
      const response = await request(address, {
        method: 'PATCH',
        headers: {
          ...headers,
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(at),
        },
        body: sealed,
        signal,
      })
      at = Number(response.headers.get('upload-offset'))
      const took = performance.now() - began
      if (took < fastMs) size = Math.min(largest, size * 2)
      else if (took > slowMs) size = Math.max(smallest, size / 2)
      watcher.waiting(null)
      watcher.progress(Math.min(1, at / bytes))
    } catch (error) {
      if (signal.aborted) throw new Cancelled()
      const isElsewhere = error instanceof Failed && error.code === 'upload_offset'
      // Of an upload that is under way, what came before stays until there is room again.
      const isFull = error instanceof Failed && error.failure === 'uploads_paused'
      if (!isPassing(error) && !isElsewhere && !isFull) throw error
      // What arrived of it, the server says.
      isAsked = true
      size = Math.max(smallest, size / 2)
      if (!isElsewhere) {
        watcher.waiting(obstacleOf(error))
        await pause(isFull ? longestPauseMs : 1000, signal)
      }
    }
  }
  watcher.waiting(null)
}

/**
 * Takes an upload back that may have been named by a request whose answer is lost. What was ended can no longer be named, however
 * late that request comes.
 * @returns false where it was named before: what is named stays
 * @throws Failed
 */
export async function endUpload(
  token: string,
  id: string,
  signal: AbortSignal | null = null,
): Promise<boolean> {
  const headers = { ...tus, authorization: `Bearer ${token}` }
  const ask = async (method: 'DELETE' | 'HEAD', unknown: string) => {
    try {
      return await request(`/v1/uploads/${id}`, { method, headers, signal })
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      if (error.code === unknown) return null
      // Others may stand in between and refuse: what has become of it is not known then.
      throw error.failure === 'refused' ? new Failed('offline') : error
    }
  }
  // Of what is named, nothing can be ended, and it is still there. The answer to a HEAD has no body that could say a code.
  return (await ask('DELETE', 'upload_unknown')) !== null || (await ask('HEAD', '404')) === null
}

/** Nobody waits for it: what is not named ends by itself within a day. */
export function giveUp(token: string, id: string): void {
  const headers = { ...tus, authorization: `Bearer ${token}` }
  request(`/v1/uploads/${id}`, { method: 'DELETE', headers }).catch(() => undefined)
}
