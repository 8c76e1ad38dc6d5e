// `npm run bench`: every row, one after the other, as a table of ratios. `--full`: full counts. `--without NAME` (again for
// more): these are left out, and the table says so. `--row NAME` (again for more): these alone, and nothing is written, but
// with `--again`: they take their place in the table of the last run, which says so.
// Exit 1 where a bar is missed, or a row failed, could not run or was left out.
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { isSameMachine, machineFacts } from './machine.js'
import { isPassed, measure, unmeasured } from './measure.js'
import { barOf, performancePage, short, verdictOf } from './page.js'
import { Results, type RowResult } from './results.js'
import type { Mode } from './row-host.js'
import { spread } from './rounds.js'
import { inProcesses, loadRow, rowFile, rowNames } from './rows.js'

const resultsFile = 'bench/results.json'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
  },
})
const mode: Mode = values.full ? 'full' : 'quick'

function rounded(row: RowResult): RowResult {
  const digits = (number: number) => Number(number.toPrecision(4))
  const each = <T extends { rounds: number[] }>(one: T): T => ({
    ...one,
    rounds: one.rounds.map(digits),
  })
  return { ...row, figures: row.figures.map(each), ratios: row.ratios.map(each) }
}

const amounts = (rounds: readonly number[]) => {
  const { minimum, median, maximum } = spread(rounds)
  return [minimum, median, maximum].map(number => short(number).padStart(9)).join(' ')
}

function print(row: RowResult): void {
  console.log(`${row.name}: ${row.title} (${row.seconds} s)`)
  if (row.outcome !== 'measured') console.log(`  ${row.outcome.toUpperCase()}: ${row.reason ?? ''}`)
  for (const ratio of row.ratios)
    console.log(
      `  ${ratio.name.padEnd(64)} ${amounts(ratio.rounds)}  ${barOf(ratio).padEnd(14)} ${verdictOf(ratio).replaceAll('*', '').toUpperCase()}`,
    )
  for (const { name, unit, rounds } of row.figures)
    console.log(`    ${name.padEnd(62)} ${amounts(rounds)}  ${unit}`)
  for (const note of row.notes) console.log(`    ${note}`)
}

/** What the last run of this mode measured; null where there is none. */
async function lastRun(): Promise<Results | null> {
  const text = await readFile(resultsFile, 'utf8').catch(() => 'null')
  const last = Results.safeParse(JSON.parse(text))
  return last.success && last.data.mode === mode ? last.data : null
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => interrupted.abort())

const known = await Promise.all((await rowNames()).map(name => loadRow(rowFile(name))))
const unknown = [...values.row, ...values.without].filter(
  name => !known.some(row => row.name === name),
)
if (unknown.length > 0) {
  console.error(`no row ${unknown.join(', ')}; there are ${known.map(row => row.name).join(', ')}`)
  process.exit(2)
}
const machine = await machineFacts()
const [load = 0] = loadavg()
if (load > availableParallelism() / 2)
  console.error(`this machine is busy (load ${load.toFixed(1)}): the figures are not worth much`)

const isAlone = values.row.length > 0
const hasRow = (row: (typeof known)[number]) =>
  isAlone ? values.row.includes(row.name) : mode === 'full' || row.onlyFull !== true
const wanted = known.filter(hasRow)
const toRun = wanted.filter(row => !values.without.includes(row.name))
const last = await lastRun()
const took = new Map(
  last?.rows.flatMap(row => (row.outcome === 'measured' ? [[row.name, row.seconds]] : [])),
)
if (values.again && !(isAlone && last !== null && isSameMachine(last.machine, machine))) {
  console.error('--again wants --row, and a table of this mode that was measured on this machine')
  process.exit(2)
}
const day = new Date().toISOString().slice(0, 10)
const rows: RowResult[] = []

async function writeTable(results: Results): Promise<void> {
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`)
  const notes = await readFile('bench/notes.md', 'utf8')
  await writeFile('docs/performance.md', performancePage(results, notes))
}

/** What was measured again, in the place of what it was. */
async function replaceIn(table: Results): Promise<void> {
  const measured = table.rows.map(row => {
    const again = rows.find(({ name }) => name === row.name)
    return again === undefined ? row : { ...again, again: day }
  })
  await writeTable(Results.parse({ ...table, rows: measured }))
}

/** After every row: what was measured is kept, however the run ends. */
async function write(): Promise<void> {
  const inTable = wanted.map(row => {
    if (values.without.includes(row.name))
      return unmeasured(row, 'left out', 'left out of this run')
    const result = rows.find(({ name }) => name === row.name)
    return result ?? unmeasured(row, 'not run', 'the run ended before it')
  })
  const onlyFull = known
    .filter(row => !wanted.includes(row))
    .map(({ name, title }) => ({ name, title }))
  await writeTable(Results.parse({ mode, day, machine, rows: inTable, onlyFull }))
}

function announce(index: number): void {
  const row = toRun[index]
  if (row === undefined || interrupted.signal.aborted) return
  const seconds = took.get(row.name)
  const long =
    seconds === undefined ? `at most ${row.seconds[mode]} s` : `${Math.ceil(seconds)} s last time`
  console.error(`row ${index + 1} of ${toRun.length}: ${row.name}, ${long}`)
}

async function told(result: RowResult): Promise<void> {
  rows.push(rounded(result))
  print(rounded(result))
  if (!isAlone) await write()
  else if (values.again && last !== null) await replaceIn(last)
  announce(rows.length)
}

console.log(
  `${''.padEnd(66)} ${['minimum', 'median', 'maximum'].map(word => word.padStart(9)).join(' ')}`,
)
announce(0)
for (const together of inProcesses(toRun)) {
  if (interrupted.signal.aborted) break
  const files = together.map(row => rowFile(row.name))
  // oxlint-disable-next-line no-await-in-loop
  await measure(files, mode, interrupted.signal, told)
}

const isWhole = rows.length === wanted.length && !interrupted.signal.aborted
const passed = isPassed(rows) && isWhole
if ((values.again || !isAlone) && rows.length > 0)
  console.log(`written: ${resultsFile}, docs/performance.md`)
if (rows.length < wanted.length) console.log('not every row was run')
console.log(passed ? 'every bar is met' : 'not every bar is met')
process.exitCode = passed ? 0 : 1
