// The built tool's manners at a real terminal: sentences that are broken at words, and the editor that a person knows.
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { widthOf } from '../../cli/terminal/width.js'
import { khancap, temporaryFolder } from '../helper/cli.js'
import { says } from '../helper/lying-server.js'
import { office } from '../helper/office.js'
import { scene } from '../helper/scene.js'
import { inTerminal, tool } from '../helper/terminal.js'

// Real processes, one after the other, on a machine that may be busy.
t.setTimeout(600_000)

const at = await temporaryFolder(t)
const env = { KHANCAP_CONFIG_DIR: join(at, 'nothing') }
const path = `/media/stick/${'0123456789'.repeat(9)}.age`
const chinese = '请愿人在羁押期间死亡的案件（家属提供），'.repeat(4)

await t.test(
  'a long sentence on stderr is broken at words, where stderr is a terminal',
  async t => {
    const commands = [
      ['init', '--url', 'https://help.example', '--root', '00'],
      ['open', '--file', path],
      ['open', '--file', chinese],
      ['close', '3k7m', '--outcome', 'gone'],
    ]
    const said = commands.map(
      args =>
        spawnSync(process.execPath, [tool, ...args], {
          encoding: 'utf8',
          env: { PATH: process.env['PATH'] ?? '', ...env },
        }).stderr,
    )
    const whole = said.flatMap(text => text.trimEnd().split('\n'))
    t.ok(whole.filter(line => widthOf(line) > 80).length >= 4, 'in a file a sentence is one line')
    t.notOk(
      whole.some(line => line.startsWith(' ')),
      'and nothing stands between its words',
    )

    const line = commands.map(args => `khancap '${args.join("' '")}'`).join('; ')
    const { screen } = await inTerminal(`(${line}) > ${join(at, 'out')}`, [], env)
    const lines = screen.replaceAll('\r', '').trimEnd().split('\n')
    for (const one of lines) {
      if (!one.includes(path)) t.ok(widthOf(one) <= 80, one)
      t.notMatch(one, /^ *[，）]/u, 'Chinese is broken where it may be')
    }
    t.ok(lines.includes(`  ${path}`), 'a path stays whole')
    // Between Chinese characters a line is broken without a space.
    const joined = lines
      .join('\n')
      .replaceAll(/(?<=\p{Script=Han}|[，（）])\n {2}(?=\p{Script=Han}|[（])/gu, '')
      .replaceAll('\n  ', ' ')
    t.equal(joined, whole.join('\n'), 'the same words, in the same order')
  },
)

await t.test('80 columns: nothing on stdout is cut inside a word, whatever it says', async t => {
  const { folder, server } = await scene(t)
  server.lies['/readyz'] = says('{"status":"unavailable"}', 'application/json', 503)
  const desk = await office(t)
  const { caseId } = await desk.newCase()
  const hold = ['hold', caseId, '--until', '12h', '--reason', 'applicant_asked']
  const machines: readonly (readonly [readonly string[], string])[] = [
    [['doctor'], join(folder, 'nothing')],
    [['doctor'], folder],
    [hold, await desk.folderOf('vietnam-1')],
  ]
  for (const [args, where] of machines) {
    const plain = await khancap(args, { folder: where })
    if (args === hold) await desk.run('vietnam-1', ['unhold', caseId])
    const shown = await khancap(args, { folder: where, columns: 80, colour: true })
    t.equal(shown.code, plain.code, shown.err)
    const lines = shown.out.trimEnd().split('\n')
    for (const line of lines)
      t.ok(widthOf(line) <= 80 || !line.trim().includes(' ') || line.includes(where), line)
    const words = (text: string) =>
      text
        .replaceAll(/\p{Cc}\[\d+m/gu, '')
        .split(/\s+/)
        .filter(word => !/^\d\d:\d\d$/.test(word))
    t.strictSame(words(shown.out), words(plain.out), 'the same words, in the same order')
    t.ok(
      plain.out.split('\n').some(line => widthOf(line) > 80),
      'and in a file a sentence is one line',
    )
  }
})

await t.test('the editor: VISUAL, else EDITOR, else nano where there is one, else vi', async t => {
  const desk = await office(t)
  const { caseId } = await desk.newCase()
  const editorIn = async (folder: string, name: string) => {
    await mkdir(join(at, folder), { recursive: true })
    const file = join(at, folder, name)
    await writeFile(file, `#!/bin/sh\necho "written in ${name}" > "$1"\n`, { mode: 0o700 })
    return file
  }
  const [mine, seen] = [await editorIn('mine', 'mine'), await editorIn('mine', 'seen')]
  await editorIn('both', 'nano')
  await editorIn('both', 'vi')
  await editorIn('old', 'vi')
  const note = `khancap note ${caseId}`
  const { code, screen } = await inTerminal(
    `(PATH=${join(at, 'both')}; ${note}) && (PATH=${join(at, 'old')}; ${note}) && (export EDITOR=${mine}; ${note}) && (export VISUAL=${seen} EDITOR=${mine}; ${note})`,
    [],
    { KHANCAP_CONFIG_DIR: await desk.folderOf('vietnam-1'), XDG_RUNTIME_DIR: at },
  )
  t.equal(code, 0, screen)
  const opened = await desk.run('vietnam-1', ['open', caseId, '--json'])
  t.strictSame(
    JSON.parse(opened.out).notes.map(({ text }: { text: string }) => text),
    ['nano', 'vi', 'mine', 'seen'].map(name => `written in ${name}`),
  )
})
