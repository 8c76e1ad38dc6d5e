// Who is taken in when more comes than can be: the open door for everybody, as wide as what is left over, and a second one
// for requests whose device has solved a puzzle. Neither is ever shut; no address is looked at, kept or counted.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'
import { maxTries, puzzleHeader } from '../core/puzzle/puzzle.js'
import type { HttpDeps } from './deps.js'
import { bodyBytes } from './json-body.js'
import type { LoopWatch } from './loop-watch.js'
import { puzzles } from './puzzles.js'
import { tokenBucket } from './rate.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The digest for which a puzzle was solved: the body must have it. */
    solvedFor: string | null
  }
}

/** The easiest puzzle: about a twentieth of a second of a laptop. */
const minTries = 32
/** Requests whose puzzles stay about as easy, before each makes the next a little harder. */
const easyPuzzles = 300
/** Of an hour's budget, what may come in one burst. */
const burst = 0.25

export interface Admission {
  /** onRequest: decides from the head alone, before a byte of the body is read. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** preValidation, before the body is parsed: what was solved for is what has come. */
  readonly expectSolved: (request: FastifyRequest) => Promise<void>
  /** Counts a request while the store works on it. */
  readonly whileTaken: <T>(work: () => Promise<T>) => Promise<T>
}

type AdmissionDeps = Pick<HttpDeps, 'now' | 'primitives' | 'receiptKey' | 'settings'>

/** A header that came once; two of a kind are none. */
const single = (value: string | string[] | undefined) =>
  typeof value === 'string' ? value : undefined

export function admission(
  { now, primitives, receiptKey, settings }: AdmissionDeps,
  load: Pick<LoopWatch, 'lateMs'>,
): Admission {
  const { intakes, maxLoopDelayMs, perSecond } = settings
  const hourly = intakes.openPerHour / 3600
  const openDoor = {
    rate: tokenBucket(perSecond.applicants),
    budget: tokenBucket(hourly, undefined, Math.max(1, intakes.openPerHour * burst)),
  }
  const solved = tokenBucket(perSecond.applicants)
  /** Prices puzzles, and refuses nobody: the more were solved of late, the harder the next. */
  const price = tokenBucket(hourly, undefined, easyPuzzles, easyPuzzles)
  const puzzle = puzzles(primitives, receiptKey.seed, now)
  let taken = 0

  /** @returns whether the request carries a solution that lets it in, or would if there were room */
  async function isSolver(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const { headers } = request
    const solution = single(headers[puzzleHeader])
    const digest = single(headers['content-digest'])
    if (solution === undefined || digest === undefined) return false
    // No new challenge: the same solution is as good in a second.
    const comeAgain = () => {
      reply.header('retry-after', '1')
      return new KhancapError('too_many_requests')
    }
    if (taken >= intakes.atOnce.solved) throw comeAgain()
    const its = await puzzle.check(solution, digest)
    if (its === null) return false
    if (!solved.take()) {
      its.giveBack()
      throw comeAgain()
    }
    if (its.letIn()) price.take()
    request.solvedFor = digest
    return true
  }

  return {
    async admit(request, reply) {
      if (await isSolver(request, reply)) return
      const isLate = load.lateMs() > maxLoopDelayMs
      const isRoom = !isLate && taken < intakes.atOnce.open
      if (isRoom && openDoor.rate.take() && openDoor.budget.take()) return
      const tries = minTries + Math.round((maxTries - minTries) * (1 - price.share()))
      reply.header('retry-after', '1').header(puzzleHeader, await puzzle.ask(tries))
      throw new KhancapError(isLate ? 'overloaded' : 'too_many_requests')
    },
    async expectSolved(request) {
      const { solvedFor } = request
      if (solvedFor !== null && !(await puzzle.isOf(solvedFor, bodyBytes(request))))
        throw new KhancapError('request_malformed')
    },
    async whileTaken(work) {
      taken += 1
      try {
        return await work()
      } finally {
        taken -= 1
      }
    },
  }
}
