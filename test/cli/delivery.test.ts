// The tool alone: one file without npm, one package without dependencies, a manual page and completion that tell what there is.
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { manualPage } from '../../cli/manual.js'
import { khancapProgram } from '../../cli/program.js'
import { passphrase, temporaryFolder } from '../helper/cli.js'
import { inTerminal, tool } from '../helper/terminal.js'

t.setTimeout(300_000)

const at = await temporaryFolder(t)
const built = 'build/tool'
const { version } = JSON.parse(await readFile('package.json', 'utf8'))

function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(program, args, {
    cwd: at,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: at,
      KHANCAP_CONFIG_DIR: join(at, 'config'),
      ...env,
    },
  })
}

await t.test('one file in an empty folder is the whole tool', async t => {
  await mkdir(join(at, 'alone'))
  const file = join(at, 'alone', 'khancap.cjs')
  await copyFile(join(built, 'khancap.cjs'), file)
  t.equal((await stat(join(built, 'khancap.cjs'))).mode & 0o111, 0o111)
  t.equal(run(process.execPath, [file, '--version']).stdout, `${version}\n`)
  const secret = join(at, 'passphrase')
  await writeFile(secret, `${passphrase}\n`, { mode: 0o600 })
  const made = run(process.execPath, [
    file,
    'keys',
    'new',
    '--handler',
    'vi-1',
    '--passphrase-file',
    secret,
  ])
  t.equal(made.status, 0, made.stderr)
  const doctor = run(process.execPath, [file, 'doctor', '--passphrase-file', secret])
  t.match(doctor.stdout, /^ok +cryptography: gives the right answers$/m)
  t.match(doctor.stdout, /^ok +identity: vi-1 opens with the passphrase/m)
  t.match(run(process.execPath, [file, 'complete', '--', 'inb']).stdout, /^inbox\t/m)
  t.match(
    run(process.execPath, [file, 'templates', 'questions', '--language', 'fr']).stdout,
    'Bonjour',
  )
  t.match(run(file, ['frobnicate']).stderr, "unknown command 'frobnicate'")
})

await t.test('the package installs alone, without a network, and runs', async t => {
  const shipped = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'))
  t.equal(shipped.version, version)
  t.notOk('dependencies' in shipped)
  const packed = run('npm', ['pack', '--silent', join(process.cwd(), built)])
  t.equal(packed.status, 0, packed.stderr)
  const archive = packed.stdout.trim()
  const installed = run('npm', [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    join(at, 'home'),
    archive,
  ])
  t.equal(installed.status, 0, installed.stderr)
  t.strictSame(
    (await readdir(join(at, 'home', 'node_modules'))).filter(name => !name.startsWith('.')),
    ['khancap'],
  )
  const name = join(at, 'home', 'node_modules', '.bin', 'khancap')
  t.equal(run(name, ['--version']).stdout, `${version}\n`)
  const files = await readdir(join(at, 'home', 'node_modules', 'khancap'))
  for (const file of ['LICENSE', 'NOTICES.txt', 'README.md', 'khancap.1'])
    t.ok(files.includes(file), file)
  const forms = await readdir(join(at, 'home', 'node_modules', 'khancap', 'offline'))
  t.ok(forms.includes('khancap-vi.html'), 'the templates of the offline forms')
  const notices = await readFile(join(built, 'NOTICES.txt'), 'utf8')
  for (const library of [
    'libsodium-wrappers',
    'zod',
    'commander',
    'age-encryption',
    '@clack/prompts',
  ])
    t.match(notices, new RegExp(`^${library} \\d`, 'm'))
})

function leaves(command: Command): Command[] {
  const inner = command.commands.filter(one => one.name() !== 'help')
  return inner.length === 0 ? [command] : inner.flatMap(leaves)
}

await t.test(
  'the manual page tells every command and option, and what was built is that page',
  async t => {
    const page = await manualPage(version)
    t.equal(await readFile(join(built, 'khancap.1'), 'utf8'), page)
    const program = await khancapProgram(
      { version, out: () => {}, err: () => {}, columns: 80, runner: async () => {} },
      undefined,
    )
    const plain = page.replaceAll('\\-', '-').replaceAll(/\\f[BIR]/g, '')
    for (const command of leaves(program)) {
      t.match(plain, ` ${command.name()}`)
      for (const option of command.options) t.match(plain, option.flags)
    }
    const known = /^\.(TH|SH|SS|TP|PP|B|I|BR|nf|fi)( |$)/
    for (const line of page.split('\n').filter(one => /^[.']/.test(one))) t.match(line, known)
  },
)

await t.test('completion works in the shells that are here', async t => {
  const script = (shell: string) => run(process.execPath, [tool, 'completion', shell]).stdout
  // The script asks `khancap`, by name.
  await mkdir(join(at, 'bin'), { recursive: true })
  await writeFile(
    join(at, 'bin', 'khancap'),
    `#!/bin/sh\nexec "${process.execPath}" "${tool}" "$@"\n`,
    { mode: 0o755 },
  )
  const PATH = `${join(at, 'bin')}:${process.env['PATH'] ?? ''}`
  const isHere = (shell: string) => spawnSync(shell, ['--version']).status === 0
  await writeFile(join(at, 'c.bash'), script('bash'))
  // A person at a real bash, without the package bash-completion.
  const { screen } = await inTerminal(
    `cd ${at}; PATH=${PATH} PS1='ready> ' bash --norc --noprofile -i`,
    [
      [/ready> /, 'source ./c.bash\n'],
      [/ready> /, 'khancap wat\t'],
      [/khancap watch/, '\u0015khancap close --outcome no_c\t'],
      [/close --outcome no_contact/, '\u0015exit\n'],
    ],
    { KHANCAP_CONFIG_DIR: join(at, 'config') },
  )
  t.notMatch(screen, 'command not found')
  for (const shell of ['zsh', 'fish'])
    if (isHere(shell)) {
      const file = join(at, `c.${shell}`)
      await writeFile(file, script(shell))
      const checked = run(shell, ['-n', file], { PATH })
      t.equal(checked.status, 0, checked.stderr)
    }
})
