// The agent: a process of its own that holds the unlocked identity in memory and nowhere else, opens and signs with it, and
// never gives it away. It ends by itself: after a time without work, after a night, when the machine has slept, on a signal.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { timingSafeEqual } from 'node:crypto'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { encodeRecipient } from '../../src/core/envelope/age-keys.js'
import { type AgentAnswer, AgentQuestion, maxLineBytes } from '../../schemas/agent.js'

/** It ends after this long, whatever is asked of it. */
const maxMs = 12 * 3_600_000
/** A gap between two ticks of the clock beyond this is sleep of the machine. */
const sleepMs = 60_000
const maxTickMs = 5000
const seedBytes = 32

/** What `khancap agent start` hands over on stdin before the seeds: one line. */
export interface Handover {
  readonly handler: string
  /** Seeds that follow, 32 bytes each: those to open with, then those to act with. */
  readonly opening: number
  readonly signing: number
  readonly socket: string
  readonly token: string
  readonly idleMs: number
}

interface Secrets {
  readonly handover: Handover
  readonly opening: readonly Uint8Array[]
  readonly signing: readonly Uint8Array[]
  readonly token: Uint8Array
}

/** Serves until it locks itself; then the process has nothing left to do. */
export async function serveAgent(): Promise<void> {
  // Node would open a debugger on this signal.
  process.on('SIGUSR1', () => undefined)
  const secrets = readHandover(await readStdin())
  const p = await nodePrimitives()
  const { idleMs, socket, token } = secrets.handover
  const began = Date.now()
  let used = began
  let seen = began

  const worked = () => {
    used = Date.now()
  }
  const server = createServer(line =>
    converse(line, question => answer(p, secrets, question, { locksIn, lock, worked })),
  )
  const locksIn = () => Math.max(0, Math.min(used + idleMs, began + maxMs) - Date.now())
  const clock = setInterval(
    () => {
      const now = Date.now()
      if (locksIn() === 0 || now - seen > sleepMs) lock()
      seen = now
    },
    Math.min(maxTickMs, idleMs / 4),
  )
  function lock(): void {
    clearInterval(clock)
    for (const seed of [...secrets.opening, ...secrets.signing, secrets.token]) seed.fill(0)
    for (const file of [socket, token]) rmSync(file, { force: true })
    server.close()
    setImmediate(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, lock)

  rmSync(socket, { force: true })
  const before = process.umask(0o177)
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(socket, ready)
  })
  process.umask(before)
  chmodSync(socket, 0o600)
  writeFileSync(token, encodeBase64url(secrets.token), { mode: 0o600 })
  process.stdout.write('ready\n')
}

async function readStdin(): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of process.stdin)
    if (part instanceof Uint8Array) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

function readHandover(bytes: Buffer): Secrets {
  const end = bytes.indexOf(10)
  const handover: Handover = JSON.parse(bytes.subarray(0, end).toString())
  const seeds = bytes.subarray(end + 1)
  const seed = (at: number) => new Uint8Array(seeds.subarray(at * seedBytes, (at + 1) * seedBytes))
  const count = handover.opening + handover.signing
  const secrets = {
    handover,
    opening: Array.from({ length: handover.opening }, (_, at) => seed(at)),
    signing: Array.from({ length: handover.signing }, (_, at) => seed(handover.opening + at)),
    token: seed(count),
  }
  bytes.fill(0)
  return secrets
}

/** One question on a line, one answer; whoever says more, or nothing for long, is cut off. */
function converse(line: Socket, reply: (question: string) => AgentAnswer): void {
  let heard = ''
  line.setTimeout(30_000, () => line.destroy())
  line.on('error', () => line.destroy())
  line.on('data', chunk => {
    heard += chunk.toString('latin1')
    const end = heard.indexOf('\n')
    if (heard.length > maxLineBytes) line.destroy()
    else if (end >= 0) line.end(`${JSON.stringify(reply(heard.slice(0, end)))}\n`)
  })
}

interface Lock {
  readonly locksIn: () => number
  readonly lock: () => void
  /** Somebody has opened or signed something. To look whether it is there is no work, and no wrong question is. */
  readonly worked: () => void
}

function answer(
  p: Primitives,
  { handover, opening, signing, token }: Secrets,
  line: string,
  { lock, locksIn, worked }: Lock,
): AgentAnswer {
  const question = questionIn(line)
  if (question === null) return { refused: 'this is no question' }
  if (!timingSafeEqual(decodeBase64url(question.token), token)) return { refused: 'another token' }
  switch (question.ask) {
    case 'who':
      return {
        identity: {
          handler: handover.handler,
          recipients: opening.map(seed => encodeRecipient(p.xwingPublicKey(seed))),
          signing_keys: signing.map(seed => encodeBase64url(p.ed25519PublicKey(seed))),
          locks_in_seconds: Math.floor(locksIn() / 1000),
          pid: process.pid,
        },
      }
    case 'lock':
      setImmediate(lock)
      return { locked: true }
    case 'decapsulate': {
      const seed = opening[question.key]
      if (seed === undefined) return { refused: 'no such key' }
      worked()
      const secret = p.xwingDecapsulate(seed, decodeBase64url(question.encapsulated))
      return { bytes: encodeBase64url(secret) }
    }
    case 'sign': {
      const seed = signing[question.key]
      if (seed === undefined) return { refused: 'no such key' }
      if (question.by_itself !== true) worked()
      return { signature: encodeBase64url(p.ed25519Sign(seed, decodeBase64url(question.bytes))) }
    }
    default:
      return { refused: 'this is no question' }
  }
}

function questionIn(line: string): AgentQuestion | null {
  try {
    return AgentQuestion.parse(JSON.parse(line))
  } catch {
    return null
  }
}
