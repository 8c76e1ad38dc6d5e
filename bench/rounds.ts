// Rounds: what is compared takes turns, so that a machine which slows down slows down both.

export interface Spread {
  readonly minimum: number
  readonly median: number
  readonly maximum: number
}

/** @param numbers at least one */
export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  const at = (index: number) => sorted[index] ?? Number.NaN
  return {
    minimum: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    maximum: at(sorted.length - 1),
  }
}

/** The share of `numbers` that lies at or below what is returned is `share`. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Each contender once in each round, one after the other; every other round from the last one to the first. */
export async function interleave<K extends string, T>(
  rounds: number,
  contenders: Readonly<Record<K, () => Promise<T>>>,
): Promise<Record<K, T[]>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const entries = Object.entries(contenders) as [K, () => Promise<T>][]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const results = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    K,
    T[]
  >
  for (let round = 0; round < rounds; round++)
    for (const [name, contend] of round % 2 === 0 ? entries : entries.toReversed())
      results[name].push(await contend())
  return results
}

/** Round by round. */
export function ratios(ours: readonly number[], peers: readonly number[]): number[] {
  return ours.map((our, round) => our / (peers[round] ?? Number.NaN))
}

/** Milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
