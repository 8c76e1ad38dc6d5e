// Small pictures made here, byte by byte, with everything in them that pictures can tell about who took them.
import { crc32, deflateSync } from 'node:zlib'

export const secret = 'CANARY-21.0278N-105.8342E'

const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export function jpegSegment(marker: number, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from([0xff, marker]), u16(bytes.length + 2), bytes])
}

/** A TIFF block with an orientation, a text and a second directory. */
export function exifBlock(orientation: number, little = false): Buffer {
  const bytes = Buffer.alloc(64 + secret.length)
  const short = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const long = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  bytes.write(little ? 'II' : 'MM', 0, 'latin1')
  short(42, 2)
  long(8, 4)
  short(2, 8)
  // ImageDescription, ASCII.
  short(0x010e, 10)
  short(2, 12)
  long(secret.length, 14)
  long(64, 18)
  short(0x0112, 22)
  short(3, 24)
  long(1, 26)
  short(orientation, 30)
  bytes.write(secret, 64, 'latin1')
  return bytes
}

const quantization = jpegSegment(0xdb, Buffer.alloc(65, 1))
const frame = jpegSegment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))
const codes = Buffer.concat([
  Buffer.from([0]),
  Buffer.from([1]),
  Buffer.alloc(15),
  Buffer.from([0]),
])
const codesAc = Buffer.concat([
  Buffer.from([0x10]),
  Buffer.from([1]),
  Buffer.alloc(15),
  Buffer.from([0]),
])
const scan = jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]))

/** A grey square of 8 x 8 that decoders show. */
export const plainJpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8]),
  quantization,
  frame,
  jpegSegment(0xc4, codes),
  jpegSegment(0xc4, codesAc),
  scan,
  Buffer.from([0x3f, 0xff, 0xd9]),
])

/** @param data of the scan; another than the usual is no picture, and its structure is as good */
export function tellingJpeg(orientation: number | null, data: Uint8Array = Buffer.from([0x3f])) {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(
      0xe0,
      Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\x02\x02preview of twelve', 'latin1'),
    ),
    ...(orientation === null
      ? []
      : [jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exifBlock(orientation)]))]),
    jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x>${secret}</x>`),
    jpegSegment(0xe2, `ICC_PROFILE\0\x01\x01${secret}`),
    jpegSegment(0xed, `Photoshop 3.0\0${secret}`),
    jpegSegment(0xfe, secret),
    Buffer.from([0xff]),
    jpegSegment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\0', 'latin1')),
    quantization,
    frame,
    jpegSegment(0xc4, codes),
    jpegSegment(0xc4, codesAc),
    scan,
    data,
    Buffer.from([0xff, 0xd9]),
    Buffer.from(`${secret} behind the end`),
  ])
}

export function pngChunk(type: string, body: Uint8Array | string): Buffer {
  const bytes = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(body)])
  return Buffer.concat([u32(bytes.length - 4), bytes, u32(crc32(bytes))])
}

const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const pngHead = pngChunk('IHDR', Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]))
const pixels = deflateSync(Buffer.from([0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]))
const pngData = [
  pngChunk('IDAT', pixels.subarray(0, 7)),
  pngChunk('IDAT', pixels.subarray(7)),
] as const
const pngEnd = pngChunk('IEND', '')
export const plainPng = Buffer.concat([pngStart, pngHead, ...pngData, pngEnd])

export function tellingPng(orientation: number | null): Buffer {
  return Buffer.concat([
    pngStart,
    pngHead,
    pngChunk('gAMA', u32(45_455)),
    pngChunk('iCCP', secret),
    pngChunk('tEXt', `Author\0${secret}`),
    pngChunk('tIME', Buffer.from([7, 0xea, 1, 2, 3, 4, 5])),
    ...(orientation === null ? [] : [pngChunk('eXIf', exifBlock(orientation, true))]),
    ...pngData,
    pngChunk('iTXt', secret),
    pngChunk('zTXt', secret),
    pngChunk('prVt', secret),
    pngEnd,
    Buffer.from(secret),
  ])
}

export function webpChunk(type: string, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([Buffer.from(type, 'latin1'), length, bytes, Buffer.alloc(bytes.length & 1)])
}

export function webpOf(...chunks: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(4 + chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  return Buffer.concat([Buffer.from('RIFF'), length, Buffer.from('WEBP'), ...chunks])
}

/** One pixel, lossless (the smallest that libwebp makes). */
const webpData = webpChunk('VP8L', Buffer.from('2f00000000079091fe07', 'hex'))
export const plainWebp = webpOf(webpData)
const extended = (flags: number) =>
  webpChunk('VP8X', Buffer.from([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]))

export function tellingWebp(orientation: number | null): Buffer {
  return Buffer.concat([
    webpOf(
      extended(0x2c),
      webpChunk('ICCP', secret),
      webpData,
      ...(orientation === null
        ? []
        : [webpChunk('EXIF', Buffer.concat([Buffer.from('Exif\0\0'), exifBlock(orientation)]))]),
      webpChunk('XMP ', secret),
      webpChunk('PRIV', secret),
    ),
    Buffer.from(secret),
  ])
}

export const webpFrame = (inner: Buffer) =>
  webpOf(
    extended(0x02),
    webpChunk('ANIM', Buffer.alloc(6)),
    webpChunk('ANMF', Buffer.concat([Buffer.alloc(16), inner])),
  )
export { webpData }
