// Work that a sender's device does when the service is busy (docs/protocol.md, "Puzzle"): four numbers, found by trying,
// for one challenge and the bytes of one request. The time is spent in WebCrypto, so that no device pays for slow JavaScript.
import { stretching } from '../crypto/pbkdf2.js'
import { utf8 } from '../encoding/bytes.js'

/** Of the challenge, in an answer; of the solution, in the request that follows. */
export const puzzleHeader = 'khancap-puzzle'

/** Several small searches rather than one: hardly anybody then waits for more than 2.5 times the mean. */
const parts = 4
/** The price of trying one number, and for the server of a wrong one. */
const iterations = 500
/** Numbers tried for each part, on average, at most: a phone four times slower than a laptop is done in ten seconds. */
export const maxTries = 512

const Challenge = /^\d{10}\.([1-9]\d{0,2})\.[\w-]{22}\.[\w-]{22}$/
const Solution = /^(.{1,60})((?:\.(?:0|[1-9]\d{0,6})){4})$/

/** @returns how many numbers are tried on average for each part; null where it is no challenge, or one beyond `maxTries` */
export function triesOf(challenge: string): number | null {
  const tries = Number(Challenge.exec(challenge)?.[1] ?? maxTries + 1)
  return tries <= maxTries ? tries : null
}

const stretchFor = (challenge: string, digest: string) =>
  stretching(utf8(`khancap/v1/puzzle-work\0${challenge} ${digest}`))

const saltOf = (part: number, number: number | string) => utf8(`${part}.${number}`)

const isFound = (bits: number, tries: number) => bits * tries < 2 ** 32

/**
 * @param challenge as the server asked; `triesOf` it is not null
 * @param digest the `Content-Digest` of the request (RFC 9530)
 * @returns what is sent with the same request
 */
export async function solvePuzzle(challenge: string, digest: string): Promise<string> {
  const tries = triesOf(challenge) ?? 1
  const stretch = await stretchFor(challenge, digest)
  let solution = challenge
  for (let part = 0; part < parts; part++) {
    let number = 0
    while (!isFound(await stretch(saltOf(part, number), iterations), tries)) number += 1
    solution += `.${number}`
  }
  return solution
}

/** @returns the challenge and the numbers of a solution; null where it has not the shape of one */
export function readSolution(
  solution: string,
): { readonly challenge: string; readonly numbers: readonly string[] } | null {
  const [, challenge = '', numbers = ''] = Solution.exec(solution) ?? []
  if (triesOf(challenge) === null) return null
  return { challenge, numbers: numbers.slice(1).split('.') }
}

/** Whether the numbers solve the challenge for this digest; the first wrong one ends the check. */
export async function isSolved(
  challenge: string,
  digest: string,
  numbers: readonly string[],
): Promise<boolean> {
  const tries = triesOf(challenge)
  if (tries === null || numbers.length !== parts) return false
  const stretch = await stretchFor(challenge, digest)
  for (const [part, number] of numbers.entries())
    if (!isFound(await stretch(saltOf(part, number), iterations), tries)) return false
  return true
}
