// Step 9. The sealed mails of a case, for handlers. Like every route of theirs it names its own hooks.
import * as z from 'zod'
import { CaseId, ClientId } from '../../schemas/encoding.js'
import { fetchMail } from '../app/fetch-mail.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

const OneMail = z.strictObject({ id: CaseId, mail: ClientId })

const SealedMail = z.custom<Uint8Array>().meta({
  id: 'SealedMail',
  type: 'string',
  format: 'binary',
  description: 'An age v1 file: docs/protocol.md, "Carried mail"',
})

export function mailRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    onRequest: recognised(deps),
    preValidation: [signedBy(deps), readJson],
    method: 'GET',
    url: '/v1/cases/:id/mails/:mail',
    schema: {
      operationId: 'fetchMail',
      summary: 'A mail of the case, sealed to the identity that its envelope or addition holds',
      security: [{ handlerSignature: [] }],
      params: OneMail,
      response: {
        200: {
          description: 'The sealed mail',
          content: { 'application/octet-stream': { schema: SealedMail } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const { id, mail } = request.params
      const sealed = await fetchMail(deps, id, mail, actorOf(request))
      reply.header('content-type', 'application/octet-stream')
      return reply.send(sealed)
    },
  })
}
