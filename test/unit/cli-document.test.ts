// docs/cli.md says what the tool takes: every command with an example that it understands, every option, and nothing
// that is not there.
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import t from 'tap'
import { khancapProgram } from '../../cli/program.js'

const silent = () => {}

async function tree(): Promise<Command> {
  return khancapProgram(
    { version: '0', out: silent, err: silent, columns: 80, runner: async () => {} },
    undefined,
  )
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

/** Sections by their heading, each with its text. */
function sections(text: string): Map<string, string> {
  const parts = text.split(/^### /m).slice(1)
  return new Map(
    parts.map(part => {
      const [heading = '', ...lines] = part.split('\n')
      return [heading, lines.join('\n').split(/^## /m)[0] ?? '']
    }),
  )
}

const text = await readFile('docs/cli.md', 'utf8')
const documented = sections(text)
const commands = leaves(await tree(), 'khancap')

/** Options that the document tells once, for all. */
const everywhere = [
  '--json',
  '--passphrase-file',
  '--passphrase-command',
  '--dir',
  '--dry-run',
  '--bundle',
]

await t.test('every command has a section, and every section a command', async t => {
  t.strictSame([...documented.keys()].toSorted(), commands.map(({ path }) => path).toSorted())
})

for (const { path, command } of commands)
  await t.test(`${path} is told as it is`, async t => {
    const section = documented.get(path) ?? ''
    const own = command.options.flatMap(({ long }) =>
      typeof long === 'string' && !everywhere.includes(long) ? [long] : [],
    )
    for (const option of own) t.ok(section.includes(option), `${option} is told`)
    const told = [...section.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option)
    const known = command.options.map(({ long }) => long)
    for (const option of told)
      t.ok(
        known.includes(option) || (text.includes(`khancap init`) && option === '--proxy'),
        `${option} exists`,
      )

    const examples = section
      .split('\n')
      .filter(line => line.startsWith('    khancap ') || line.startsWith('    source '))
    t.ok(examples.length > 0, 'there is an example')
    for (const example of examples) t.ok(example.includes(path), example)

    let help = ''
    command.configureOutput({ writeOut: said => void (help += said) })
    command.outputHelp()
    t.match(help, /\nExamples:\n {2}(khancap|source)/)
  })

await t.test('the tool understands every example of the document and of its help', async t => {
  const inHelp = commands.flatMap(({ command }) => {
    let help = ''
    command.configureOutput({ writeOut: said => void (help += said) })
    command.outputHelp()
    return (help.split('\nExamples:\n')[1] ?? '').replaceAll('\\\n', ' ').split('\n')
  })
  const inText = text.split('\n').filter(line => line.startsWith('    khancap '))
  const lines = [...inHelp, ...inText]
    .map(line => line.trim())
    .filter(line => line.startsWith('khancap ') && !line.includes('COMMAND'))
  t.ok(lines.length > 60)
  for (const line of lines) {
    const words = [...(line.split(/ [<>|] /)[0] ?? '').matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(
      ([word]) => word.replaceAll('"', ''),
    )
    // A tree of its own: commander remembers what it parsed.
    const program = await tree()
    await t.resolves(program.parseAsync(words.slice(1), { from: 'user' }), line)
  }
  t.ok(Command)
})
