// What processes hold, as the kernel counts it. Linux.
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and all that it has started. */
export async function family(parent: number): Promise<number[]> {
  const children: number[] = []
  for (const name of await readdir('/proc')) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    if (Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent)
      children.push(Number(name))
  }
  return [parent, ...(await Promise.all(children.map(family))).flat()]
}

/** MB that these processes hold; what several share counts once. */
export async function proportional(pids: readonly number[]): Promise<number> {
  let kilobytes = 0
  for (const pid of pids) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
  }
  return kilobytes / 1024
}

/** MB that these processes have in memory now; what several share counts for each. Cheap enough to be asked all the time. */
export async function resident(pids: readonly number[]): Promise<number> {
  const each = pids.map(async pid => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
  })
  return (await Promise.all(each)).reduce((sum, one) => sum + one, 0)
}

/** @returns the most that these processes had while this work was done, above what they had before, MB */
export async function mostAbove(
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<number> {
  const own = await resident(pids)
  let highest = own
  const over = new AbortController()
  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      highest = Math.max(highest, await resident(pids))
      // oxlint-disable-next-line no-await-in-loop
      await sleep(20)
    }
  }
  const watching = watch()
  try {
    await work()
  } finally {
    over.abort()
    await watching
  }
  return highest - own
}

/** Files and sockets that a process has open. */
export async function descriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length
}

/** MB of objects on the heap of a service, as its metrics say; null where they say nothing. Garbage counts until it is collected. */
export async function heapUsed(metricsPort: number): Promise<number | null> {
  const text = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    .then(response => response.text())
    .catch(() => '')
  const bytes = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1] ?? Number.NaN)
  return Number.isFinite(bytes) ? bytes / 1_048_576 : null
}
