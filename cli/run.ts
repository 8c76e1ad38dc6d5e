// Runs one command line and says how it ended. Errors are one sentence in lower case and hints, on stderr.
import { CommanderError } from 'commander'
import type { Runner } from './commands/declare.js'
import type { Failure } from './failure.js'
import { khancapProgram } from './program.js'
import type { Station } from './station/station.js'

export interface Machine {
  readonly version: string
  /** Made when a command runs: `--help` and `--version` need none of it. */
  readonly station: () => Promise<Station>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly columns: number
}

/** @returns the exit code: 0, 1 refused, 2 usage, 3 unavailable */
export async function runKhancap(args: readonly string[], machine: Machine): Promise<number> {
  const { version, out, err, columns } = machine
  const failures: Failure[] = []
  const runner: Runner = async verb => {
    try {
      await verb(await machine.station())
    } catch (thrown) {
      failures.push((await import('./failure.js')).asFailure(thrown))
    }
  }
  const program = await khancapProgram({ version, out, err, columns, runner }, args[0])
  program.option('--trace', 'after a failure, show where in the program it came from')
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  const [failure] = failures
  if (failure === undefined) return 0
  report(failure, err, program.opts<{ trace?: true }>().trace === true)
  return failure.exit
}

function report(failure: Failure, err: (text: string) => void, trace: boolean): void {
  err(`khancap: ${failure.sentence.text}\n`)
  for (const hint of failure.hints) err(`hint: ${hint.text}\n`)
  // Frames only: a message of an unforeseen error may hold what was being read.
  if (!trace) return
  for (let error: unknown = failure; error instanceof Error; error = error.cause)
    err(`${error.name}\n${(error.stack ?? '').split('\n').filter(isFrame).join('\n')}\n`)
}

function isFrame(line: string): boolean {
  return line.startsWith('    at ')
}
