// Step 9: the routes that hold a case's clock, and let it run on.
import * as z from 'zod'
import { ActQuery, CaseSummary, EmptyBody, HoldRequest } from '../../schemas/case.js'
import { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { holdCase, unholdCase } from '../app/hold-case.js'
import { parseTimestamp } from '../core/encoding/timestamp.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { printFor } from './print-for.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

const OneCase = z.strictObject({ id: CaseId })

function readEnd(until: string): number {
  try {
    return parseTimestamp(until)
  } catch (cause) {
    const faults = [{ pointer: '/until', code: 'not_a_date' }]
    throw new KhancapError('request_invalid', { faults, cause })
  }
}

export function holdRoutes(app: Api, deps: HttpDeps): void {
  const shared = () => ({
    method: 'POST' as const,
    onRequest: recognised(deps),
    preValidation: [signedBy(deps), readJson],
    bodyLimit: bodyLimits.small,
  })
  const security = [{ handlerSignature: [] }]

  app.route({
    ...shared(),
    url: '/v1/cases/:id/hold',
    schema: {
      operationId: 'holdCase',
      summary: 'Asks to hold the clock, or confirms what another handler asked in the same words',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: HoldRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { until, reason } = request.body
      const hold = { until: readEnd(until), reason }
      return printFor(
        deps,
        request,
        await holdCase(deps, request.params.id, actorOf(request), hold),
      )
    },
  })

  app.route({
    ...shared(),
    url: '/v1/cases/:id/unhold',
    schema: {
      operationId: 'unholdCase',
      summary: 'Lets the clock run on before the end of a hold',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: EmptyBody,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request =>
      printFor(deps, request, await unholdCase(deps, request.params.id, actorOf(request))),
  })
}
