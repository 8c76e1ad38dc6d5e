// Step 1. The signed directory, as the exact bytes that were signed.
import * as z from 'zod'
import type { HttpDeps } from './deps.js'
import { printBytes } from './bytes.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

const Note = z.custom<Uint8Array>().meta({
  id: 'DirectoryNote',
  type: 'string',
  description: 'A C2SP signed note: docs/protocol.md, "Directory"',
})

export function directoryRoutes(
  app: Api,
  { directories, settings }: Pick<HttpDeps, 'directories' | 'settings'>,
): void {
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
      const { note, sha256 } = await directories.latest()
      const tag = `"${printBytes(sha256)}"`
      reply.header('etag', tag)
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(new Uint8Array(0))
      reply.header('content-type', 'text/plain; charset=utf-8')
      return reply.send(note)
    },
  })
}
