// Step 9. What handlers decide about a case before it is answered: whose it is, and whether the program covers it.
import { CoverageRequest, RerouteRequest } from '../../schemas/case.js'
import { rerouteCase } from '../app/reroute-case.js'
import { setCoverage } from '../app/set-coverage.js'
import { actRoute } from './act-route.js'
import { readBytes } from './bytes.js'
import type { HttpDeps } from './deps.js'
import { bodyLimits } from './limits.js'
import type { Api } from './routes.js'

export function triageRoutes(app: Api, deps: HttpDeps): void {
  actRoute(app, deps, {
    verb: 'reroute',
    operationId: 'rerouteCase',
    summary: 'Hands a case over to another team; the clock runs on',
    body: RerouteRequest,
    bodyLimit: bodyLimits.handover,
    async act(id, actor, { grants, sealed, team, ...note }) {
      const row = await rerouteCase(deps, id, actor, {
        id: note.id,
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
      return row
    },
  })

  actRoute(app, deps, {
    verb: 'coverage',
    operationId: 'setCoverage',
    summary: 'A person decides whether a request is covered; the clock runs on',
    body: CoverageRequest,
    bodyLimit: bodyLimits.oneSealed,
    act: (id, actor, { coverage, sealed, ...note }) =>
      setCoverage(deps, id, actor, { id: note.id, coverage, sealed: readBytes(sealed, '/sealed') }),
  })
}
