// A case after an act, as who acted sees it.
import type { FastifyRequest } from 'fastify'
import type { CaseSummary } from '../../schemas/case.js'
import { isReadable } from '../app/readable.js'
import type { CaseRow } from '../ports/case-store.js'
import { printCase } from './case-view.js'
import type { HttpDeps } from './deps.js'
import { actorOf } from './signed-request.js'

export async function printFor(
  deps: Pick<HttpDeps, 'store' | 'directories'>,
  request: FastifyRequest,
  row: CaseRow,
): Promise<CaseSummary> {
  const { handler } = actorOf(request)
  const granted = (await deps.store.findCase(row.id, handler.id))?.granted ?? false
  return printCase(row, await isReadable(deps.directories, handler.id, { ...row, granted }))
}
