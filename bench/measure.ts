// Runs rows, those that share their set-up in one process, and holds what each measured against its bars.
import { missing } from './needs.js'
import { type Ratio, RowResult } from './results.js'
import { type Answer, type Mode, type RowHost, startRowHost } from './row-host.js'
import { spread } from './rounds.js'
import { loadRow } from './rows.js'
import type { Bar, Measured, Row } from './row.js'

function isMet(bar: Bar, rounds: readonly number[]): boolean {
  const { minimum, median, maximum } = spread(rounds)
  if ('atLeast' in bar) return (bar.every ? minimum : median) >= bar.atLeast
  return (bar.every ? maximum : median) <= bar.atMost
}

/** @throws Error where a bar names a ratio that was not measured */
export function judge(bars: readonly Bar[], measured: Measured['ratios']): Ratio[] {
  for (const { ratio } of bars)
    if ((measured[ratio] ?? []).length === 0) throw new Error(`"${ratio}" was not measured`)
  return Object.entries(measured).map(([name, rounds]) => {
    const bar = bars.find(each => each.ratio === name)
    if (bar === undefined) return { name, rounds: [...rounds], met: null }
    const { ratio: _, ...limit } = bar
    return { name, rounds: [...rounds], ...limit, met: isMet(bar, rounds) }
  })
}

/** A row without figures, and why. */
export function unmeasured(
  { name, title, about }: Pick<Row, 'name' | 'title' | 'about'>,
  outcome: Exclude<RowResult['outcome'], 'measured'>,
  reason: string,
  seconds = 0,
): RowResult {
  const text = reason.slice(0, 1000)
  return { name, title, about, outcome, reason: text, seconds, figures: [], ratios: [], notes: [] }
}

function resultOf(row: Row, answer: Answer, seconds: number): RowResult {
  if ('fault' in answer) return unmeasured(row, 'failed', answer.fault, seconds)
  const { name, title, about } = row
  const { figures, ratios, notes = [] } = answer.measured
  try {
    // What the results file would refuse fails here, where it costs no other row its figures.
    return RowResult.parse({
      name,
      title,
      about,
      outcome: 'measured',
      seconds,
      figures,
      ratios: judge(row.bar, ratios),
      notes,
    })
  } catch (error) {
    return unmeasured(
      row,
      'failed',
      error instanceof Error ? error.message : String(error),
      seconds,
    )
  }
}

/**
 * Rows in one process, one after the other. One that fails ends neither the run nor the others: those after it begin again
 * in a process of their own.
 * @param files the compiled files of the rows
 * @param told hears of each row as it ends, before the next one begins
 */
export async function measure(
  files: readonly URL[],
  mode: Mode,
  interrupted: AbortSignal,
  told: (result: RowResult) => unknown,
): Promise<void> {
  let host: RowHost | null = null
  try {
    for (const file of files) {
      // oxlint-disable no-await-in-loop
      const row = await loadRow(file)
      const lacks = missing(row.needs)
      if (lacks.length > 0) {
        await told(unmeasured(row, 'lacks', `needs ${lacks.join(', ')}`))
        continue
      }
      const began = performance.now()
      host ??= await startRowHost(mode, interrupted)
      const answer = await host.ask(file, row)
      if ('fault' in answer) {
        await host.end()
        host = null
      }
      await told(resultOf(row, answer, Math.round((performance.now() - began) / 100) / 10))
      if (interrupted.aborted) break
      // oxlint-enable no-await-in-loop
    }
  } finally {
    await host?.end()
  }
}

/** Whether a run may call itself passed: nothing failed, nothing was missing or left out, every bar is met. */
export function isPassed(rows: readonly RowResult[]): boolean {
  return rows.every(
    row => row.outcome === 'measured' && row.ratios.every(ratio => ratio.met !== false),
  )
}
