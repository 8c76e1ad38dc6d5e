// Step 9. The attachments of a case, for handlers, stretch by stretch: a line that breaks costs one of them. Like every route
// of theirs it names its own hooks.
import * as z from 'zod'
import { AttachmentParams, AttachmentQuery, maxStretchBytes } from '../../schemas/upload.js'
import { fetchAttachment } from '../app/fetch-attachment.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

const Stretch = z.custom<Uint8Array>().meta({
  id: 'AttachmentStretch',
  type: 'string',
  format: 'binary',
  description: `At most ${maxStretchBytes} bytes of an age v1 file: docs/protocol.md, "Attachment"`,
})

export function attachmentRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    onRequest: recognised(deps),
    preValidation: [signedBy(deps), readJson],
    method: 'GET',
    url: '/v1/cases/:id/attachments/:attachment',
    schema: {
      operationId: 'fetchAttachment',
      summary: 'A stretch of a sealed attachment; fewer bytes at its end, none behind it',
      security: [{ handlerSignature: [] }],
      params: AttachmentParams,
      querystring: AttachmentQuery,
      response: {
        200: {
          description: 'Sealed bytes',
          content: { 'application/octet-stream': { schema: Stretch } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const { attachment, id } = request.params
      const part = { attachment, from: request.query.from, maxBytes: maxStretchBytes }
      const sealed = await fetchAttachment(deps, id, part, actorOf(request))
      reply.header('content-type', 'application/octet-stream')
      return reply.send(sealed)
    },
  })
}
