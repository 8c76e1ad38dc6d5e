// Runs one command line and says how it ended. Errors are one sentence in lower case and hints, on stderr.
import { CommanderError } from 'commander'
import type { Runner } from './commands/declare.js'
import type { Failure } from './failure.js'
import { khancapProgram } from './program.js'
import type { Station } from './station/station.js'
import { brokenAtWords } from './terminal/width.js'

export interface Machine {
  readonly version: string
  /** Made when a command runs: `--help` and `--version` need none of it. */
  readonly station: () => Promise<Station>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly columns: number
  /** Columns of the terminal that `err` writes to; null where it is none. */
  readonly errColumns: number | null
}

/** @returns the exit code: 0, 1 refused, 2 usage, 3 unavailable */
export async function runKhancap(args: readonly string[], machine: Machine): Promise<number> {
  const { version, out, err, errColumns, columns } = machine
  // What was typed stands in it, and a shell may have put the names of files there.
  const usage = (text: string) => {
    const typed = [{ from: 0, to: text.length }]
    err(errColumns === null ? text : brokenAtWords(text, errColumns, typed))
  }
  const failures: Failure[] = []
  const runner: Runner = async verb => {
    try {
      await verb(await machine.station())
    } catch (thrown) {
      failures.push((await import('./failure.js')).asFailure(thrown))
    }
  }
  const program = await khancapProgram({ version, out, err: usage, columns, runner }, args[0])
  program.option('--trace', 'after a failure, show where in the program it came from')
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  const [failure] = failures
  if (failure === undefined) return 0
  const { safe, sentences } = await import('./terminal/safe.js')
  for (const line of [
    safe`khancap: ${failure.sentence}`,
    ...failure.hints.map(hint => safe`hint: ${hint}`),
  ])
    err(`${(errColumns === null ? line : sentences(line, errColumns)).text}\n`)
  if (program.opts<{ trace?: true }>().trace === true) err(framesOf(failure))
  return failure.exit
}

/** Frames only: a message of an unforeseen error may hold what was being read. */
function framesOf(failure: Failure): string {
  let frames = ''
  for (let error: unknown = failure; error instanceof Error; error = error.cause)
    frames += `${error.name}\n${(error.stack ?? '').split('\n').filter(isFrame).join('\n')}\n`
  return frames
}

function isFrame(line: string): boolean {
  return line.startsWith('    at ')
}
