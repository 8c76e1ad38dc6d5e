// Steps 9 and 10. A signed act on one case, as a route: all of them are asked for, guarded and answered in the same way.
import * as z from 'zod'
import { ActQuery, CaseSummary } from '../../schemas/case.js'
import { CaseId } from '../../schemas/encoding.js'
import type { Actor } from '../app/admit-handler.js'
import type { CaseRow } from '../ports/case-store.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { printFor } from './print-for.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

/** The address of one case. */
export const OneCase = z.strictObject({ id: CaseId })

/** Each route of handlers names them itself. The order matters: who signed, then the bytes, then what those say. */
export function handlersOnly(deps: HttpDeps) {
  return { onRequest: recognised(deps), preValidation: [signedBy(deps), readJson] }
}

export const handlerSecurity = [{ handlerSignature: [] }]

export interface Act<Body extends z.ZodType> {
  /** The last part of the address. */
  readonly verb: string
  readonly operationId: string
  readonly summary: string
  readonly body: Body
  /** Bytes of the body at most; small where nothing is said. */
  readonly bodyLimit?: number
  /** @returns the case afterwards */
  readonly act: (id: CaseId, actor: Actor, body: z.output<Body>) => Promise<CaseRow>
}

export function actRoute<Body extends z.ZodType>(app: Api, deps: HttpDeps, act: Act<Body>): void {
  app.route({
    ...handlersOnly(deps),
    method: 'POST',
    url: `/v1/cases/:id/${act.verb}`,
    bodyLimit: act.bodyLimit ?? bodyLimits.small,
    schema: {
      operationId: act.operationId,
      summary: act.summary,
      security: handlerSecurity,
      params: OneCase,
      querystring: ActQuery,
      body: act.body,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      // Validated by the schema above; a generic schema's output is more than the framework's types can say.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const body = request.body as z.output<Body>
      return printFor(deps, request, await act.act(request.params.id, actorOf(request), body))
    },
  })
}
