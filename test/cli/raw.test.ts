// `khancap open --raw`: what an applicant sealed, byte for byte, in a new file and nowhere else.
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Encrypter } from 'age-encryption'
import t from 'tap'
import { identityRecipient } from '../../keys/identity.js'
import { printContent } from '../../src/core/envelope/content.js'
import { caseInTeam, sealedAddition, withToken } from '../helper/api.js'
import { temporaryFolder } from '../helper/cli.js'
import { office, vietnamese } from '../helper/office.js'
import { inTerminal, tool } from '../helper/terminal.js'

t.setTimeout(300_000)

const desk = await office(t)
const at = await temporaryFolder(t)
process.chdir(at)

/** What clears a terminal, as JSON lets it through; and what turns words round. */
const acting = '\u009b2J\u007f\u202egnp'
const one = await caseInTeam(desk.api, 'vietnam', {
  answers: { ...vietnamese, on_behalf_of: acting },
})
const open = (...args: string[]) => desk.run('vietnam-1', ['open', ...args])

const me = desk.organisation.identities['vietnam-1']
if (me === undefined) throw new Error('no handler')
const recipient = identityRecipient(desk.organisation.primitives, me)

async function sealedFile(name: string, content: string | Uint8Array): Promise<void> {
  const age = new Encrypter()
  age.addRecipient(recipient)
  await writeFile(name, await age.encrypt(content))
}

await t.test('step 9: a request goes into a file byte for byte, and nowhere else', async t => {
  const { code, err, out } = await open(one.caseId, '--raw', 'raw/request.json')
  t.equal(code, 0, err)
  const saved = await readFile('raw/request.json')
  t.ok(saved.equals(printContent('envelope', one.content)))
  t.ok(saved.includes(acting))
  t.equal((await stat('raw/request.json')).mode & 0o777, 0o600)
  t.match(err, 'saving in raw/request.json, in the clear: delete it when you are done\n')
  t.match(err, 'nothing in raw/request.json was made visible: look at it in an editor')
  t.match(out, '<U+009B>2J<U+007F><U+202E>gnp')
  for (const said of [err, out]) t.notMatch(said, /[\u007f-\u009f\u202e]/)
})

await t.test(
  'step 9: what was added follows the request, where its applicant signed it',
  async t => {
    const other = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese })
    const stranger = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese })
    const added = await sealedAddition(desk.api.organisation, other, acting)
    await withToken(desk.api, other.token, '/v1/mailbox/additions', added)
    const forged = await sealedAddition(desk.api.organisation, stranger, 'FORGED')
    await withToken(desk.api, other.token, '/v1/mailbox/additions', forged)
    const { code, err } = await open(other.caseId, '--raw', 'added.json', '--json')
    t.equal(code, 0, err)
    const lines = (await readFile('added.json', 'utf8')).split('\n')
    t.strictSame(
      lines.filter(line => line !== '').map(line => JSON.parse(line).kind),
      ['envelope', 'addition'],
    )
    t.equal(JSON.parse(lines[1] ?? '').text, acting)
  },
)

await t.test('a file from a stick goes out as it was sealed, whatever is in it', async t => {
  await sealedFile('letter.age', '\u001b[2J\u001b]0;title\u0007')
  const small = await open('--file', 'letter.age', '--raw', 'letter.txt')
  t.equal(small.code, 0, small.err)
  t.equal(await readFile('letter.txt', 'latin1'), '\u001b[2J\u001b]0;title\u0007')
  const large = Buffer.alloc(17_000_000, '\u001b[2J')
  await sealedFile('large.age', large)
  const told = await open('--file', 'large.age', '--raw', 'large.bin', '--json')
  t.equal(told.code, 0, told.err)
  t.ok(large.equals(await readFile('large.bin')))
  t.equal(JSON.parse(told.out).saved, 'large.bin')
  for (const { err, out } of [small, told]) t.notMatch(`${err}${out}`, '\u001b')
  for (const name of ['letter.txt', 'large.bin'])
    t.equal((await stat(name)).mode & 0o777, 0o600, name)
})

await t.test(
  'killed while a large file goes out raw: what is left was named, and is again',
  async t => {
    const folder = await desk.folderOf('vietnam-1')
    const args = [tool, 'open', '--file', join(at, 'large.age'), '--raw', 'film.mp4']
    const env = { PATH: process.env['PATH'] ?? '', KHANCAP_CONFIG_DIR: folder }
    const cwd = join(at, 'films')
    await mkdir(cwd)
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      err += text
      if (err.includes('.part\n')) child.kill('SIGKILL')
    })
    await new Promise(done => child.once('close', done))
    t.match(err, 'saving in film.mp4, in the clear: delete it when you are done\n')
    const said = /^until all of it has opened it is in (film\.mp4\.[0-9a-f]{16}\.part)$/m.exec(
      err,
    )?.[1]
    t.ok(said)
    // It may have been killed before the first byte.
    const part = `film.mp4.${'0'.repeat(16)}.part`
    await writeFile(join('films', part), 'half')
    const names = await readdir('films')
    for (const name of names) t.ok([said, part].includes(name), name)
    for (const what of [
      ['--file', 'letter.age', '--raw', join('films', 'small.txt')],
      ['--file', 'letter.age', '--out', 'films'],
      ['--file', 'large.age', '--raw', join('films', 'large.bin')],
      [one.caseId, '--raw', join('films', 'request.json')],
    ]) {
      const again = await open(...what)
      t.equal(again.code, 0, again.err)
      for (const name of names)
        t.equal(again.err.split(`warning: ${join('films', name)} is in the clear`).length, 2, name)
    }
  },
)

await t.test('no terminal, no pipe, no device and no file that is there is written to', async t => {
  execFileSync('mkfifo', ['fifo'])
  await symlink('nowhere.json', 'link')
  const names = await readdir('.')
  for (const name of ['-', '/dev/stdout', '/dev/stderr', '/dev/tty', '/dev/null', 'fifo', 'link'])
    for (const what of [[one.caseId], ['--file', 'letter.age']]) {
      const { code, err, out } = await open(...what, '--raw', name)
      t.equal(code, 2, name)
      t.equal(out, '')
      t.match(err, `khancap: --raw writes into a new file only, and ${name} is none\n`)
      t.match(err, "hint: control characters of the applicant's could act on a terminal")
    }
  await writeFile('mine.json', 'mine')
  for (const name of ['mine.json', at]) {
    const { code, err, out } = await open(one.caseId, '--raw', name)
    t.equal(code, 1, name)
    t.equal(out, '')
    t.match(err, `khancap: ${name} exists already; it was left as it is\nhint: give another name`)
  }
  t.equal(await readFile('mine.json', 'utf8'), 'mine')
  t.strictSame(await readdir('.'), [...names, 'mine.json'].toSorted())
  for (const more of [
    ['--out', 'folder'],
    ['--file', 'letter.age', 'large.age'],
  ])
    t.equal((await open('--file', 'letter.age', '--raw', 'x', ...more)).code, 2)
})

await t.test('at a terminal nothing of it acts either', async t => {
  const env = { KHANCAP_CONFIG_DIR: await desk.folderOf('vietnam-1') }
  const line = (raw: string) => `khancap open --file ${join(at, 'letter.age')} --raw ${raw}`
  for (const raw of ['/dev/tty', '/proc/self/fd/1', '-']) {
    const { code, screen } = await inTerminal(line(raw), [], env)
    t.equal(code, 2, screen)
    t.notMatch(screen, '\u001b]0;title')
    t.match(screen, '--raw writes into a new file only')
  }
  const { code, screen } = await inTerminal(line(join(at, 'again.txt')), [], env)
  t.equal(code, 0, screen)
  t.notMatch(screen, '\u001b]0;title')
})
