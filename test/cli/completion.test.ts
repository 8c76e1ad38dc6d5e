// Completion as people have it: in a real bash and zsh at a terminal, and a real fish, set up as docs/cli.md says.
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../helper/cli.js'
import { type Exchange, inTerminal, tool } from '../helper/terminal.js'

t.setTimeout(600_000)

const at = await temporaryFolder(t)
const bin = join(at, 'bin')
await mkdir(bin)
// Answers the shell as the tool does; a line that is run only says what it was.
await writeFile(
  join(bin, 'khancap'),
  `#!/bin/sh
case "$1" in complete|completion) exec "${process.execPath}" "${tool}" "$@" ;; esac
echo "RAN<$*>"
`,
  { mode: 0o755 },
)
const env = {
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  HOME: at,
  ZDOTDIR: at,
  XDG_CONFIG_HOME: at,
  XDG_DATA_HOME: at,
}

const files: Readonly<Record<string, string>> = {
  'bashrc.sh': "source <(khancap completion bash)\nPS1='ready> '\n",
  '.zshrc':
    "autoload -U compinit; compinit -D -u\nsource <(khancap completion zsh)\nPS1='ready> '\n",
  'fish/config.fish': "set -g fish_greeting\nfunction fish_prompt; echo -n 'ready> '; end\n",
  'fish/completions/khancap.fish': execFileSync(process.execPath, [tool, 'completion', 'fish'], {
    encoding: 'utf8',
  }),
}
await mkdir(join(at, 'fish', 'completions'), { recursive: true })
await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(at, name), text)))

const lines = [
  ['khancap rero', '--rea', 'reroute --reason'],
  ['khancap keys rec', '--sha', 'keys recover --share'],
  ['khancap close 3k7m --outcome sup', '', 'close 3k7m --outcome supported'],
] as const

for (const [shell, command] of [
  ['bash', `bash --noprofile --rcfile ${join(at, 'bashrc.sh')} -i`],
  ['zsh', 'zsh -d -i'],
] as const)
  await t.test(`${shell} completes commands, what is in them, and values of options`, async t => {
    const { screen } = await inTerminal(
      command,
      [
        ...lines.map(([first, second], at): Exchange => {
          const typed = second === '' ? `${first}\t\r` : `${first}\t${second}\t\r`
          return [at === 0 ? /ready> / : /RAN<.*>[^]*ready> /, typed]
        }),
        [/RAN<.*>[^]*ready> /, 'exit\r'],
      ],
      env,
    )
    const ran = [...screen.matchAll(/RAN<(.*?)>/g)].map(([, line]) => line?.trim())
    t.strictSame(
      ran,
      lines.map(([, , line]) => line),
      screen,
    )
  })

await t.test('fish completes commands, what is in them, and values of options', async t => {
  for (const [line, found] of [
    ['khancap rero', /^reroute\t/m],
    ['khancap keys rec', /^recover\t/m],
    ['khancap keys recover --sha', /^--share\b/m],
    ['khancap close 3k7m --outcome sup', /^supported$/m],
  ] as const)
    t.match(execFileSync('fish', ['-c', `complete -C "${line}"`], { encoding: 'utf8', env }), found)
})

await t.test('its help has examples, as that of every command', async t => {
  const help = execFileSync(process.execPath, [tool, 'completion', '--help'], { encoding: 'utf8' })
  t.match(help, 'print a script that completes commands in your shell')
  t.match(help, '\nExamples:\n  source <(khancap completion bash)\n')
})
