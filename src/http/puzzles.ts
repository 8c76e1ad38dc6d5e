// The server's side of the puzzle (docs/protocol.md, "Puzzle"). A challenge is signed and kept nowhere, so every API process
// of the deployment knows those of the others; of solutions only those that were let in are remembered until they expire.
import { timingSafeEqual } from 'node:crypto'
import { contentDigest } from '../core/http-signature/profile.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { utf8 } from '../core/encoding/bytes.js'
import { isSolved, readSolution } from '../core/puzzle/puzzle.js'

/** From the challenge to the head of the request that solves it: the slowest device, and a line that breaks once. */
export const puzzleSeconds = 300

export interface Puzzles {
  /** A challenge that costs so many tries for each part. */
  ask(tries: number): Promise<string>
  /**
   * @param digest what the request says that its body has
   * @returns lets the request in once; null where it solves nothing: forged, expired, wrong, of another request, or used
   */
  check(solution: string, digest: string): Promise<(() => void) | null>
  /** Whether a body is the one that was solved for. */
  isOf(digest: string, body: Uint8Array): Promise<boolean>
}

/** @param seed a secret that all API processes of the deployment have; what is signed here is derived from it */
export function puzzles(
  primitives: Pick<Primitives, 'hkdfSha256' | 'hmacSha256' | 'sha256'>,
  seed: Uint8Array,
  now: () => number,
): Puzzles {
  const nothing = new Uint8Array(0)
  const key = primitives.hkdfSha256(seed, nothing, utf8('khancap/v1/puzzle-key'), 32)
  const seconds = () => Math.floor(now() / 1000)
  /** When each may be forgotten. In the order in which they were let in, which is nearly that of their ends. */
  const used = new Map<string, number>()

  async function signed(words: string): Promise<string> {
    const mac = await primitives.hmacSha256(await key, utf8(`khancap/v1/puzzle\0${words}`))
    return `${words}.${encodeBase64url(mac.subarray(0, 16))}`
  }
  function forgetExpired(at: number): void {
    for (const [name, end] of used) {
      if (end >= at) return
      used.delete(name)
    }
  }
  return {
    ask: tries => signed(`${seconds() + puzzleSeconds}.${tries}`),
    async check(solution, digest) {
      const read = readSolution(solution)
      if (read === null) return null
      const { challenge, numbers } = read
      const words = challenge.slice(0, challenge.lastIndexOf('.'))
      const end = Number(words.slice(0, 10))
      if (end < seconds() || end > seconds() + puzzleSeconds) return null
      if (!timingSafeEqual(utf8(await signed(words)), utf8(challenge))) return null
      const name = `${challenge} ${digest}`
      if (used.has(name) || !(await isSolved(challenge, digest, numbers)) || used.has(name))
        return null
      return () => {
        forgetExpired(seconds())
        used.set(name, end)
      }
    },
    async isOf(digest, body) {
      return digest === (await contentDigest(primitives, body))
    },
  }
}
