// Completion for shells. The library looks at the declared commands itself; it is loaded only where it is asked for.
import type { Command } from 'commander'
import { withExamples } from './declare.js'

const command = 'completion'
/** What the shell calls while somebody types; hidden. */
const callback = 'complete'

/**
 * What the script for bash takes from the package bash-completion, for machines without it: the words of the line, taken
 * together again where bash breaks them at = and :.
 */
const bashWords = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
_get_comp_words_by_ref() {
    local line=\${COMP_LINE:0:COMP_POINT}
    read -ra words <<< "$line"
    [[ $line == *" " ]] && words+=("")
    cword=$((\${#words[@]} - 1))
    cur=\${words[cword]}
    prev=\${words[cword > 0 ? cword - 1 : 0]}
}
fi
`

export async function declareCompletion(
  program: Command,
  first: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  if (first === command || first === callback) {
    const { default: tab } = await import('@bomb.sh/tab/commander')
    tab(program, { completionCommandName: command })
    for (const each of program.commands) if (each.name() === command) explain(each)
    program.hook('preAction', (_program, { args }) => {
      if (first === command && args[0] === 'bash') out(bashWords)
    })
    return
  }
  explain(program.command(command).argument('<shell>', 'bash, zsh or fish'))
}

/** The same words whoever has declared it, the library or the help that lists all commands. */
function explain(declared: Command): void {
  withExamples(
    declared.description('print a script that completes commands in your shell'),
    'source <(khancap completion bash)',
    'khancap completion fish > ~/.config/fish/completions/khancap.fish',
  )
}
