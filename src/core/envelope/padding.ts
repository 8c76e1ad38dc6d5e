// Sizes say little: JSON, spaces, one line feed, up to a bucket (docs/protocol.md, "Padding"). A slip has one size.
import type { SealedKind } from '../../../schemas/sealed.js'
import { equalBytes } from '../encoding/bytes.js'

const smallestBucket = 4096
const slipBytes = 512
const space = 0x20
const lineFeed = 0x0a
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", §4.4): at most
 * 12 % more, and only O(log log n) bits of the length are left.
 */
export function padme(bytes: number): number {
  if (bytes < 2) return bytes
  const exponent = Math.floor(Math.log2(bytes))
  const kept = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** Math.max(0, exponent - kept)
  return Math.ceil(bytes / step) * step
}

/** The size of the padded text for a JSON document of so many bytes. */
export function paddedBytes(kind: SealedKind, jsonBytes: number): number {
  return kind === 'slip' ? slipBytes : Math.max(smallestBucket, padme(jsonBytes + 1))
}

/** Whether a padded text may have this size at all. */
export function isPaddedSize(kind: SealedKind, bytes: number): boolean {
  return paddedBytes(kind, bytes - 1) === bytes
}

/**
 * Adds spaces and the line feed.
 * @throws RangeError where a slip is too long for its one size
 */
export function pad(kind: SealedKind, json: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedBytes(kind, json.length)).fill(space)
  if (json.length >= padded.length) throw new RangeError('"json" expected to fit a slip')
  padded.set(json)
  padded[padded.length - 1] = lineFeed
  return padded
}

/** The size of the bucket for a file of so many bytes. */
export function paddedFileBytes(bytes: number): number {
  return Math.max(smallestBucket, padme(bytes))
}

/** Adds zeros to bytes of any kind, up to a bucket; their true size travels elsewhere. */
export function padBytes(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedFileBytes(bytes.length))
  padded.set(bytes)
  return padded
}

/**
 * Takes spaces and line feed off again.
 * @throws RangeError where they are not exactly what `pad` adds to an object
 */
export function unpad(kind: SealedKind, padded: Uint8Array): Uint8Array {
  let end = padded.length - 1
  while (end > 0 && padded[end - 1] === space) end--
  const json = padded.subarray(0, Math.max(0, end))
  if (json[0] !== openBrace || json[json.length - 1] !== closeBrace)
    throw new RangeError('"padded" expected one object')
  if (!equalBytes(pad(kind, json), padded))
    throw new RangeError('"padded" expected its exact bucket')
  return json
}
