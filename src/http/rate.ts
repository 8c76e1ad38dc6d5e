// How fast a route is served: one bucket for everybody. An onion service shows one address for all, so no address
// is looked at, kept or counted; who comes too much slows down all alike, for as long as it lasts.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'

export interface TokenBucket {
  /** Takes a token; false where there is none. */
  take(): boolean
  /** How much of it is left, from 0 to 1; 0 also while it owes. */
  share(): number
}

/**
 * A bucket that is refilled at a rate, so that a burst passes and a flood is thinned to the rate, never stopped.
 * @param now milliseconds of a clock that never goes back
 * @param most tokens that it holds: those of a second where nothing else is said; at least one
 * @param mostOwed tokens that it comes to owe where it is asked while it is empty: it takes longer to fill
 */
export function tokenBucket(
  perSecond: number,
  now: () => number = () => performance.now(),
  most: number = perSecond,
  mostOwed = 0,
): TokenBucket {
  let tokens = most
  let filledAt = now()
  function fill(): void {
    const at = now()
    tokens = Math.min(most, tokens + ((at - filledAt) * perSecond) / 1000)
    filledAt = at
  }
  return {
    take() {
      fill()
      const isThere = tokens >= 1
      if (isThere || mostOwed > 0) tokens = Math.max(tokens - 1, -mostOwed)
      return isThere
    },
    share() {
      fill()
      return Math.max(0, tokens) / most
    },
  }
}

/** A hook with a bucket of its own: one for each route that names it. */
export function atMostPerSecond(perSecond: number) {
  const bucket = tokenBucket(perSecond)
  return async function shed(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (bucket.take()) return
    reply.header('retry-after', '1')
    throw new KhancapError('too_many_requests')
  }
}
