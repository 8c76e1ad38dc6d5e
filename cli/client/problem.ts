// What a refusal of the server means for the person at the terminal. The server's own words are never shown: only its
// code counts, where it is one of the table.
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { parseStrictJson } from '../../src/core/encoding/strict-json.js'
import { Problem, type ProblemCode, problems } from '../../schemas/problem.js'
import { type Failure, fromProblem, refused, unavailable } from '../failure.js'
import { safe } from '../terminal/safe.js'
import type { Answer } from './exchange.js'

/** The failure that an answer stands for whose status is not the expected one. */
export function failureOf(answer: Answer): Failure {
  const code = codeOf(answer)
  if (code !== null) return fromProblem(code)
  if (answer.status >= 500 || answer.status === 429)
    return unavailable(
      safe`the server answered with status ${answer.status}`,
      safe`try again shortly`,
    )
  return refused(
    safe`the server answered with status ${answer.status}, and not in the words of this service`,
    safe`is the address right? khancap doctor checks it`,
  )
}

export function codeOf(answer: Answer): ProblemCode | null {
  if (answer.contentType !== 'application/problem+json') return null
  try {
    const { code } = Problem.parse(parseStrictJson(fromUtf8(answer.body), 6))
    return Object.keys(problems).find((known): known is ProblemCode => known === code) ?? null
  } catch {
    return null
  }
}
