// What a row may need of the machine, how it is looked for, and what brings it.
import { spawnSync } from 'node:child_process'
import { cpuQuota } from './cpu-quota.js'
import type { Need } from './row.js'

const answers = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined

const needs: Readonly<Record<Need, { readonly has: () => boolean; readonly hint: string }>> = {
  age: { has: () => answers('age', '--version'), hint: 'Debian package age' },
  cc: { has: () => answers('cc', '--version'), hint: 'a C compiler: Debian package gcc' },
  chromium: { has: () => answers('chromium', '--version'), hint: 'Debian package chromium' },
  'cpu-quota': {
    has: () => cpuQuota.isThere(),
    hint: 'root on Linux with the cpu controller of cgroups',
  },
  dovecot: { has: () => answers('dovecot', '--version'), hint: 'Debian package dovecot-imapd' },
  'firefox-esr': {
    has: () => answers('firefox-esr', '--version'),
    hint: 'Debian package firefox-esr',
  },
  gpg: { has: () => answers('gpg', '--version'), hint: 'Debian package gpg' },
  linux: { has: () => process.platform === 'linux', hint: 'Linux' },
  'redis-server': {
    has: () => answers('redis-server', '--version'),
    hint: 'Debian package redis-server',
  },
}

/** @returns what is missing, in words; empty where nothing is */
export function missing(wanted: readonly Need[]): string[] {
  return wanted.filter(need => !needs[need].has()).map(need => `${need} (${needs[need].hint})`)
}
