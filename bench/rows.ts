// The rows: every file of bench/rows/, those named here first, then the others by name, and the longest last.
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Row } from './row.js'

const order = [
  'floors',
  'intake',
  'intake-one-client',
  'intake-quarter-core',
  'intake-slow-disk',
  'inbox',
  'sweep-idle',
  'queue-wiped',
]

const last = ['soak']

function rank(name: string): number {
  if (order.includes(name)) return order.indexOf(name)
  return order.length + last.indexOf(name) + 1
}

export const rowFile = (name: string) => new URL(`rows/${name}.js`, import.meta.url)

export async function rowNames(): Promise<string[]> {
  const files = await readdir(new URL('rows', import.meta.url))
  return files
    .filter(file => file.endsWith('.js'))
    .map(file => basename(file, '.js'))
    .toSorted((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))
}

/** @throws Error where the file exports no row, or one of another name */
export async function loadRow(file: URL): Promise<Row> {
  const { row }: { row?: Row } = await import(file.href)
  const name = basename(file.pathname, '.js')
  if (row?.name !== name) throw new Error(`${name} exports no row of its name`)
  return row
}

/** Those that follow one another and share their set-up, as one; each other row alone. */
export function inProcesses<R extends Pick<Row, 'together'>>(rows: readonly R[]): R[][] {
  const processes: R[][] = []
  for (const row of rows) {
    const before = processes.at(-1)
    if (row.together !== undefined && before?.[0]?.together === row.together) before.push(row)
    else processes.push([row])
  }
  return processes
}
