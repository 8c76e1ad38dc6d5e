// Step 9. The sealed parts of a case, one by one, for handlers. Like every route of theirs each names its own hooks.
import * as z from 'zod'
import type { PartKind } from '../../schemas/case.js'
import { CaseId, ClientId } from '../../schemas/encoding.js'
import { fetchPart } from '../app/fetch-part.js'
import { handlerSecurity, handlersOnly } from './act-route.js'
import type { HttpDeps } from './deps.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf } from './signed-request.js'

const OnePart = z.strictObject({ id: CaseId, part: ClientId })

const SealedPart = z.custom<Uint8Array>().meta({
  id: 'SealedPart',
  type: 'string',
  format: 'binary',
  description: 'An age v1 file: docs/protocol.md, "Sealed file", for mails "Carried mail"',
})

const parts: Readonly<
  Record<PartKind, { readonly operationId: string; readonly summary: string }>
> = {
  additions: { operationId: 'fetchAddition', summary: 'An addition to the case' },
  replies: { operationId: 'fetchTeamCopy', summary: "The team's copy of a reply" },
  notes: { operationId: 'fetchNote', summary: 'A note to the team' },
  mails: {
    operationId: 'fetchMail',
    summary: 'A mail of the case, sealed to the identity that its envelope or addition holds',
  },
}

export function partRoutes(app: Api, deps: HttpDeps): void {
  const route = (kind: PartKind) =>
    app.route({
      ...handlersOnly(deps),
      method: 'GET',
      url: `/v1/cases/:id/${kind}/:part`,
      schema: {
        ...parts[kind],
        security: handlerSecurity,
        params: OnePart,
        response: {
          200: {
            description: 'The sealed part',
            content: { 'application/octet-stream': { schema: SealedPart } },
          },
          ...problemResponses,
        },
      },
      handler: async (request, reply) => {
        const { id, part } = request.params
        const sealed = await fetchPart(deps, id, kind, part, actorOf(request))
        reply.header('content-type', 'application/octet-stream')
        return reply.send(sealed)
      },
    })
  route('additions')
  route('replies')
  route('notes')
  route('mails')
}
