// A sealed file that is larger than memory, from a disk or over a line, opened chunk by chunk. What was opened counts once its last chunk has: until
// then it stands beside the name that it will have, under one that says so, and a file that turns out to be damaged leaves nothing.
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KhancapError } from '../../schemas/problem.js'
import type { Context } from '../../schemas/sealed.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { maxHeaderBytes } from '../../src/core/envelope/parse-header.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { openAgeHeader } from '../../src/core/envelope/open.js'
import { chunkOpener, payloadNonceBytes, sealedChunkBytes } from '../../src/core/envelope/stream.js'
import { alreadyThere } from '../failure.js'
import { allOrNone, isThere, writeNew } from './disk.js'

/** Chunks that are read at once. */
const chunksAtOnce = 16

/** Where sealed bytes come from. */
export interface StreamSource {
  readonly bytes: number
  /** Fills a buffer from a place on. @returns bytes that were there */
  fill(at: number, buffer: Uint8Array): Promise<number>
  close(): Promise<void>
}

export async function fileSource(file: string): Promise<StreamSource> {
  const handle = await open(file, 'r')
  return {
    bytes: (await handle.stat()).size,
    fill: (at, buffer) => fillAt(handle, at, buffer),
    close: () => handle.close(),
  }
}

export interface OpenedStream {
  readonly context: Context | null
  readonly bytes: number
}

export interface StreamWork {
  /** Where the text goes, a new file; null to see only whether all of it opens. */
  readonly target: ((header: Uint8Array) => string) | null
  /** Told the name under which the text stands until all of it counts, before the first byte of it is written. */
  readonly begun?: (part: string) => void
  /** Looks at the context before anything is opened. */
  readonly expect: (context: Context | null) => void
  readonly chunk: (text: Uint8Array) => void | Promise<void>
  /** Bytes of the text that count, from its beginning; absent: all. */
  readonly keep?: number
  /** Looks at the whole before it counts. @param bytes that were kept. @throws where it must not count */
  readonly end?: (bytes: number) => Promise<void>
  readonly progress: (done: number, all: number) => void
}

/**
 * Opens a whole file, and closes its source.
 * @returns null where it is not sealed to these identities
 * @throws KhancapError `sealed_unreadable`; Failure or EEXIST where the target is there
 */
export async function openStream(
  p: Primitives,
  identities: readonly string[],
  source: StreamSource,
  work: StreamWork,
): Promise<OpenedStream | null> {
  try {
    const all = source.bytes
    const head = await readAt(source, 0, Math.min(all, maxHeaderBytes + payloadNonceBytes))
    const header = await openAgeHeader(p, identities, head)
    if (header === null) return null
    work.expect(header.context)
    const from = header.length + payloadNonceBytes
    const nonce = await readAt(source, header.length, payloadNonceBytes)
    if (nonce.length < payloadNonceBytes) throw new KhancapError('sealed_unreadable')
    const opener = await chunkOpener(p, header.fileKey, nonce)
    const place = work.target?.(head.subarray(0, header.length)) ?? null
    const bytes = await whole(place, work.begun, async write => {
      const kept = await eachChunk(source, from, all, opener, work, write)
      await work.end?.(kept)
      return kept
    })
    return { context: header.context, bytes }
  } finally {
    await source.close()
  }
}

/** Copies sealed bytes into a file that takes its name once all of them are there. @throws Failure, EEXIST */
export async function copySource(source: StreamSource, place: string): Promise<void> {
  await whole(place, undefined, async write => {
    const buffer = new Uint8Array(chunksAtOnce * sealedChunkBytes)
    for (let at = 0; at < source.bytes; ) {
      // Stretches belong one behind the other.
      // oxlint-disable-next-line no-await-in-loop
      const filled = await source.fill(at, buffer.subarray(0, source.bytes - at))
      if (filled === 0) throw new KhancapError('sealed_unreadable')
      // oxlint-disable-next-line no-await-in-loop
      await write(buffer.subarray(0, filled))
      at += filled
    }
    return source.bytes
  })
}

/** Writes a new file that takes its name once all of it is there. @throws Failure, EEXIST */
export async function saveWhole(place: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? utf8(content) : content
  await whole(place, undefined, async write => {
    await write(bytes)
    return bytes.length
  })
}

type Write = (text: Uint8Array) => Promise<void>

/** Runs `fill` on a file that takes its name once `fill` has ended well. */
async function whole(
  place: string | null,
  begun: StreamWork['begun'],
  fill: (write: Write) => Promise<number>,
): Promise<number> {
  if (place === null) return fill(() => Promise.resolve())
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  if (await isThere(place)) throw alreadyThere(place)
  const fresh = `${place}.${randomBytes(8).toString('hex')}${unfinished}`
  begun?.(fresh)
  return allOrNone(async ours => {
    const target = await open(fresh, 'wx', 0o600)
    ours(fresh)
    let bytes: number
    try {
      bytes = await fill(text => target.writeFile(text))
      await target.sync()
    } finally {
      await target.close()
    }
    // Whoever ends us before leaves nothing under the name that counts; it is never taken from a file that is there.
    await writeNew(place, '', () => ours(place))
    await rename(fresh, place)
    return bytes
  })
}

const unfinished = '.part'

/** Whether a file of this name was being written when somebody ended us, or is being written now. */
export function isUnfinished(name: string): boolean {
  return /\.[0-9a-f]{16}\.part$/.test(name)
}

async function eachChunk(
  source: StreamSource,
  from: number,
  all: number,
  opener: Awaited<ReturnType<typeof chunkOpener>>,
  work: StreamWork,
  write: Write,
): Promise<number> {
  // Two of each: while one is opened, the next is read and the one before is written.
  const sealed = [0, 1].map(() => new Uint8Array(chunksAtOnce * sealedChunkBytes))
  const texts = [0, 1].map(() => new Uint8Array(chunksAtOnce * sealedChunkBytes))
  const read = (at: number, turn: number) =>
    source.fill(at, part(sealed, turn).subarray(0, Math.max(0, all - at)))
  let bytes = 0
  let at = from
  let reading = watched(read(at, 0))
  let writing = Promise.resolve()
  for (let turn = 0; ; turn++) {
    // Chunks belong one behind the other.
    // oxlint-disable-next-line no-await-in-loop
    const filled = await reading
    const end = at + filled
    if (filled === 0 || (end < all && filled < part(sealed, turn).length))
      throw new KhancapError('sealed_unreadable')
    reading = watched(end < all ? read(end, turn + 1) : Promise.resolve(0))
    const text = openAll(
      part(sealed, turn).subarray(0, filled),
      part(texts, turn),
      end === all,
      opener,
    )
    if (text === null || (text.length === 0 && bytes > 0))
      throw new KhancapError('sealed_unreadable')
    const kept = text.subarray(0, Math.max(0, (work.keep ?? Number.POSITIVE_INFINITY) - bytes))
    // oxlint-disable-next-line no-await-in-loop
    await work.chunk(kept)
    bytes += kept.length
    at = end
    // oxlint-disable-next-line no-await-in-loop
    await writing
    writing = watched(write(kept))
    work.progress(at, all)
    if (at === all) break
  }
  await writing
  return bytes
}

/** It is awaited a turn later: until then a failure is nobody's. */
function watched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

function part(buffers: readonly Uint8Array[], turn: number): Uint8Array {
  return buffers[turn % 2] ?? new Uint8Array()
}

/** @returns the text of some chunks, in `target`; null where one does not open */
function openAll(
  sealed: Uint8Array,
  target: Uint8Array,
  isEnd: boolean,
  opener: Awaited<ReturnType<typeof chunkOpener>>,
): Uint8Array | null {
  let filled = 0
  for (let begin = 0; begin < sealed.length; begin += sealedChunkBytes) {
    const chunk = sealed.subarray(begin, begin + sealedChunkBytes)
    const isLast = isEnd && begin + chunk.length === sealed.length
    const text = opener(chunk, isLast)
    // A last chunk is empty only where it is the only one (C2SP age, "Payload").
    if (text === null || (isLast && text.length === 0 && filled > 0)) return null
    target.set(text, filled)
    filled += text.length
  }
  return target.subarray(0, filled)
}

async function readAt(source: StreamSource, from: number, bytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.max(0, bytes))
  return buffer.subarray(0, await source.fill(from, buffer))
}

/** @returns bytes that were there */
async function fillAt(source: FileHandle, from: number, buffer: Uint8Array): Promise<number> {
  let filled = 0
  while (filled < buffer.length) {
    // One read may give less than asked for.
    // oxlint-disable-next-line no-await-in-loop
    const { bytesRead } = await source.read(buffer, filled, buffer.length - filled, from + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}
