// The organisation's figures, for leads and directors.
import { Statistics, StatisticsQuery } from '../../schemas/statistics.js'
import { readStatistics } from '../app/read-statistics.js'
import type { HttpDeps } from './deps.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

export function statisticsRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/statistics',
    onRequest: recognised(deps),
    preValidation: signedBy(deps),
    schema: {
      operationId: 'readStatistics',
      summary: 'Figures per program and week, without small counts; for leads and directors',
      security: [{ handlerSignature: [] }],
      querystring: StatisticsQuery,
      response: { 200: Statistics, ...problemResponses },
    },
    handler: request => readStatistics(deps, actorOf(request), request.query.weeks),
  })
}
