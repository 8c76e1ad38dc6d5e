// A share of the processor for one process: the cpu controller of cgroups, version 2 or 1.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

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

let count = 0

/** A group of processes that gets this share of one core. */
function open(share: number): { add(pid: number): void; close(): void } {
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
  return {
    add(pid) {
      writeFileSync(join(group, 'cgroup.procs'), String(pid))
    },
    // Only once its processes have ended.
    close: () => rmdirSync(group),
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
