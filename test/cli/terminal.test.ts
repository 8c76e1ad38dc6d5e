// The built tool as a person meets it: at a real terminal, in a pipe, in a shell.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { passphrase, temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { inTerminal, tool } from '../helper/terminal.js'

// Real processes, one after the other, on a machine that may be busy.
t.setTimeout(600_000)

const at = await temporaryFolder(t)

function piped(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [tool, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', KHANCAP_CONFIG_DIR: join(at, 'nothing'), ...env },
  })
}

async function waitFor(isThere: () => Promise<boolean>): Promise<void> {
  while (!(await isThere())) await new Promise(passed => setTimeout(passed, 50))
}

await t.test('a passphrase is typed unseen, not even its length is shown', async t => {
  const env = { KHANCAP_CONFIG_DIR: join(at, 'made') }
  const { code, screen } = await inTerminal(
    'khancap keys new --handler vi-1',
    [
      [/new passphrase/, `${passphrase}xx\u007f\u007f\r`],
      [/the same again/, `wrong\u0015${passphrase}\r`],
    ],
    env,
  )
  t.equal(code, 0, screen)
  t.match(screen, 'made an identity for vi-1')
  t.notMatch(screen, /correct|staple|\*\*|••/)
  const right = await inTerminal(
    'khancap keys export --sheet',
    [[/passphrase for/, `${passphrase}\n`]],
    env,
  )
  t.match(right.screen, 'AGE-SECRET-KEY-PQ-1')
})

await t.test('the passphrase is asked at the terminal, also where stdin is a file', async t => {
  const env = { KHANCAP_CONFIG_DIR: join(at, 'made') }
  const sheet = join(at, 'sheet.txt')
  await inTerminal(
    `khancap keys export --sheet --out ${sheet}`,
    [[/passphrase/, `${passphrase}\r`]],
    env,
  )
  const { code, screen } = await inTerminal(
    `khancap keys recover < ${sheet} > ${join(at, 'out.txt')}`,
    [
      [/new passphrase/, `${passphrase}\r`],
      [/the same again/, `${passphrase}\r`],
    ],
    { KHANCAP_CONFIG_DIR: join(at, 'recovered') },
  )
  t.equal(code, 0, screen)
  t.match(await readFile(join(at, 'out.txt'), 'utf8'), 'recovered the identity of vi-1')
})

await t.test(
  'Ctrl-C at a question ends it with nothing done, and the terminal as it was',
  async t => {
    const { code, screen } = await inTerminal(
      'khancap keys new --handler vi-1; echo "code $?"; stty -a',
      [[/new passphrase/, 'abc\u0003']],
      { KHANCAP_CONFIG_DIR: join(at, 'cancelled') },
    )
    t.equal(code, 0)
    t.match(screen, 'khancap: cancelled; nothing was done')
    t.match(screen, 'code 1')
    t.match(screen, / echo /, 'what is typed is seen again')
  },
)

await t.test('an organisation is signed after a yes, and only then', async t => {
  const env = { KHANCAP_CONFIG_DIR: join(at, 'made') }
  const org = join(at, 'org')
  const file = join(at, 'vi-1.json')
  await inTerminal(`khancap keys export --out ${file}`, [], env)
  await inTerminal(
    `khancap org init --dir ${org} --name Example --origin https://help.example --root one --threshold 1 && khancap org add handler ${file} --dir ${org} --team en`,
    [
      [/new passphrase/, `${passphrase}\r`],
      [/same again/, `${passphrase}\r`],
    ],
    env,
  )
  const ask = (answer: string) =>
    inTerminal(
      `khancap org publish --dir ${org}`,
      [
        [/passphrase/, `${passphrase}\r`],
        [/Sign this directory\?/, answer],
      ],
      env,
    )
  const no = await ask('\r')
  t.equal(no.code, 1, 'no is what Enter means')
  t.match(no.screen, 'nothing was signed')
  const yes = await ask('y')
  t.equal(yes.code, 0, yes.screen)
  t.match(yes.screen, 'published directory 1')
})

await t.test(
  'step 10: an answer is written in the editor, in memory, and the file is gone',
  async t => {
    const desk = await office(t)
    const { caseId } = await desk.newCase()
    const folder = await desk.folderOf('vietnam-1')
    const editor = join(at, 'editor.sh')
    await writeFile(
      editor,
      `#!/bin/sh\nstat -c %a "$2" > ${at}/mode\ncp "$2" ${at}/seen\necho "$1" > ${at}/argument\nprintf 'Chào chị Hoa.\\n' >> "$2"\necho "$2" > ${at}/where\n`,
      { mode: 0o700 },
    )
    const env = { KHANCAP_CONFIG_DIR: folder, EDITOR: `${editor} --wait`, XDG_RUNTIME_DIR: '' }
    await desk.run('vietnam-1', ['claim', caseId])
    const { code, screen } = await inTerminal(`khancap reply ${caseId}`, [], env)
    t.equal(code, 0, screen)
    t.equal((await readFile(join(at, 'mode'), 'utf8')).trim(), '600')
    t.equal((await readFile(join(at, 'argument'), 'utf8')).trim(), '--wait')
    t.match(await readFile(join(at, 'seen'), 'utf8'), /^\n#% Your answer to case/)
    await t.rejects(readFile((await readFile(join(at, 'where'), 'utf8')).trim()), {
      code: 'ENOENT',
    })
    const opened = await desk.run('vietnam-1', ['open', caseId, '--json'])
    t.equal(JSON.parse(opened.out).replies[0].text, 'Chào chị Hoa.')

    await writeFile(
      editor,
      `#!/bin/sh\necho "$2" > ${at}/where\necho 'a secret' > "$2"\necho editing\nexec sleep 60\n`,
    )
    const stopped = await inTerminal(
      `trap : INT; khancap note ${caseId}; echo "code $?"`,
      [[/editing/, '\u0003']],
      env,
    )
    t.match(stopped.screen, 'code 1')
    t.match(stopped.screen, 'the editor ended by a signal; nothing was sent')
    await t.rejects(readFile((await readFile(join(at, 'where'), 'utf8')).trim()), {
      code: 'ENOENT',
    })

    const drafts = join(folder, 'drafts')
    const wordsOf = async (about: string) => {
      const name = (await readdir(drafts)).find(file => file.endsWith(`.${about}.words.age`))
      return name === undefined ? null : readFile(join(drafts, name))
    }
    t.notOk((await wordsOf('note'))?.includes('a secret') ?? true, 'kept, and sealed')
    const offered = await inTerminal(`khancap note ${caseId}`, [[/Go on with it\?/, '\r']], {
      ...env,
      EDITOR: 'cat',
    })
    t.equal(offered.code, 0, offered.screen)
    t.match(offered.screen, 'a secret', 'and offered again')
    t.equal(await wordsOf('note'), null, 'until it is used')

    const pid = join(at, 'writing')
    await inTerminal(
      `sh -c 'echo $$ > ${pid}; exec "$0" "$@"' "${process.execPath}" "${tool}" note ${caseId}`,
      [[/editing/, async () => void process.kill(Number(await readFile(pid, 'utf8')), 'SIGHUP')]],
      env,
    )
    await waitFor(async () => (await wordsOf('note')) !== null)
    const anew = await inTerminal(`khancap note ${caseId}`, [[/Go on with it\?/, '\u001b[B\r']], {
      ...env,
      EDITOR: 'true',
    })
    t.match(anew.screen, 'nothing was written; nothing was sent')
    t.equal(await wordsOf('note'), null, 'begun anew')

    await writeFile(
      editor,
      `#!/bin/sh\necho "$2" > ${at}/where\ntrap 'sleep 0.1; echo "never saved" > "$2.save"; kill $!; exit 1' HUP\necho editing\nsleep 60 &\nwait\n`,
    )
    for (const EDITOR of [env.EDITOR, `LANG=C WORDS='a b' ${env.EDITOR}`]) {
      await inTerminal(
        `sh -c 'echo $$ > ${pid}; exec "$0" "$@"' "${process.execPath}" "${tool}" note ${caseId}`,
        [[/editing/, async () => void process.kill(Number(await readFile(pid, 'utf8')), 'SIGHUP')]],
        { ...env, EDITOR },
      )
      await t.rejects(readFile((await readFile(join(at, 'where'), 'utf8')).trim()), {
        code: 'ENOENT',
      })
      const saved = await inTerminal(`khancap note ${caseId}`, [[/Go on with it\?/, '\r']], {
        ...env,
        EDITOR: 'cat',
      })
      t.equal(saved.code, 0, saved.screen)
      t.match(saved.screen, 'never saved', `written down when the line was lost: ${EDITOR}`)
    }

    const template = await inTerminal(`khancap reply ${caseId} --template questions`, [], {
      ...env,
      EDITOR: 'cat',
    })
    t.equal(template.code, 1)
    t.match(template.screen, 'Cảm ơn bạn đã gửi yêu cầu', 'in the language of the answer')
    t.match(template.screen, 'still has a place to fill in: [[câu hỏi]]')
    t.equal(await wordsOf('reply'), null, 'a template that nobody touched is not kept')

    const nothing = await inTerminal(`khancap note ${caseId}`, [], { ...env, EDITOR: 'true' })
    t.equal(nothing.code, 2)
    t.match(nothing.screen, 'nothing was written; nothing was sent')
    const broken = await inTerminal(`khancap note ${caseId}`, [], { ...env, EDITOR: 'false' })
    t.equal(broken.code, 1)
    t.match(broken.screen, 'the editor ended with code 1; nothing was sent')

    const chosen = await inTerminal(
      `khancap close ${caseId}`,
      [[/How did it end\?/, '\u001b[B\r']],
      env,
    )
    t.equal(chosen.code, 0, chosen.screen)
    t.match(chosen.screen, '(referred)')
  },
)

await t.test(
  'colour at a terminal; none with NO_COLOR, on a dumb terminal, or in a pipe',
  async t => {
    const env = { KHANCAP_CONFIG_DIR: join(at, 'made') }
    const escape = '\u001b['
    const doctor = async (more: Record<string, string>) =>
      (await inTerminal('khancap doctor --passphrase-file /dev/null', [], { ...env, ...more }))
        .screen
    t.match(await doctor({}), `${escape}32mok`)
    t.notMatch(await doctor({ NO_COLOR: '1' }), escape)
    t.notMatch(await doctor({ TERM: 'dumb' }), escape)
    const { status, stdout } = piped(['doctor'], env)
    t.equal(status, 1)
    t.notMatch(stdout, escape)
    t.match(stdout, /^ok +cryptography: gives the right answers$/m)
  },
)

await t.test('whoever reads us may stop reading', async t => {
  const { screen } = await inTerminal(
    'khancap --help | head -1; khancap help org | head -1',
    [],
    {},
  )
  t.notMatch(screen, /EPIPE|Error/)
})

await t.test('a tool that was not built says so', async t => {
  await mkdir(join(at, 'bare', 'cli'), { recursive: true })
  await cp(tool, join(at, 'bare', 'cli', 'khancap.mjs'))
  const run = spawnSync(process.execPath, [join(at, 'bare', 'cli', 'khancap.mjs')], {
    encoding: 'utf8',
  })
  t.equal(run.status, 3)
  t.match(run.stderr, /^khancap: the tool has not been built here\nhint: /)
})

await t.test('completion: a script for each shell, and answers while somebody types', async t => {
  for (const shell of ['bash', 'zsh', 'fish'])
    t.match(piped(['completion', shell]).stdout, 'khancap', shell)
  const bash = piped(['completion', 'bash']).stdout
  t.equal(spawnSync('bash', ['-n'], { input: bash }).status, 0)
  t.match(piped(['complete', '--', 'ke']).stdout, /^keys\t/m)
  t.match(piped(['complete', '--', 'keys', '']).stdout, /^recover\t/m)
  t.match(piped(['complete', '--', 'close', '--outcome', '']).stdout, /^no_contact/m)
  t.equal(piped(['completion', 'tcsh']).status, 2)
})

await t.test('--version is immediate: it loads neither schemas nor cryptography', async t => {
  // Processor time beside that of node alone, so that a busy or slow machine does not count. Schemas alone would
  // more than double it; on an idle laptop node takes 40 ms, and 150 ms is the most that a person should wait.
  const report =
    'data:text/javascript,process.on("exit",()=>{const c=process.cpuUsage();process.stderr.write(`${c.user+c.system}`)})'
  const least = (args: readonly string[]) =>
    Math.min(
      ...Array.from({ length: 5 }, () =>
        Number(
          spawnSync(process.execPath, ['--import', report, ...args], { encoding: 'utf8' }).stderr,
        ),
      ),
    ) / 1000
  const bare = least(['-e', '0'])
  const version = least([tool, '--version'])
  t.comment(`node ${bare.toFixed(0)} ms, khancap --version ${version.toFixed(0)} ms`)
  t.ok(version > 0 && version < 2.2 * bare, `${(version / bare).toFixed(1)} times node alone`)
})
