// A file that is read piece by piece: on a page a File, in the tool a file on disk, in tests bytes in memory. What is left
// of one after metadata was taken out is another.
import { concatBytes } from '../encoding/bytes.js'

export interface ByteSource {
  readonly bytes: number
  /** Exactly the bytes from `from` up to, not including, `to`; both within the file. @throws an error where it cannot */
  read(from: number, to: number): Promise<Uint8Array>
}

/** A range of a source, or bytes of our own in between. */
export type Piece = { readonly from: number; readonly to: number } | Uint8Array

export function sourceOf(bytes: Uint8Array): ByteSource {
  return { bytes: bytes.length, read: async (from, to) => bytes.subarray(from, to) }
}

const lengthOf = (piece: Piece) =>
  piece instanceof Uint8Array ? piece.length : piece.to - piece.from

/** Pieces one behind the other, as a file of their own. Nothing is read before it is asked for. */
export function joinedSource(source: ByteSource, pieces: readonly Piece[]): ByteSource {
  const starts: number[] = []
  let bytes = 0
  for (const piece of pieces) {
    starts.push(bytes)
    bytes += lengthOf(piece)
  }
  return {
    bytes,
    async read(from, to) {
      const parts: Uint8Array[] = []
      for (const [index, piece] of pieces.entries()) {
        const start = starts[index] ?? 0
        const first = Math.max(from, start) - start
        const last = Math.min(to, start + lengthOf(piece)) - start
        if (first >= last) continue
        // Pieces belong one behind the other.
        // oxlint-disable-next-line no-await-in-loop
        const part = await (piece instanceof Uint8Array
          ? piece.subarray(first, last)
          : source.read(piece.from + first, piece.from + last))
        parts.push(part)
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts)
    },
  }
}

/** Collects pieces; ranges that touch become one. */
export function pieceList() {
  const pieces: Piece[] = []
  return {
    pieces,
    keep(from: number, to: number): void {
      const last = pieces[pieces.length - 1]
      if (last !== undefined && !(last instanceof Uint8Array) && last.to === from)
        pieces[pieces.length - 1] = { from: last.from, to }
      else if (to > from) pieces.push({ from, to })
    },
    add(bytes: Uint8Array): void {
      pieces.push(bytes)
    },
  }
}

const windowBytes = 65_536

/** Reads ahead, so that many small looks at a file are few reads of it. */
export function windowOn(source: ByteSource) {
  let start = 0
  let held: Uint8Array = new Uint8Array(0)
  return {
    bytes: source.bytes,
    /** @returns fewer bytes only at the end of the file */
    async look(from: number, count: number): Promise<Uint8Array> {
      const to = Math.min(source.bytes, from + count)
      if (from >= to) return new Uint8Array(0)
      if (from < start || to > start + held.length) {
        start = from
        held = await source.read(from, Math.min(source.bytes, from + Math.max(count, windowBytes)))
      }
      return held.subarray(from - start, to - start)
    },
  }
}
export type Window = ReturnType<typeof windowOn>
