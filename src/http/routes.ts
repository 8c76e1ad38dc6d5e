// What the routes have in common: the typed instance, the description of problems, and the rate of a route.
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { Problem } from '../../schemas/problem.js'

/** Fastify whose requests and responses are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

const problem = {
  description: 'A problem document',
  content: { 'application/problem+json': { schema: Problem } },
}

/** Every route may answer with problems. */
export const problemResponses = { '4xx': problem, '5xx': problem } as const

/** One bucket for everybody: no address is looked at. Goes into a route's `config`. */
export function atMostPerSecond(max: number) {
  return { rateLimit: { max, timeWindow: 1000, keyGenerator: () => 'everybody' } }
}
