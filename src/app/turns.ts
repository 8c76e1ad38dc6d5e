// Lets a few do something at once while the others wait for their turn: the store's connections are for everybody.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** @param most how many at once. In the order in which they came. */
export function turns(most: number): InTurn {
  const waiting: (() => void)[] = []
  let free = most
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // Whoever comes next gets this one's place: nobody slips in between.
      if (next === undefined) free += 1
      else next()
    }
  }
}
