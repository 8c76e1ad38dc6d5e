// Completion for shells. The library looks at the declared commands itself; it is loaded only where it is asked for.
import type { Command } from 'commander'
import { withExamples } from './declare.js'

const command = 'completion'
/** What the shell calls while somebody types; hidden. */
const callback = 'complete'

export async function declareCompletion(
  program: Command,
  first: string | undefined,
): Promise<void> {
  if (first === command || first === callback) {
    const { default: tab } = await import('@bomb.sh/tab/commander')
    tab(program, { completionCommandName: command })
    return
  }
  withExamples(
    program
      .command(command)
      .description('print a script that completes commands in your shell')
      .argument('<shell>', 'bash, zsh or fish'),
    'source <(khancap completion bash)',
    'khancap completion fish > ~/.config/fish/completions/khancap.fish',
  )
}
