// Step 1. The signed directory, as the exact bytes that were signed; compressed for whoever takes that, because the first
// question waits for it on a slow line.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import * as z from 'zod'
import { KhancapError } from '../../schemas/problem.js'
import type { HttpDeps } from './deps.js'
import { takesGzip } from './encodings.js'
import { printBytes } from './bytes.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

const Note = z.custom<Uint8Array>().meta({
  id: 'DirectoryNote',
  type: 'string',
  description: 'A C2SP signed note: docs/protocol.md, "Directory"',
})

const OneDirectory = z.strictObject({
  sequence: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
})

/** Compresses each directory once. */
function packer(): (tag: string, note: Uint8Array) => Promise<Uint8Array> {
  const compress = promisify(gzip)
  let last: { readonly tag: string; readonly packed: Promise<Uint8Array> } | null = null
  return (tag, note) => {
    if (last?.tag !== tag)
      last = { tag, packed: compress(note, { level: constants.Z_BEST_COMPRESSION }) }
    return last.packed
  }
}

export function directoryRoutes(
  app: Api,
  { directories, settings }: Pick<HttpDeps, 'directories' | 'settings'>,
): void {
  const pack = packer()

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/directories/:sequence',
    onRequest: atMostPerSecond(settings.perSecond.applicants),
    schema: {
      operationId: 'getPastDirectory',
      summary: 'A directory that was published once: what was signed under it is checked with it',
      params: OneDirectory,
      response: {
        200: {
          description: 'The directory with this sequence; it never changes',
          content: { 'text/plain': { schema: Note } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const directory = await directories.bySequence(request.params.sequence)
      if (directory === null) throw new KhancapError('not_found')
      reply.header('cache-control', 'public, max-age=31536000, immutable')
      reply.header('content-type', 'text/plain; charset=utf-8')
      return reply.send(directory.note)
    },
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/directory',
    onRequest: atMostPerSecond(settings.perSecond.applicants),
    schema: {
      operationId: 'getDirectory',
      summary: 'The signed directory: programs and keyring',
      response: {
        200: {
          description: 'The newest directory',
          content: { 'text/plain': { schema: Note } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      // Expired or not: whoever seals looks at its end, and whoever works on what was promised needs it.
      const { note, sha256 } = await directories.newest()
      const tag = `"${printBytes(sha256)}"`
      const isPacked = takesGzip(request.headers['accept-encoding'])
      // The same directory in other bytes: such a tag is a weak one (RFC 9110, section 8.8.1).
      reply.header('etag', isPacked ? `W/${tag}` : tag)
      reply.header('vary', 'accept-encoding')
      if (request.headers['if-none-match']?.replace(/^W\//, '') === tag)
        return reply.code(304).send(new Uint8Array(0))
      reply.header('content-type', 'text/plain; charset=utf-8')
      if (!isPacked) return reply.send(note)
      reply.header('content-encoding', 'gzip')
      return reply.send(await pack(tag, note))
    },
  })
}
