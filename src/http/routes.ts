// What the routes have in common: the typed instance and the description of problems.
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
