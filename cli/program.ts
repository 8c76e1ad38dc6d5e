// The tree of commands. Nothing here loads what a command needs: `khancap --version` must be immediate.
import { Command } from 'commander'
import { declareCaseCommands } from './commands/cases.js'
import { declareCompletion } from './commands/completion.js'
import type { Runner } from './commands/declare.js'
import { declareHandlerCommands } from './commands/handler.js'
import { declareOrganisationCommands } from './commands/organisation.js'

export interface ProgramOptions {
  readonly version: string
  readonly runner: Runner
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly columns: number
}

export async function khancapProgram(
  options: ProgramOptions,
  first: string | undefined,
): Promise<Command> {
  const program = new Command('khancap')
    .description("the case handlers' tool: open sealed requests for support, and answer them")
    .version(options.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('hint: khancap help lists the commands')
    .exitOverride()
    .configureOutput({
      writeOut: options.out,
      writeErr: options.err,
      getOutHelpWidth: () => options.columns,
      getErrHelpWidth: () => options.columns,
      outputError: (text, write) => write(text.replace(/^error: /, 'khancap: ')),
    })
  declareHandlerCommands(program, options.runner)
  declareCaseCommands(program, options.runner)
  declareOrganisationCommands(program, options.runner)
  await declareCompletion(program, first, options.out)
  return program
}
