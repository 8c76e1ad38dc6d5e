// The manual page, from the same declaration as the commands themselves: it can say nothing that the tool does not take.
import type { Argument, Command, Option } from 'commander'
import { khancapProgram } from './program.js'

const silent = () => undefined

/** khancap(1) in the language of man(7). */
export async function manualPage(version: string): Promise<string> {
  const program = await khancapProgram(
    { version, out: silent, err: silent, columns: 80, runner: () => Promise.resolve() },
    undefined,
  )
  program.configureHelp({ showGlobalOptions: false })
  return [
    `.TH KHANCAP 1 "" "khancap ${text(version)}" "Khancap"`,
    '.SH NAME',
    `khancap \\- ${text(program.description())}`,
    '.SH SYNOPSIS',
    '.B khancap',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    'Results go to stdout, words and questions to the terminal or stderr.',
    'With \\fB\\-\\-json\\fR a command prints one JSON value and a newline.',
    'What came from an applicant or a server is printed with control, escape, bidi and zero\\-width characters made visible.',
    '.SH COMMANDS',
    ...leaves(program, 'khancap').flatMap(({ command, path }) => section(command, path)),
    '.SH EXIT STATUS',
    ...row('0', 'done'),
    ...row('1', 'refused'),
    ...row('2', 'the line was wrong'),
    ...row('3', 'something is not there now; try again later'),
    '.SH ENVIRONMENT',
    ...row('KHANCAP_CONFIG_DIR', 'where identity and settings are kept'),
    ...row('KHANCAP_PASSPHRASE_FILE', 'a file whose first line is the passphrase'),
    ...row('VISUAL, EDITOR', 'the editor for answers and notes'),
    ...row('XDG_RUNTIME_DIR', 'where the agent listens, and texts are edited'),
    ...row('NO_COLOR', 'no colour'),
    '.SH SEE ALSO',
    '.BR age (1)',
    '',
  ].join('\n')
}

interface Leaf {
  readonly path: string
  readonly command: Command
}

function leaves(command: Command, path: string): Leaf[] {
  const inner = command.commands.filter(one => one.name() !== 'help')
  if (inner.length === 0) return [{ path, command }]
  return inner.flatMap(one => leaves(one, `${path} ${one.name()}`))
}

function section(command: Command, path: string): string[] {
  const words = command.registeredArguments.map(argumentText)
  return [
    '.SS',
    ['\\fB', text(path), '\\fR', ...words.map(word => ` \\fI${text(word)}\\fR`)].join(''),
    sentence(command.description()),
    ...command.registeredArguments.flatMap(argument =>
      row(argumentText(argument), argument.description),
    ),
    ...command.options.flatMap(option => row(option.flags, optionText(option))),
    ...examplesOf(command),
  ]
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? name : `[${name}]`
}

function optionText({ argChoices, defaultValue, description }: Option): string {
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`
  const otherwise = typeof defaultValue === 'string' ? ` (else ${defaultValue})` : ''
  return `${description}${choices}${otherwise}`
}

function examplesOf(command: Command): string[] {
  let help = ''
  command.configureOutput({
    writeOut: said => {
      help += said
    },
  })
  command.outputHelp()
  const examples = (help.split('\nExamples:\n')[1] ?? '').trimEnd().split('\n')
  return ['.PP', '.nf', ...examples.map(line => text(`    ${line.trim()}`)), '.fi']
}

function row(name: string, words: string): string[] {
  return ['.TP', `.B ${text(name)}`, sentence(words)]
}

function sentence(words: string): string {
  return text(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`)
}

/** Nothing in it is read as a request of troff. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/, '\\&$1')
}
