// Step 9: the routes that hold a case's clock, and let it run on.
import { EmptyBody, HoldRequest } from '../../schemas/case.js'
import { KhancapError } from '../../schemas/problem.js'
import { holdCase, unholdCase } from '../app/hold-case.js'
import { parseTimestamp } from '../core/encoding/timestamp.js'
import { actRoute } from './act-route.js'
import type { HttpDeps } from './deps.js'
import type { Api } from './routes.js'

function readEnd(until: string): number {
  try {
    return parseTimestamp(until)
  } catch (cause) {
    const faults = [{ pointer: '/until', code: 'not_a_date' }]
    throw new KhancapError('request_invalid', { faults, cause })
  }
}

export function holdRoutes(app: Api, deps: HttpDeps): void {
  actRoute(app, deps, {
    verb: 'hold',
    operationId: 'holdCase',
    summary: 'Asks to hold the clock, or confirms what another handler asked in the same words',
    body: HoldRequest,
    act: async (id, actor, { reason, until }) =>
      holdCase(deps, id, actor, { until: readEnd(until), reason }),
  })

  actRoute(app, deps, {
    verb: 'unhold',
    operationId: 'unholdCase',
    summary: 'Lets the clock run on before the end of a hold',
    body: EmptyBody,
    act: (id, actor) => unholdCase(deps, id, actor),
  })
}
