// Hidden data taken out of pictures, losslessly: which bytes of a file stay is decided from its structure; not a pixel is
// decoded or coded anew. A file of another kind, or one whose structure is damaged, is named as such and not touched.
import { type ByteSource, joinedSource, type Piece, type Window, windowOn } from './byte-source.js'
import { jpegPieces } from './jpeg.js'
import { pngPieces } from './png.js'
import { webpPieces } from './webp.js'

/** Kinds of pictures whose hidden data is taken out. */
export type PictureKind = 'image/jpeg' | 'image/png' | 'image/webp'

export type Stripped =
  | { readonly outcome: 'stripped'; readonly kind: PictureKind; readonly source: ByteSource }
  /** A picture by its first bytes, and then not what it should be: it can only be sent as it is. */
  | { readonly outcome: 'damaged'; readonly kind: PictureKind }
  /** A kind that is not looked into. */
  | { readonly outcome: 'other' }

const readers: Readonly<Record<PictureKind, (window: Window) => Promise<readonly Piece[] | null>>> =
  { 'image/jpeg': jpegPieces, 'image/png': pngPieces, 'image/webp': webpPieces }

function kindOf(head: Uint8Array): PictureKind | null {
  const text = String.fromCharCode(...head)
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG')) return 'image/png'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp'
  return null
}

/**
 * The kind is told by the first bytes, never by a name. Memory does not grow with the file.
 * @throws whatever reading throws
 */
export async function stripMetadata(source: ByteSource): Promise<Stripped> {
  const window = windowOn(source)
  const kind = kindOf(await window.look(0, 12))
  if (kind === null) return { outcome: 'other' }
  const pieces = await readers[kind](window)
  if (pieces === null) return { outcome: 'damaged', kind }
  return { outcome: 'stripped', kind, source: joinedSource(source, pieces) }
}
