// Senders who behave as our page does, in the middle of a flood: the same bytes again, work where the service asks for it,
// patience where it says so, and a line of 5 KB/s for every second one.
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IntakeRequest } from '../schemas/intake.js'
import { sourceOf } from '../src/core/attachment/byte-source.js'
import { attachmentSealer } from '../src/core/attachment/sealed-attachment.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import { puzzleHeader, solvePuzzle } from '../src/core/puzzle/puzzle.js'

/** As the page: then it asks the person to try again later. */
const maxTries = 5
const slowBytes = 512
const slowMs = 100

export interface Sent {
  readonly isIn: boolean
  readonly ms: number
  readonly puzzles: number
  /** Where the page would have said that the line was lost or the service is busy: how often somebody pressed again. */
  readonly presses: number
  readonly token: string
  /** The last status; 0 where the line broke. */
  readonly status: number
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

/** @param isSlow at 5 KB/s, as over Tor */
export function exchange(
  port: number,
  call: {
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
  },
  body: Uint8Array,
  isSlow: boolean,
): Promise<Answer> {
  return new Promise(resolve => {
    const lost = () => resolve({ status: 0, headers: {} })
    const asked = httpRequest(
      { ...call, port, host: '127.0.0.1', agent: false, timeout: 120_000 },
      response => {
        response.resume()
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers }),
        )
        response.once('error', lost)
      },
    )
    asked.once('error', lost)
    asked.once('timeout', () => asked.destroy())
    asked.setHeader('content-length', body.length)
    const write = async () => {
      if (isSlow)
        for (let at = 0; at < body.length && !asked.destroyed; at += slowBytes) {
          asked.write(body.subarray(at, at + slowBytes))
          await sleep(slowMs)
        }
      else asked.write(body)
      asked.end()
    }
    void write()
  })
}

/** A request that no one else has sent: ids and the end of the ciphertext are its own. */
export function ownRequest(template: IntakeRequest): {
  readonly body: Buffer
  readonly token: string
} {
  const token = randomBytes(32)
  const envelope = Buffer.from(template.envelope, 'base64url')
  envelope.set(randomBytes(16), envelope.length - 16)
  const request: IntakeRequest = {
    ...template,
    id: randomBytes(16).toString('base64url'),
    envelope: envelope.toString('base64url'),
    mailbox: createHash('sha256').update(token).digest('base64url'),
  }
  return { body: Buffer.from(JSON.stringify(request)), token: token.toString('base64url') }
}

export async function sendReal(
  port: number,
  template: IntakeRequest,
  isSlow: boolean,
): Promise<Sent> {
  const began = performance.now()
  const { body, token } = ownRequest(template)
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  let puzzles = 0
  let presses = 0
  for (let tries = 0; ; tries++) {
    const answer = await exchange(
      port,
      { method: 'POST', path: '/v1/intakes', headers },
      body,
      isSlow,
    )
    const { status } = answer
    const isIn = status === 201 || status === 200
    if (isIn || tries === maxTries)
      return { isIn, ms: performance.now() - began, puzzles, presses, token, status }
    const challenge = answer.headers[puzzleHeader]
    if (typeof challenge === 'string') {
      headers[puzzleHeader] = await solvePuzzle(challenge, digest)
      headers['content-digest'] = digest
      puzzles += 1
      continue
    }
    // With a solution, and no room: the page comes again by itself.
    if (status !== 429 || puzzles === 0) presses += 1
    await sleep(1000 * Number(answer.headers['retry-after'] ?? 1))
  }
}

/** A file of random bytes, sealed as the page seals it, under an id of its own. */
export async function sealedFile(
  primitives: Primitives,
  bytes: number,
): Promise<{ readonly id: string; readonly sealed: Uint8Array }> {
  const sealer = await attachmentSealer(primitives, sourceOf(randomBytes(bytes)))
  return { id: randomBytes(16).toString('base64url'), sealed: await sealer.part(0, sealer.bytes) }
}
