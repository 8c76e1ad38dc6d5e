// `khancap stats`: the organisation's figures without content, as a table, JSON, CSV or a picture.
import { maxStatisticsWeeks, type Statistics } from '../../schemas/statistics.js'
import { openDesk } from '../client/desk.js'
import { misused, noHint } from '../failure.js'
import { drawChart } from '../figures/chart.js'
import { printCsv } from '../figures/csv.js'
import { writePrivately } from '../station/disk.js'
import type { Station, VerbOptions } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'

export interface StatsOptions extends VerbOptions {
  readonly csv?: true
  readonly svg?: string
  readonly weeks: string
}

export async function showStatistics(station: Station, options: StatsOptions): Promise<void> {
  const weeks = Number(options.weeks)
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > maxStatisticsWeeks)
    throw misused(safe`--weeks takes a number from 1 to ${maxStatisticsWeeks}`, noHint)
  if (options.json === true && options.csv === true)
    throw misused(safe`--json and --csv exclude each other`, noHint)
  const { cases } = await openDesk(station, options)
  const statistics = await cases.statistics(weeks)
  const { printer } = station
  if (options.svg !== undefined) {
    await writePrivately(options.svg, drawChart(statistics))
    printer.say(safe`written to ${options.svg}`)
  }
  if (options.json === true) printer.json(statistics)
  else if (options.csv === true) for (const line of printCsv(statistics)) printer.out(safe`${line}`)
  else if (options.svg === undefined) print(printer, statistics)
}

const count = (value: number | null) => safe`${value ?? '…'}`
const hours = (value: number | null) => (value === null ? safe`…` : safe`${value} h`)

function print(printer: Printer, { rows, smallest_count }: Statistics): void {
  if (rows.length === 0) return printer.say(safe`nothing arrived in these weeks`)
  printer.out(
    table(
      [
        'WEEK',
        'PROGRAM',
        'RECEIVED',
        'ANSWERED',
        'IN TIME',
        'BREACHED',
        'MEDIAN',
        'P90',
        'WORST',
      ].map(word => printer.style.dim(safe`${word}`)),
      rows.map(row => [
        safe`${row.week.slice(0, 10)}`,
        safe`${row.program ?? '-'}`,
        count(row.received),
        count(row.answered),
        count(row.within),
        count(row.breached),
        hours(row.median_hours),
        hours(row.p90_hours),
        hours(row.worst_hours),
      ]),
    ),
  )
  printer.say(
    safe`… is a count from 1 to ${smallest_count - 1}, or one that would give such a count away`,
  )
}
