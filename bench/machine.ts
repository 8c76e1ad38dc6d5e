// What the figures were measured on. No name of the machine, no path, no address.
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { findBinaries } from '../src/adapters/postgres/embedded-binaries.js'

function version(program: string, ...args: readonly string[]): string {
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (error !== undefined) return 'not installed'
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown'
}

async function postgresVersion(): Promise<string> {
  const { postgres } = await findBinaries(null, process.cwd())
  return version(postgres, '--version')
}

const loadName = 'load before (1, 5, 15 minutes)'

/** Whether figures that were taken on the one can stand beside those of the other. */
export function isSameMachine(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  return isDeepStrictEqual({ ...one, [loadName]: '' }, { ...other, [loadName]: '' })
}

export async function machineFacts(): Promise<Record<string, string>> {
  return {
    cores: String(availableParallelism()),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release().split('-')[0] ?? ''}`,
    [loadName]: loadavg()
      .map(load => load.toFixed(2))
      .join(', '),
    node: process.versions.node,
    postgresql: await postgresVersion().catch(() => 'unknown'),
    redis: version('redis-server', '--version'),
    age: version('age', '--version'),
    gpg: version('gpg', '--version'),
    pgbench: version('pgbench', '--version'),
    chromium: version('chromium', '--version'),
    firefox: version('firefox-esr', '--version'),
  }
}
