// `npm run bench`: every row, one after the other, as a table of ratios. `--full`: full counts. `--row NAME` (again for
// more): these alone, and nothing is written. Exit 1 where a bar is missed, or a row failed or could not run.
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { machineFacts } from './machine.js'
import { isPassed, measure, type Mode } from './measure.js'
import { barOf, performancePage, short, verdictOf } from './page.js'
import { Results, type RowResult } from './results.js'
import { spread } from './rounds.js'
import { loadRow, rowFile, rowNames } from './rows.js'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true, default: [] },
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

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())

const machine = await machineFacts()
const [load = 0] = loadavg()
if (load > availableParallelism() / 2)
  console.error(`this machine is busy (load ${load.toFixed(1)}): the figures are not worth much`)
const known = await rowNames()
const named = values.row
const unknown = named.filter(name => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no row ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
const rows: RowResult[] = []
console.log(
  `${''.padEnd(66)} ${['minimum', 'median', 'maximum'].map(word => word.padStart(9)).join(' ')}`,
)
for (const name of named.length > 0 ? named : known) {
  if (interrupted.signal.aborted) break
  const file = rowFile(name)
  if (mode === 'quick' && named.length === 0 && (await loadRow(file)).onlyFull === true) continue
  const result = rounded(await measure(file, mode, interrupted.signal))
  rows.push(result)
  print(result)
}

const passed = isPassed(rows) && !interrupted.signal.aborted
if (named.length === 0 && !interrupted.signal.aborted) {
  const day = new Date().toISOString().slice(0, 10)
  const results = Results.parse({ mode, day, machine, rows } satisfies Results)
  await writeFile('bench/results.json', `${JSON.stringify(results, null, 2)}\n`)
  const notes = await readFile('bench/notes.md', 'utf8')
  await writeFile('docs/performance.md', performancePage(results, notes))
  console.log('written: bench/results.json, docs/performance.md')
}
console.log(passed ? 'every bar is met' : 'not every bar is met')
process.exitCode = passed ? 0 : 1
