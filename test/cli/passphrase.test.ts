// Where a passphrase comes from: what a command is given to read, how long it may take, and what is said where it is wrong.
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { asFailure } from '../../cli/failure.js'
import { fromCommand } from '../../cli/station/passphrase.js'
import { handlerFolder, khancap, passphrase, scriptedAsker } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { testOrganisation } from '../helper/organisation.js'
import { inTerminal, tool } from '../helper/terminal.js'

t.setTimeout(300_000)

const desk = await office(t)
const greedy = `cat >/dev/null; echo '${passphrase}'`

/** The built tool with something on its stdin. */
function piped(args: readonly string[], stdin: string, env: Readonly<Record<string, string>>) {
  return new Promise<{ readonly code: number | null; readonly said: string }>(resolve => {
    // Of a session of its own: it has no terminal, wherever this test runs.
    const child = spawn(process.execPath, [tool, ...args], {
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', part => (said += String(part)))
    child.on('close', code => resolve({ code, said }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
  })
}

await t.test('a command that reads everything takes nothing of the answer', async t => {
  const env = { KHANCAP_CONFIG_DIR: await desk.folderOf('vietnam-1') }
  const one = await desk.newCase()
  t.equal((await desk.run('vietnam-1', ['claim', one.caseId])).code, 0)
  const line = ['note', one.caseId, '--passphrase-command', greedy]
  const { code, said } = await piped(line, 'asked in Hanoi', env)
  t.equal(code, 0, said)
  const opened = await desk.run('vietnam-1', ['open', one.caseId, '--json'])
  t.equal(JSON.parse(opened.out).notes[0].text, 'asked in Hanoi')
})

await t.test('at a terminal it asks there, also where stdin is a file', async t => {
  const folder = await desk.folderOf('vietnam-1')
  const one = await desk.newCase()
  await writeFile(join(folder, 'words.txt'), 'asked in Huế')
  const asks = `'printf "master? " >&2; read word; echo "$word"'`
  const { code, screen } = await inTerminal(
    `khancap note ${one.caseId} --passphrase-command ${asks} < ${join(folder, 'words.txt')}`,
    [[/master\? /, `${passphrase}\r`]],
    { KHANCAP_CONFIG_DIR: folder },
  )
  t.equal(code, 0, screen)
  const opened = await desk.run('vietnam-1', ['open', one.caseId, '--json'])
  t.equal(JSON.parse(opened.out).notes[0].text, 'asked in Huế')
})

await t.test('a command that never ends, fails, or says nothing is a sentence', async t => {
  const station = { stdin: Readable.from([]) }
  const began = Date.now()
  const late = await fromCommand(station, 'sleep 5; echo no', 200).catch(asFailure)
  t.ok(Date.now() - began < 5000)
  t.match(late, { message: 'the passphrase command did not end within 0.2 seconds', exit: 1 })
  const folder = await desk.folderOf('vietnam-1')
  for (const [command, sentence] of [
    ['exit 7', 'the passphrase command ended with code 7'],
    ['true', 'the passphrase from the passphrase command is empty'],
  ] as const) {
    const run = await khancap(['inbox', '--passphrase-command', command], { folder })
    t.equal(run.code, 1)
    t.match(run.err, `khancap: ${sentence}\nhint: run the command by itself`)
  }
})

await t.test('a wrong passphrase: where it came from, and what to do', async t => {
  const organisation = await testOrganisation()
  const folder = await handlerFolder(t, organisation, 'vietnam-1', 'http://127.0.0.1:9')
  const file = join(folder, 'passphrase')
  await writeFile(file, 'not this one at all\n', { mode: 0o600 })
  const line = ['keys', 'export', '--sheet']
  const recover = `move ${join(folder, 'identity.age')} away, then khancap keys recover takes the printed sheet`
  const kept = await khancap(line, { folder })
  t.equal(kept.code, 1)
  t.match(
    kept.err,
    `khancap: the passphrase does not open the identity: it came from the file ${file}\nhint: correct it there`,
  )
  t.match(kept.err, recover)
  const command = await khancap([...line, '--passphrase-command', 'echo wrong'], { folder })
  t.match(command.err, 'it came from the passphrase command\n')
  const typed = await khancap(line, {
    folder,
    asker: scriptedAsker('one', 'two', 'three'),
    disk: { settings: () => Promise.resolve(null) },
  })
  t.equal(typed.code, 1)
  t.match(typed.err, 'khancap: the passphrase does not open the identity\nhint: capitals')
  t.match(typed.err, recover)
})

await t.test('what a disk refuses is a sentence with a next step', async t => {
  const folder = await desk.folderOf('vietnam-1')
  for (const [code, sentence] of [
    ['EIO', /the disk or stick does not answer any more\nhint: is the stick still in\?/],
    ['ENODEV', /the disk or stick does not answer any more\nhint: /],
    ['ENOSPC', /the disk is full\nhint: make room/],
    ['EROFS', /the disk is read-only\nhint: /],
    ['ENOTDIR', /a part of \/media\/stick\/x is a file, not a folder\nhint: /],
    ['EEXIST', /\/media\/stick\/x exists already; it was left as it is\nhint: /],
  ] as const) {
    const error = Object.assign(new Error(code), { code, path: '/media/stick/x' })
    const run = await khancap(['keys', 'show'], {
      folder,
      disk: { publicIdentity: () => Promise.reject(error) },
    })
    t.equal(run.code, 1, code)
    t.match(run.err, sentence, code)
    t.notMatch(run.err, 'something went wrong')
  }
  const full = await khancap(['keys', 'export', '--out', '/dev/full'], { folder })
  t.equal(full.code, 1, 'and a true one')
  t.match(full.err, /\nhint: /)
})
