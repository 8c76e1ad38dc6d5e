// What the log calls a route. A page's address names its language, and which language was asked for is nobody's
// business: pages are all "page".
import type { FastifyRequest } from 'fastify'

const named = /^\/(v1\/|healthz$|readyz$|deployment\.json$)/

/** The pattern of an API route, "page" for a file of the pages, "-" where there is nothing. */
export function routeName(request: FastifyRequest): string {
  const { url } = request.routeOptions
  if (url === undefined) return '-'
  return named.test(url) ? url : 'page'
}
