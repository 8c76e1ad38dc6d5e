// Runs one row in a process of its own, bounded in time, and holds what it measured against its bars.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { missing } from './needs.js'
import { Measurement, type Ratio, type RowResult } from './results.js'
import { spread } from './rounds.js'
import { loadRow } from './rows.js'
import type { Bar, Measured, Row } from './row.js'

export type Mode = 'quick' | 'full'

/** What a row's process says; whatever else it says is not meant for us. */
const Answer = z.union([z.object({ measured: Measurement }), z.object({ fault: z.string() })])
type Answer = z.infer<typeof Answer>

/** From SIGTERM, by which a row lets go of what it holds, to SIGKILL for its whole group. */
const graceMs = 20_000

function isMet(bar: Bar, rounds: readonly number[]): boolean {
  const { median } = spread(rounds)
  return 'atLeast' in bar ? median >= bar.atLeast : median <= bar.atMost
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

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // All of it has ended.
  }
}

async function ask(
  file: URL,
  seconds: number,
  mode: Mode,
  interrupted: AbortSignal,
): Promise<Answer> {
  const child = fork(fileURLToPath(new URL('row-child.js', import.meta.url)), [file.href, mode], {
    // A group of its own: whatever the row started ends with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let answer: Answer = { fault: 'it ended without a word' }
  child.on('message', said => {
    const heard = Answer.safeParse(said)
    if (heard.success) answer = heard.data
  })
  const exited = once(child, 'exit')
  const stop = new AbortController()
  const late = sleep(seconds * 1000, true, {
    signal: AbortSignal.any([stop.signal, interrupted]),
  }).catch(() => interrupted.aborted)
  if (await Promise.race([exited.then(() => false), late])) {
    answer = { fault: interrupted.aborted ? 'interrupted' : `it took longer than ${seconds} s` }
    child.kill('SIGTERM')
    await Promise.race([exited, sleep(graceMs, undefined, { ref: false })])
  }
  stop.abort()
  killGroup(child, 'SIGKILL')
  await exited
  return answer
}

/**
 * A row that fails does not end the run.
 * @param file the compiled file of the row
 */
export async function measure(file: URL, mode: Mode, interrupted: AbortSignal): Promise<RowResult> {
  const row: Row = await loadRow(file)
  const { name, title, about } = row
  const nothing = { name, title, about, figures: [], ratios: [], notes: [] }
  const lacks = missing(row.needs)
  if (lacks.length > 0)
    return { ...nothing, outcome: 'lacks', reason: `needs ${lacks.join(', ')}`, seconds: 0 }
  const began = performance.now()
  const answer = await ask(file, row.seconds[mode], mode, interrupted)
  const seconds = Math.round((performance.now() - began) / 100) / 10
  const failed = (reason: string): RowResult => ({
    ...nothing,
    outcome: 'failed',
    reason: reason.slice(0, 1000),
    seconds,
  })
  if ('fault' in answer) return failed(answer.fault)
  const { figures, ratios, notes = [] } = answer.measured
  try {
    return {
      ...nothing,
      outcome: 'measured',
      seconds,
      figures: [...figures],
      ratios: judge(row.bar, ratios),
      notes: [...notes],
    }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
}

/** Whether a run may call itself passed: nothing failed, nothing was missing, every bar is met. */
export function isPassed(rows: readonly RowResult[]): boolean {
  return rows.every(
    row => row.outcome === 'measured' && row.ratios.every(ratio => ratio.met !== false),
  )
}
