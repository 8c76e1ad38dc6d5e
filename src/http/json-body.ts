// Bodies: exactly one media type, kept as bytes until whoever signs has been checked, then read as strict JSON.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'
import { fromUtf8 } from '../core/encoding/bytes.js'
import { parseStrictJson } from '../core/encoding/strict-json.js'

/** Objects and arrays inside each other in any request of ours: a reply, its answer, and one to spare. */
const maxDepth = 3

/** Values in any request of ours: a handover lets 64 handlers in, with five values for each. */
const maxValues = 350

const mediaType = /^application\/json(; ?charset="?utf-8"?)?$/i

/** Removes the framework's lenient parsers and registers the one that keeps the bytes. */
export function keepBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_request, body, done: (error: null, body: string | Buffer) => void) => done(null, body),
  )
}

/** The bytes of the body as they came; none where there was no body. Only before `readJson`. */
export function bodyBytes(request: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0)
}

/**
 * Hook: turns the bytes into a value. Refuses other charsets and encodings, a byte order mark, invalid UTF-8,
 * duplicate keys, lone surrogates and depth.
 * @throws KhancapError `media_type_unsupported`, `request_malformed`
 */
export async function readJson(request: FastifyRequest): Promise<void> {
  if (!Buffer.isBuffer(request.body)) return
  const { 'content-type': type = '', 'content-encoding': encoding } = request.headers
  if (!mediaType.test(type) || encoding !== undefined)
    throw new KhancapError('media_type_unsupported')
  try {
    request.body = parseStrictJson(fromUtf8(request.body), maxDepth, maxValues)
  } catch (cause) {
    throw new KhancapError('request_malformed', { cause })
  }
}
