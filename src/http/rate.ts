// How fast a route is served: one bucket for everybody. An onion service shows one address for all, so no address
// is looked at, kept or counted; who comes too much slows down all alike, for as long as it lasts.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'

/**
 * A bucket that holds `perSecond` tokens and is refilled at that rate, so that a burst passes and a flood is thinned
 * to the rate, never stopped.
 * @param now milliseconds of a clock that never goes back
 * @returns takes a token; false where there is none
 */
export function tokenBucket(
  perSecond: number,
  now: () => number = () => performance.now(),
): () => boolean {
  let tokens = perSecond
  let filledAt = now()
  return () => {
    const at = now()
    tokens = Math.min(perSecond, tokens + ((at - filledAt) * perSecond) / 1000)
    filledAt = at
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

/** A hook with a bucket of its own: one for each route that names it. */
export function atMostPerSecond(perSecond: number) {
  const take = tokenBucket(perSecond)
  return async function shed(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (take()) return
    reply.header('retry-after', '1')
    throw new KhancapError('too_many_requests')
  }
}
