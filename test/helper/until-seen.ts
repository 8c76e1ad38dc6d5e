// Looks until there is something to see: for what several processes do by and by.
import { setTimeout as sleep } from 'node:timers/promises'

/** @throws Error where it is not there in time */
export async function untilSeen<T>(
  look: () => Promise<T | null>,
  what: string,
  seconds: number,
): Promise<T> {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const seen = await look()
    if (seen !== null) return seen
    await sleep(250)
  }
  throw new Error(`not within ${seconds} s: ${what}`)
}
