// Step 10: a reply whose confirmation is lost is kept, sealed, and taken once, however often it is sent.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import {
  type CliMachine,
  handlerFolder,
  khancap,
  scriptedAsker,
  temporaryFolder,
} from '../helper/cli.js'
import { type LyingServer, lyingServer, passedOn, truly } from '../helper/lying-server.js'
import { caseInTeam, sealedAddition, testApi, withToken } from '../helper/api.js'
import { officePrograms, vietnamese } from '../helper/office.js'
import { testOrganisation } from '../helper/organisation.js'
import { inTerminal, tool } from '../helper/terminal.js'
import { attachTo } from '../helper/upload.js'
import { maxStretchBytes } from '../../schemas/upload.js'

t.setTimeout(300_000)

const words = 'Chúng tôi đã nhận được yêu cầu của chị.'

/** The tool talks to a wire in front of the true server; the wire can lose what comes back. */
async function wired(t: Parameters<typeof testApi>[0]) {
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}`
  const organisation = await testOrganisation({
    origin: url,
    addresses: [url],
    programs: officePrograms(),
  })
  const api = await testApi(t, {}, organisation)
  await api.app.listen({ port: back, host: '127.0.0.1' })
  const target = `http://127.0.0.1:${back}`
  const wire = await lyingServer(t, { '*': truly(target) }, front)
  const folder = await handlerFolder(t, organisation, 'vietnam-1', url)
  const one = await caseInTeam(api, 'vietnam', { answers: vietnamese })
  const { caseId } = one
  const run = (...args: string[]) => khancap(args, { folder })
  const write = (text: string, ...args: string[]) =>
    khancap(['reply', caseId, ...args], { folder, stdin: text })
  const replies = async () => (await api.db.rows('select id from replies', [])).length
  await run('claim', caseId)
  return {
    api,
    caseId,
    folder,
    one,
    replies,
    run,
    target,
    wire,
    write,
    path: `/v1/cases/${caseId}/replies`,
  }
}

/** The server does it, and nobody hears of it. */
function loseAnswers(wire: LyingServer, path: string, target: string): void {
  wire.lies[path] = passedOn(target, answer => answer.destroy())
}

/** The server never hears of it. */
function loseRequests(wire: LyingServer, path: string): void {
  wire.lies[path] = (_asked, answer) => void answer.destroy()
}

await t.test('landed and lost: the same words again are the same request', async t => {
  const { folder, path, replies, target, wire, write } = await wired(t)
  loseAnswers(wire, path, target)
  const lost = await write(words)
  t.equal(lost.code, 3)
  t.match(lost.err, /hint: the answer is kept on this machine, sealed: khancap reply \w{8} --again/)
  t.equal(await replies(), 1)
  const [draft = ''] = await readdir(join(folder, 'drafts'))
  const kept = await readFile(join(folder, 'drafts', draft), 'utf8')
  t.notMatch(kept, /nhận được/, 'what is kept is sealed')

  delete wire.lies[path]
  const again = await write(words)
  t.equal(again.code, 0, again.err)
  t.match(again.out, 'the service had the answer')
  t.equal(await replies(), 1)
  t.equal((await write('Và một câu trả lời khác.')).code, 0)
  t.equal(await replies(), 2, 'another answer is another request')
})

await t.test('landed and lost: --again finds that the service had it', async t => {
  const { folder, path, replies, target, wire, run, write, caseId } = await wired(t)
  loseAnswers(wire, path, target)
  await write(words)
  delete wire.lies[path]
  const again = await run('reply', caseId, '--again')
  t.equal(again.code, 0)
  t.match(again.out, 'the service had the answer')
  t.equal((await run('reply', caseId, '--again')).code, 1)
  t.equal(await replies(), 1)
  t.strictSame(await readdir(join(folder, 'drafts')), [])
})

await t.test('lost before it landed: --again answers what its writer had seen', async t => {
  const { api, caseId, one, path, run, wire, write } = await wired(t)
  loseRequests(wire, path)
  t.equal((await write(words)).code, 3)
  const addition = await sealedAddition(api.organisation, one, 'Họ đang ở trước cửa.')
  await withToken(api, one.token, '/v1/mailbox/additions', addition)
  delete wire.lies[path]
  t.equal((await run('reply', caseId, '--again')).code, 0)
  const [row] = await api.db.rows('select unread_additions, due_at is null as silent from cases')
  t.strictSame(row, { unread_additions: 1, silent: false })
})

await t.test('lost before it landed: --again sends it, once', async t => {
  const { folder, path, replies, wire, run, write, caseId } = await wired(t)
  loseRequests(wire, path)
  t.equal((await write(words)).code, 3)
  t.equal(await replies(), 0)
  const doctor = await run('doctor')
  t.match(doctor.out, /warn +drafts: answers that were not confirmed/)
  const other = await write('something else')
  t.equal(other.code, 1)
  t.match(other.err, 'an earlier answer to case')
  delete wire.lies[path]
  const again = await run('reply', caseId, '--again')
  t.equal(again.code, 0, again.err)
  t.equal(await replies(), 1)
  t.strictSame(await readdir(join(folder, 'drafts')), [])
})

await t.test('lost before it landed: the same words again, and --discard', async t => {
  const { path, replies, wire, run, write, caseId } = await wired(t)
  loseRequests(wire, path)
  await write(words)
  t.equal((await run('reply', caseId, '--discard')).code, 0)
  t.equal((await run('reply', caseId, '--discard')).code, 1)
  await write(words)
  delete wire.lies[path]
  t.equal((await write(words)).code, 0)
  t.equal(await replies(), 1)
})

await t.test(
  'lost before it landed, and the organisation has published since: the same words arrive',
  async t => {
    const { api, path, replies, wire, run, write, caseId } = await wired(t)
    loseRequests(wire, path)
    await write(words)
    delete wire.lies[path]
    const { note, primitives, root, sign, verify } = api.organisation
    const next = await sign({}, await verify(note))
    await publishDirectory({ store: api.db.store, primitives, root, now: Date.now }, next)
    await new Promise(passed => setTimeout(passed, 2100))
    const again = await run('reply', caseId, '--again')
    t.equal(again.code, 0, again.err)
    t.equal(await replies(), 1)
    const opened = JSON.parse((await run('open', caseId, '--json')).out)
    t.equal(opened.replies[0].text, words)
  },
)

/** Somebody who writes this in their editor. */
async function writing(t: Parameters<typeof temporaryFolder>[0], text: string) {
  const at = await temporaryFolder(t)
  const editor = join(at, 'editor.sh')
  const opened = join(at, 'opened')
  await writeFile(editor, `#!/bin/sh\ntouch ${opened}\nprintf '%s\\n' '${text}' > "$1"\n`, {
    mode: 0o700,
  })
  const machine = (folder: string): CliMachine => ({
    folder,
    typing: true,
    environment: { editor },
  })
  return { at, editor, opened, machine }
}

/** Somebody who goes on with what was offered, and changes nothing. */
const goesOn = (folder: string): CliMachine => ({
  folder,
  typing: true,
  asker: scriptedAsker('go_on'),
  // More than a command and its words.
  environment: { editor: 'LANG=C true' },
})

await t.test('nobody writes another answer while one waits to be confirmed', async t => {
  const { caseId, folder, path, run, wire, write } = await wired(t)
  loseRequests(wire, path)
  await write(words)
  const { machine, opened } = await writing(t, 'something else')
  const refused = await khancap(['reply', caseId], machine(folder))
  t.equal(refused.code, 1)
  t.match(refused.err, 'an earlier answer to case')
  t.match(refused.err, `hint: khancap reply ${caseId.slice(0, 8)} --again`)
  t.match(refused.err, `hint: khancap reply ${caseId.slice(0, 8)} --discard`)
  await t.rejects(access(opened), { code: 'ENOENT' }, 'no editor opened')
  t.equal((await run('reply', caseId, '--discard')).code, 0)
  delete wire.lies[path]
  t.equal((await khancap(['reply', caseId], machine(folder))).code, 0)
})

await t.test('ended while the words are on their way: they are offered again', async t => {
  const { caseId, folder, run, wire } = await wired(t)
  const { at, editor } = await writing(t, 'hỏi luật sư ở Hà Nội')
  const drafts = join(folder, 'drafts')
  const pid = join(at, 'pid')
  const path = `/v1/cases/${caseId}/notes`
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    wire.lies[path] = () => void readFile(pid, 'utf8').then(id => process.kill(Number(id), signal))
    await inTerminal(
      `sh -c 'echo $$ > ${pid}; exec "$0" "$@"' "${process.execPath}" "${tool}" note ${caseId}`,
      signal === 'SIGINT' ? [] : [[/Go on with it\?/, '\r']],
      { KHANCAP_CONFIG_DIR: folder, EDITOR: editor },
    )
    t.strictSame(await readdir(drafts), [`${caseId}.note.words.age`], signal)
  }
  delete wire.lies[path]
  const sent = await khancap(['note', caseId], goesOn(folder))
  t.equal(sent.code, 0, sent.err)
  t.strictSame(await readdir(drafts), [])
  const opened = JSON.parse((await run('open', caseId, '--json')).out)
  t.equal(opened.notes[0].text, 'hỏi luật sư ở Hà Nội')
})

await t.test('a reason that was written in the editor is kept, and offered again', async t => {
  const { caseId, folder, run, wire } = await wired(t)
  const { machine } = await writing(t, 'the family lives in Hanoi')
  const path = `/v1/cases/${caseId}/coverage`
  loseRequests(wire, path)
  const lost = await khancap(['cover', caseId], machine(folder))
  t.equal(lost.code, 3)
  t.match(lost.err, 'what you wrote is kept on this machine, sealed')
  const file = join(folder, 'drafts', `${caseId}.reason.words.age`)
  t.notMatch(await readFile(file, 'latin1'), /Hanoi/)
  delete wire.lies[path]
  const sent = await khancap(['cover', caseId], goesOn(folder))
  t.equal(sent.code, 0, sent.err)
  t.match(sent.err, 'you began to write this reason')
  t.strictSame(await readdir(join(folder, 'drafts')), [])
  const opened = JSON.parse((await run('open', caseId, '--json')).out)
  t.equal(opened.notes[0].text, 'the family lives in Hanoi')
})

await t.test('what could not be kept is not said to be', async t => {
  const { caseId, folder, run } = await wired(t)
  const { editor, machine } = await writing(t, 'hỏi luật sư')
  const write = async () => khancap(['note', caseId], machine(folder))
  await writeFile(editor, `${await readFile(editor, 'utf8')}exit 1\n`)
  const kept = await write()
  t.equal(kept.code, 1)
  t.match(kept.err, 'khancap: the editor ended with code 1; nothing was sent')
  t.match(kept.err, 'hint: what you wrote is kept on this machine, sealed')
  t.equal((await readdir(join(folder, 'drafts'))).length, 1)

  // A disk that takes nothing.
  await rm(join(folder, 'drafts'), { recursive: true })
  await symlink(join(folder, 'gone', 'drafts'), join(folder, 'drafts'))
  const lost = await write()
  t.equal(lost.code, 1)
  t.match(lost.err, 'warning: what was written could not be kept')
  t.notMatch(lost.err, 'is kept on this machine')
  t.match(lost.err, 'hint: set EDITOR to an editor of this machine, or use --file')

  await rm(join(folder, 'drafts'))
  await writeFile(editor, '#!/bin/sh\nexit 1\n')
  const nothing = await write()
  t.equal(nothing.code, 1)
  t.notMatch(nothing.err, 'is kept on this machine', 'where nothing was written')
  t.equal((await run('doctor')).out.includes('began to write'), false)
})

/** Above several stretches: some of it is opened and written before all of it has come. */
const large = 6 * maxStretchBytes

await t.test(
  'killed while an attachment is saved: what is in the clear was named before',
  async t => {
    const { api, caseId, folder, one, target, wire } = await wired(t)
    await attachTo(api, one, Buffer.from('first'), { type: 'text/plain' })
    const { id } = await attachTo(api, one, randomBytes(large))
    const opened = join(await temporaryFolder(t), 'opened')
    const args = [tool, 'open', caseId, '--out', opened]
    const env = { PATH: process.env['PATH'] ?? '', KHANCAP_CONFIG_DIR: folder }
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', text => (err += text))
    const ended = new Promise(done => child.once('close', done))
    const path = `/v1/cases/${caseId}/attachments/${id}`
    wire.lies[path] = (asked, answer, body) => {
      if (Number(/from=(\d+)/.exec(asked.url ?? '')?.[1]) < large - maxStretchBytes)
        truly(target)(asked, answer, body)
      else child.kill('SIGKILL')
    }
    await ended
    delete wire.lies[path]
    const names = await readdir(opened)
    t.equal(names.length, 3)
    for (const name of names)
      t.match(
        err,
        `saving in ${join(opened, name.replace(/\.[0-9a-f]{16}\.part$/, ''))}, in the clear`,
      )
    const [part = ''] = names.filter(name => name.endsWith('.part'))
    t.ok((await stat(join(opened, part))).size > 0, 'half of it lies there')
    t.notOk(names.includes(`${caseId}-attachment-2.jpg`), 'and not under the name that counts')

    const again = await khancap(['open', caseId, '--out', opened], { folder })
    t.match(again.err, `warning: ${join(opened, part)} is in the clear`)
    t.equal((await stat(join(opened, `${caseId}-attachment-2.jpg`))).size, large)
  },
)

await t.test('a draft of another deployment, or one that was damaged, is never sent', async t => {
  const { folder, path, replies, wire, run, write, caseId } = await wired(t)
  loseRequests(wire, path)
  await write(words)
  delete wire.lies[path]
  const file = join(folder, 'drafts', `${caseId}.json`)
  const draft = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...draft, origin: 'https://elsewhere.example' }))
  t.equal((await run('reply', caseId, '--again')).code, 1)
  await writeFile(file, '{"v":1')
  const damaged = await run('reply', caseId, '--again')
  t.equal(damaged.code, 1)
  t.match(damaged.err, /khancap: the answer that was kept in .* is damaged/)
  t.equal(await replies(), 0)
})
