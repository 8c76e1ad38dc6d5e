// Step 9. What handlers decide about a case before it is answered: whose it is, and whether the program covers it.
import * as z from 'zod'
import { ActQuery, CaseSummary, CoverageRequest, RerouteRequest } from '../../schemas/case.js'
import { CaseId } from '../../schemas/encoding.js'
import { rerouteCase } from '../app/reroute-case.js'
import { setCoverage } from '../app/set-coverage.js'
import { readBytes } from './bytes.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { printFor } from './print-for.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

const OneCase = z.strictObject({ id: CaseId })

export function triageRoutes(app: Api, deps: HttpDeps): void {
  const shared = () => ({
    onRequest: recognised(deps),
    preValidation: [signedBy(deps), readJson],
  })
  const security = [{ handlerSignature: [] }]

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/reroute',
    bodyLimit: bodyLimits.handover,
    schema: {
      operationId: 'rerouteCase',
      summary: 'Hands a case over to another team; the clock runs on',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: RerouteRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, team, sealed, grants } = request.body
      const row = await rerouteCase(deps, request.params.id, actorOf(request), {
        id,
        team,
        sealed: readBytes(sealed, '/sealed'),
        grants: grants.map((grant, index) => ({
          id: grant.id,
          reader: grant.reader,
          header: readBytes(grant.header, `/grants/${index}/header`),
          signature: readBytes(grant.signature, `/grants/${index}/signature`),
        })),
      })
      deps.onCommitted()
      return printFor(deps, request, row)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/coverage',
    bodyLimit: bodyLimits.oneSealed,
    schema: {
      operationId: 'setCoverage',
      summary: 'A person decides whether a request is covered; the clock runs on',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: CoverageRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, coverage, sealed } = request.body
      const row = await setCoverage(deps, request.params.id, actorOf(request), {
        id,
        coverage,
        sealed: readBytes(sealed, '/sealed'),
      })
      return printFor(deps, request, row)
    },
  })
}
