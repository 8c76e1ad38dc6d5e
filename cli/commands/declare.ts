// How a command is declared: words and options here, at start-up; what it does is loaded when it runs.
import { type Command, Option, type OptionValues } from 'commander'
import type { Station } from '../station/station.js'

/** Runs a verb with the station of this process and turns what it throws into an exit code. */
export type Runner = (verb: (station: Station) => Promise<void>) => Promise<void>

/**
 * Declares what a command does. `values` are its arguments in order. The type of the options is that of the verb:
 * commander reads what was declared above it.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function does<Options extends object>(
  command: Command,
  runner: Runner,
  verb: (station: Station, options: Options, ...values: string[]) => Promise<void>,
): Command {
  return command.action(() =>
    runner(station =>
      verb(station, command.optsWithGlobals<Options & OptionValues>(), ...command.args),
    ),
  )
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print the result as JSON (keys: docs/cli.md)')
}

export function withPassphrase(command: Command): Command {
  return command
    .option('--passphrase-file <file>', 'read the passphrase from the first line of a file')
    .option('--passphrase-command <command>', 'read the passphrase from what a command prints')
}

/** Examples at the end of the help; each line is a whole command. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map(e => `  ${e}`).join('\n')}`)
}

export function oneOf(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices)
}
