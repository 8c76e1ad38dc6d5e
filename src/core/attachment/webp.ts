// WebP (RFC 9649) without what is not the picture: Exif, XMP, ICC profiles and unknown chunks go, their flags are
// cleared, and the length in front is counted anew.
import { concatBytes, utf8 } from '../encoding/bytes.js'
import { type Piece, pieceList, type Window } from './byte-source.js'
import { orientationBlock, orientationIn } from './orientation.js'

const kept = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF'])
const inFrame = new Set(['VP8 ', 'VP8L', 'ALPH'])
const exifFlag = 0x08
const xmpFlag = 0x04
const iccFlag = 0x20
const frameHeadBytes = 16
const maxExifBytes = 65_536

interface Chunk {
  readonly type: string
  readonly length: number
  /** With its padding. */
  readonly end: number
}

async function chunkAt(window: Window, at: number, end: number): Promise<Chunk | null> {
  const head = await window.look(at, 8)
  if (head.length < 8) return null
  const length = new DataView(head.buffer, head.byteOffset, 8).getUint32(4, true)
  const type = String.fromCharCode(...head.subarray(0, 4))
  const close = at + 8 + length + (length & 1)
  return close > end || !/^[\x20-\x7e]{4}$/.test(type) ? null : { type, length, end: close }
}

function little(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24)
}

/** A frame of an animation holds picture data only, or the file is not one that can be cleaned. */
async function isPlainFrame(window: Window, from: number, end: number): Promise<boolean> {
  let at = from + frameHeadBytes
  while (at < end) {
    // oxlint-disable-next-line no-await-in-loop
    const chunk = await chunkAt(window, at, end)
    if (chunk === null || !inFrame.has(chunk.type)) return false
    at = chunk.end
  }
  return at === end
}

/** @returns what to keep of a WebP file, in order; null where it is damaged or is none */
export async function webpPieces(window: Window): Promise<readonly Piece[] | null> {
  const head = await window.look(0, 12)
  const text = String.fromCharCode(...head)
  if (head.length < 12 || !text.startsWith('RIFF') || text.slice(8) !== 'WEBP') return null
  const end = 8 + new DataView(head.buffer, head.byteOffset, 12).getUint32(4, true)
  if (end > window.bytes || end % 2 !== 0) return null
  const list = pieceList()
  let extended: Uint8Array | null = null
  let orientation: number | null = null
  let hasPicture = false
  let at = 12
  while (at < end) {
    // Chunks belong one behind the other.
    // oxlint-disable-next-line no-await-in-loop
    const chunk = await chunkAt(window, at, end)
    if (chunk === null) return null
    const { type, length } = chunk
    if (type === 'VP8X') {
      if (at !== 12 || length !== 10) return null
      // oxlint-disable-next-line no-await-in-loop
      extended = (await window.look(at, 18)).slice()
    } else if (type === 'EXIF' && length <= maxExifBytes) {
      // oxlint-disable-next-line no-await-in-loop
      const body = await window.look(at + 8, length)
      const hasIntro = String.fromCharCode(...body.subarray(0, 4)) === 'Exif'
      orientation ??= orientationIn(body.subarray(hasIntro ? 6 : 0))
    } else if (kept.has(type)) {
      // oxlint-disable-next-line no-await-in-loop
      if (type === 'ANMF' && !(await isPlainFrame(window, at + 8, at + 8 + length))) return null
      hasPicture ||= type !== 'ALPH' && type !== 'ANIM'
      list.keep(at, chunk.end)
    }
    at = chunk.end
  }
  if (!hasPicture) return null
  const own: Uint8Array[] = []
  const exif =
    extended !== null && orientation !== null
      ? concatBytes(utf8('EXIF'), little(26), orientationBlock(orientation))
      : null
  if (extended !== null) {
    const flags = (extended[8] ?? 0) & ~(exifFlag | xmpFlag | iccFlag)
    extended[8] = flags | (exif === null ? 0 : exifFlag)
    own.push(extended)
  }
  const ranges = list.pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? 0 : piece.to - piece.from),
    0,
  )
  const bytes = 4 + (extended?.length ?? 0) + ranges + (exif?.length ?? 0)
  return [
    concatBytes(utf8('RIFF'), little(bytes), utf8('WEBP'), ...own),
    ...list.pieces,
    ...(exif === null ? [] : [exif]),
  ]
}
