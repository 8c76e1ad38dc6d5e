// PNG (third edition, 2025) without what is not the picture: an allow-list of chunks. Texts, times, Exif, ICC profiles
// (a calibrated screen has one of its own), private chunks and whatever stands behind the end go.
import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js'
import { type Piece, pieceList, type Window } from './byte-source.js'
import { orientationBlock, orientationIn } from './orientation.js'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const kept = new Set(
  ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'bKGD', 'pHYs'].concat(
    // Colours of high range, and animation.
    ['cICP', 'mDCV', 'cLLI', 'acTL', 'fcTL', 'fdAT'],
  ),
)
const maxExifBytes = 65_536

/** CRC-32 (ISO 3309) of a chunk that we make ourselves. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const covered = concatBytes(utf8(type), body)
  return concatBytes(u32(body.length), covered, u32(crc32(covered)))
}

/** @returns what to keep of a PNG, in order; null where it is damaged or is none */
export async function pngPieces(window: Window): Promise<readonly Piece[] | null> {
  if (!equalBytes(await window.look(0, 8), signature)) return null
  const list = pieceList()
  list.keep(0, 8)
  let at = 8
  let hasPicture = false
  let orientation: number | null = null
  while (at + 12 <= window.bytes) {
    // Chunks belong one behind the other.
    // oxlint-disable-next-line no-await-in-loop
    const head = await window.look(at, 8)
    const length = new DataView(head.buffer, head.byteOffset, 8).getUint32(0)
    const type = String.fromCharCode(...head.subarray(4))
    const end = at + 12 + length
    if (end > window.bytes || !/^[A-Za-z]{4}$/.test(type)) return null
    if ((type === 'IHDR') !== (at === 8)) return null
    if (type === 'eXIf' && length <= maxExifBytes)
      // oxlint-disable-next-line no-await-in-loop
      orientation ??= orientationIn(await window.look(at + 8, length))
    if (type === 'IDAT') {
      // It must stand before the picture, or at least before the end.
      if (!hasPicture && orientation !== null)
        list.add(chunk('eXIf', orientationBlock(orientation)))
      hasPicture = true
    }
    if (kept.has(type)) list.keep(at, end)
    // A capital in front: nobody can show the picture without it (§5.4).
    else if (/^[A-Z]/.test(type)) return null
    if (type === 'IEND') return hasPicture && length === 0 ? list.pieces : null
    at = end
  }
  return null
}
