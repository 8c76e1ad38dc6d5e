// The one thing of a picture's metadata that is kept: which way up it is shown (Exif 2.32, tag 0x0112). Everything else
// of Exif is thrown away and a fresh block with this tag alone takes its place.

const orientationTag = 0x0112
const shortType = 3
/** Entries of a first directory that are looked at; real ones have some dozens. */
const maxEntries = 500

/**
 * The orientation in a TIFF block (what stands behind "Exif\0\0" in a JPEG).
 * @returns 2 to 8; null where it says nothing, or the usual 1
 */
export function orientationIn(tiff: Uint8Array): number | null {
  if (tiff.length < 14) return null
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return null
  const little = order === 0x4949
  const at = view.getUint32(4, little)
  if (view.getUint16(2, little) !== 42 || at + 2 > tiff.length) return null
  const count = Math.min(view.getUint16(at, little), maxEntries)
  for (let index = 0; index < count; index++) {
    const entry = at + 2 + index * 12
    if (entry + 12 > tiff.length) return null
    if (view.getUint16(entry, little) !== orientationTag) continue
    const value = view.getUint16(entry + 8, little)
    const isShort = view.getUint16(entry + 2, little) === shortType
    return isShort && value >= 2 && value <= 8 ? value : null
  }
  return null
}

/** A TIFF block that says the orientation and nothing else: 26 bytes. */
export function orientationBlock(orientation: number): Uint8Array {
  const bytes = new Uint8Array(26)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x4d4d)
  view.setUint16(2, 42)
  view.setUint32(4, 8)
  view.setUint16(8, 1)
  view.setUint16(10, orientationTag)
  view.setUint16(12, shortType)
  view.setUint32(14, 1)
  view.setUint16(18, orientation)
  return bytes
}
