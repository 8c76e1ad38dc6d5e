// A chosen file, as a Worker reads it.
import type { ByteSource } from '../../src/core/attachment/byte-source.js'
import { FileUnreadable } from '../../src/core/attachment/file-unreadable.js'

/** Browsers disagree about the name of it, and what has gone or has changed is never again what was chosen. */
function unreadable(cause: unknown): never {
  throw new FileUnreadable('the file cannot be read', { cause })
}
const changed = () => new FileUnreadable('the file has changed')

/** All bytes, also where Blob has no arrayBuffer (before Chrome 76, Firefox 69). @throws FileUnreadable */
async function bytesOf(part: Blob): Promise<ArrayBuffer> {
  return await ('arrayBuffer' in part ? part : new Response(part)).arrayBuffer().catch(unreadable)
}

async function stretch(file: Blob, from: number, to: number): Promise<Uint8Array> {
  const read = await bytesOf(file.slice(from, to))
  if (read.byteLength !== to - from) throw changed()
  return new Uint8Array(read)
}

/** From any place, each time into memory of its own. */
export function sourceOfFile(file: Blob): ByteSource {
  return { bytes: file.size, read: (from, to) => stretch(file, from, to) }
}

/** @returns null where the browser reads a file into no memory but its own (before Chrome 89, Firefox 102) */
function readerOf(file: Blob): ReadableStreamBYOBReader | null {
  try {
    return file.stream().getReader({ mode: 'byob' })
  } catch {
    return null
  }
}

/**
 * From front to back, each time into the same memory: what was read is good until the next is read. New memory for each
 * stretch is collected late: a large film would have taken twice as much of it at once.
 */
export function steadySourceOfFile(file: Blob): ByteSource {
  let reader: ReadableStreamBYOBReader | null = null
  let at = 0
  let memory = new ArrayBuffer(0)

  return {
    bytes: file.size,
    async read(from, to) {
      if (reader === null || from !== at) {
        reader?.cancel().catch(() => undefined)
        reader = readerOf(file.slice(from))
      }
      if (reader === null) return stretch(file, from, to)
      // Where this fails, nobody knows how far it has read.
      at = -1
      const bytes = to - from
      if (memory.byteLength < bytes) memory = new ArrayBuffer(bytes)
      for (let filled = 0; filled < bytes; ) {
        const room = new Uint8Array(memory, filled, bytes - filled)
        // Each stretch follows the one before it.
        // oxlint-disable-next-line no-await-in-loop
        const { value } = await reader.read(room).catch(unreadable)
        if (value === undefined || value.length === 0) throw changed()
        memory = value.buffer
        filled += value.length
      }
      at = to
      return new Uint8Array(memory, 0, bytes)
    },
  }
}
