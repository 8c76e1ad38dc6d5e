// The server's side of the puzzle (docs/protocol.md, "Puzzle"). A challenge is signed and kept nowhere, so every API process
// of the deployment knows those of the others; of solutions only those that were let in are remembered until they expire, and
// those that are being counted.
import { timingSafeEqual } from 'node:crypto'
import { contentDigest } from '../core/http-signature/profile.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { utf8 } from '../core/encoding/bytes.js'
import { isSolved, readSolution } from '../core/puzzle/puzzle.js'

/** From the challenge to the head of the request that solves it: the slowest device, and a line that breaks once. */
export const puzzleSeconds = 300

/** A request whose answer was lost comes again with its solution: so often in all. */
export const timesOfOne = 4
/** Challenges remembered at most: more than are let in at 300 a second while one lasts. */
const mostUsed = 100_000

/** RFC 9530, of SHA-256, and nothing beside it: what is remembered has one length. */
const Digest = /^sha-256=:[A-Za-z0-9+/]{43}=:$/

interface Used {
  /** The one request that the challenge has paid for. */
  readonly digest: string
  /** In seconds since 1970: when it may be forgotten. */
  readonly end: number
  times: number
  isIn: boolean
}

/** A request whose solution is right: one of the times that it may come. */
export interface Solved {
  /** It is let in. @returns whether nothing else of this challenge was before */
  letIn(): boolean
  /** It is not let in after all, and may come as often as before. */
  giveBack(): void
}

export interface Puzzles {
  /** A challenge that costs so many tries for each part. */
  ask(tries: number): Promise<string>
  /**
   * @param digest what the request says that its body has
   * @returns null where it solves nothing: forged, expired, wrong, of another request, or used; copies that are checked at the
   * same time count as used
   */
  check(solution: string, digest: string): Promise<Solved | null>
  /** Whether a body is the one that was solved for. */
  isOf(digest: string, body: Uint8Array): Promise<boolean>
}

/** @param seed a secret that all API processes of the deployment have; what is signed here is derived from it */
export function puzzles(
  primitives: Pick<Primitives, 'hkdfSha256' | 'hmacSha256' | 'random' | 'sha256'>,
  seed: Uint8Array,
  now: () => number,
): Puzzles {
  const nothing = new Uint8Array(0)
  const key = primitives.hkdfSha256(seed, nothing, utf8('khancap/v1/puzzle-key'), 32)
  const seconds = () => Math.floor(now() / 1000)
  /** By challenge, in the order in which they were let in first, which is nearly that of their ends. */
  const used = new Map<string, Used>()

  async function signed(words: string): Promise<string> {
    const mac = await primitives.hmacSha256(await key, utf8(`khancap/v1/puzzle\0${words}`))
    return `${words}.${encodeBase64url(mac.subarray(0, 16))}`
  }
  function forgetExpired(at: number): void {
    for (const [challenge, { end }] of used) {
      if (end >= at && used.size < mostUsed) return
      used.delete(challenge)
    }
  }
  function spend(challenge: string, digest: string, end: number): Solved | null {
    forgetExpired(seconds())
    const use = used.get(challenge) ?? { digest, end, times: 0, isIn: false }
    if (use.digest !== digest || use.times >= timesOfOne) return null
    use.times += 1
    used.set(challenge, use)
    return {
      letIn() {
        const isFirst = !use.isIn
        use.isIn = true
        return isFirst
      },
      giveBack() {
        use.times -= 1
        if (use.times === 0 && used.get(challenge) === use) used.delete(challenge)
      },
    }
  }
  return {
    ask: tries => {
      const nonce = encodeBase64url(primitives.random(16))
      return signed(`${seconds() + puzzleSeconds}.${tries}.${nonce}`)
    },
    async check(solution, digest) {
      const read = Digest.test(digest) ? readSolution(solution) : null
      if (read === null) return null
      const { challenge, numbers } = read
      const words = challenge.slice(0, challenge.lastIndexOf('.'))
      const end = Number(words.slice(0, 10))
      if (end < seconds() || end > seconds() + puzzleSeconds) return null
      if (!timingSafeEqual(utf8(await signed(words)), utf8(challenge))) return null
      // Spent before the hashes are counted, which takes a while: a thousand copies at once cost no more than four.
      const solved = spend(challenge, digest, end)
      if (solved === null || (await isSolved(challenge, digest, numbers))) return solved
      solved.giveBack()
      return null
    },
    async isOf(digest, body) {
      return digest === (await contentDigest(primitives, body))
    },
  }
}
