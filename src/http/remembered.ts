// What is dear to find out is found out once for everybody: calls at the same time share one, and what it gave is
// given again until it is too old.

/**
 * @param work where it rejects, nothing is kept
 * @param ms how long what it gave is given again, counted from when it was given
 * @param now milliseconds of a clock that never goes back
 */
export function remembered<T>(
  work: () => Promise<T>,
  ms: number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let last: { readonly value: T; readonly at: number } | null = null
  let asking: Promise<T> | null = null

  async function ask(): Promise<T> {
    try {
      const value = await work()
      last = { value, at: now() }
      return value
    } finally {
      asking = null
    }
  }

  return async () => {
    if (last !== null && now() - last.at < ms) return last.value
    asking ??= ask()
    return asking
  }
}
