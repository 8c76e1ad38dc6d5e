// A share of the processor for one process: the cpu controller of cgroups, version 2 or 1.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const v2 = '/sys/fs/cgroup/cgroup.subtree_control'
const v1 = '/sys/fs/cgroup/cpu'
/** The kernel's own, which container runtimes use as well: `--cpus 0.25` lets a process run 25 of every 100 ms. */
const periodUs = 100_000

interface Hierarchy {
  readonly parent: string
  readonly limit: (group: string, share: number) => void
}

function hierarchy(): Hierarchy | null {
  if (existsSync(v2))
    return {
      parent: '/sys/fs/cgroup',
      limit(group, share) {
        writeFileSync(join(group, 'cpu.max'), `${share * periodUs} ${periodUs}`)
      },
    }
  if (existsSync(join(v1, 'cpu.cfs_quota_us')) || existsSync(v1))
    return {
      parent: v1,
      limit(group, share) {
        writeFileSync(join(group, 'cpu.cfs_period_us'), String(periodUs))
        writeFileSync(join(group, 'cpu.cfs_quota_us'), String(share * periodUs))
      },
    }
  return null
}

/** The group in which a process is now. A container may see less of its path than the kernel names: then the whole. */
function groupOf(pid: number, parent: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  const line = lines.find(each =>
    parent === v1 ? /^\d+:([^:]*,)?cpu(,[^:]*)?:/.test(each) : each.startsWith('0::'),
  )
  const group = join(parent, line?.split(':').slice(2).join(':') ?? '')
  return existsSync(group) ? group : parent
}

let count = 0

interface Quota {
  /** @returns what puts it back to where it was */
  add(pid: number): () => void
  /** Only once its processes have ended or left. */
  close(): void
  /** Where they are about to end: those of a browser do so a moment after it was closed. */
  closeOnceEmpty(): Promise<void>
}

/** A group of processes that gets this share of one core. */
function open(share: number): Quota {
  const found = hierarchy()
  if (found === null) throw new Error('no cpu controller')
  const group = join(found.parent, `khancap-bench-${process.pid}-${++count}`)
  mkdirSync(group)
  try {
    found.limit(group, share)
  } catch (error) {
    rmdirSync(group)
    throw error
  }
  const close = () => rmdirSync(group)
  return {
    add(pid) {
      const before = groupOf(pid, found.parent)
      writeFileSync(join(group, 'cgroup.procs'), String(pid))
      return () => writeFileSync(join(before, 'cgroup.procs'), String(pid))
    },
    close,
    async closeOnceEmpty() {
      for (let tries = 1; ; tries++)
        try {
          return close()
        } catch (error) {
          if (tries === 100) throw error
          // oxlint-disable-next-line no-await-in-loop
          await sleep(50)
        }
    },
  }
}

export const cpuQuota = {
  open,
  isThere(): boolean {
    try {
      open(0.5).close()
      return true
    } catch {
      return false
    }
  },
}
