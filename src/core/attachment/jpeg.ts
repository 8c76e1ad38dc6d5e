// JPEG (ITU-T T.81, Annex B) without what is not the picture: of the application segments only JFIF's density and Adobe's
// colour transform stay; Exif, XMP, IPTC, ICC profiles, previews, comments, and whatever stands behind the end go. The
// coded picture is not touched.
import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js'
import { type Piece, pieceList, type Window } from './byte-source.js'
import { orientationBlock, orientationIn } from './orientation.js'

const soi = 0xd8
const eoi = 0xd9
const sos = 0xda
const app0 = 0xe0
const app1 = 0xe1
const app14 = 0xee
const app15 = 0xef
const comment = 0xfe
/** Frames, tables, restart interval, number of lines, hierarchical progression: what a decoder needs. */
const needed = (marker: number) =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xdb && marker <= 0xdf)
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7

const exifIntro = utf8('Exif\0\0')
const jfifIntro = utf8('JFIF\0')
const adobeIntro = utf8('Adobe')
const scanBytes = 65_536
/** Segments before the file counts as damaged; real ones have some hundreds at most. */
const maxSegments = 20_000

const begins = (bytes: Uint8Array, intro: Uint8Array) =>
  equalBytes(bytes.subarray(0, intro.length), intro)

function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2
  return concatBytes(Uint8Array.of(0xff, marker, length >> 8, length & 255), body)
}

/** The position of the marker that ends the coded data of a scan: 0xff and neither a stuffed zero nor a restart. */
async function endOfScan(window: Window, from: number): Promise<number | null> {
  let at = from
  for (;;) {
    // One stretch after the other.
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await window.look(at, scanBytes)
    if (bytes.length < 2) return null
    let found = bytes.indexOf(0xff)
    while (found >= 0 && found + 1 < bytes.length) {
      const next = bytes[found + 1] ?? 0
      // A run of 0xff is filling before a marker (B.1.1.2).
      if (next === 0xff) found += 1
      else if (next === 0 || isRestart(next)) found = bytes.indexOf(0xff, found + 2)
      else return at + found
    }
    if (at + bytes.length >= window.bytes) return null
    at += found < 0 ? bytes.length : found
  }
}

/**
 * @returns what to keep of a JPEG, in order; null where it is damaged or is none
 */
export async function jpegPieces(window: Window): Promise<readonly Piece[] | null> {
  const list = pieceList()
  let at = 2
  let orientation: number | null = null
  let hasFrame = false
  const kept: { from: number; to: number }[] = []
  const own: Uint8Array[] = []
  const start = await window.look(0, 2)
  if (start[0] !== 0xff || start[1] !== soi) return null
  for (let count = 0; count < maxSegments; count++) {
    // Segments belong one behind the other.
    // oxlint-disable-next-line no-await-in-loop
    const head = await window.look(at, 4)
    const marker = head[1] ?? 0
    if (head.length < 2 || head[0] !== 0xff) return null
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === eoi) {
      if (!hasFrame) return null
      list.keep(0, 2)
      for (const bytes of own) list.add(bytes)
      if (orientation !== null)
        list.add(segment(app1, concatBytes(exifIntro, orientationBlock(orientation))))
      for (const { from, to } of kept) list.keep(from, to)
      list.keep(at, at + 2)
      return list.pieces
    }
    const length = ((head[2] ?? 0) << 8) | (head[3] ?? 0)
    const end = at + 2 + length
    if (head.length < 4 || length < 2 || end > window.bytes) return null
    if (needed(marker)) {
      hasFrame ||= marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc
      kept.push({ from: at, to: end })
    } else if (marker === sos) {
      // oxlint-disable-next-line no-await-in-loop
      const scanEnd = await endOfScan(window, end)
      if (scanEnd === null) return null
      kept.push({ from: at, to: scanEnd })
      at = scanEnd
      continue
    } else if (marker >= app0 && marker <= app15) {
      // oxlint-disable-next-line no-await-in-loop
      const body = (await window.look(at + 4, length - 2)).slice()
      if (marker === app0 && begins(body, jfifIntro) && body.length >= 14 && own.length === 0) {
        // Version and density; the preview behind them goes.
        body.fill(0, 12, 14)
        own.push(segment(app0, body.subarray(0, 14)))
      } else if (marker === app14 && begins(body, adobeIntro) && body.length >= 12)
        kept.push({ from: at, to: end })
      else if (marker === app1 && begins(body, exifIntro))
        orientation ??= orientationIn(body.subarray(exifIntro.length))
    } else if (marker !== comment) return null
    at = end
  }
  return null
}
