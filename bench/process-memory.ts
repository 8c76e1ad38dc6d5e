// What processes hold, as the kernel counts it. Linux.
import { readdir, readFile } from 'node:fs/promises'

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
