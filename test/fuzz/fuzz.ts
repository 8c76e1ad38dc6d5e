// One fuzzing run: seeds, then what was found before, then mutations of both. What is taken joins the pool, so that the
// next mutation starts from there.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AssertionError } from 'node:assert'
import { seededRandom } from '../helper/random.js'
import { mutator } from './mutate.js'
import { Finding, type Target } from './targets.js'

/** Inputs that were taken and are kept to start from. */
const poolSize = 256
/** Larger ones cost more than they find. */
const poolBytes = 8192
/** However small an input is, this much is allowed: a machine has other things to do. */
const floorMilliseconds = 50
const millisecondsPerKilobyte = 4

export interface Tally {
  readonly name: string
  executions: number
  taken: number
  /** Of one input. */
  slowestMilliseconds: number
  largestBytes: number
  seconds: number
}

export interface Found {
  readonly target: string
  readonly what: string
  readonly input: Uint8Array
}

/** What was found in earlier runs and is mended, by target. */
export async function corpusOf(name: string): Promise<Uint8Array[]> {
  const folder = join('test/fuzz/corpus', name)
  const files = await readdir(folder).catch(() => [])
  const inputs: Uint8Array[] = []
  for (const file of files.toSorted((one, other) => (one < other ? -1 : 1)))
    inputs.push(new Uint8Array(await readFile(join(folder, file))))
  return inputs
}

const allowed = (bytes: number) => floorMilliseconds + (millisecondsPerKilobyte * bytes) / 1024

async function timed(target: Target, input: Uint8Array): Promise<[boolean, number]> {
  const from = performance.now()
  const taking = target.run(input)
  const isTaken = typeof taking === 'boolean' ? taking : await taking
  return [isTaken, performance.now() - from]
}

/** Of the processor, at best: the work of others, and of the collector, is not the parser's. */
async function leastMilliseconds(target: Target, input: Uint8Array): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 5 && least > allowed(input.length); times++) {
    const before = process.cpuUsage()
    await target.run(input)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** @returns a tally, and the first finding if there is one */
export async function fuzz(
  target: Target,
  seed: number,
  executions: number,
): Promise<{ tally: Tally; found: Found | null }> {
  const draw = seededRandom(seed)
  const words = target.words.map(word => new TextEncoder().encode(word))
  const { mutate, pick, below } = mutator(draw, words, target.maxBytes)
  const first = [...target.seeds, ...(await corpusOf(target.name))]
  const pool = [...first]
  const began = performance.now()
  const tally: Tally = {
    name: target.name,
    executions: 0,
    taken: 0,
    slowestMilliseconds: 0,
    largestBytes: 0,
    seconds: 0,
  }
  let found: Found | null = null
  while (tally.executions < executions && found === null) {
    const input = first[tally.executions] ?? mutate(pick(pool), pick(pool))
    tally.executions++
    tally.largestBytes = Math.max(tally.largestBytes, input.length)
    try {
      let [isTaken, milliseconds] = await timed(target, input)
      if (milliseconds > allowed(input.length))
        milliseconds = await leastMilliseconds(target, input)
      if (milliseconds > allowed(input.length))
        throw new Finding(`${milliseconds.toFixed(0)} ms for ${input.length} bytes`)
      tally.slowestMilliseconds = Math.max(tally.slowestMilliseconds, milliseconds)
      if (isTaken) tally.taken++
      if (isTaken && input.length <= poolBytes)
        if (pool.length < poolSize) pool.push(input)
        else pool[first.length + below(poolSize - first.length)] = input
    } catch (error) {
      if (!(error instanceof Finding || error instanceof AssertionError)) throw error
      found = { target: target.name, what: error.message, input }
    }
  }
  tally.seconds = (performance.now() - began) / 1000
  return { tally, found }
}
