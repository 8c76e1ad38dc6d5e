// The agent: the identity is unlocked once, held in one process, used by every command, and given to none.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { identityRecipient } from '../../keys/identity.js'
import { sealToSelf } from '../../src/core/envelope/seal.js'
import { khancap, passphrase, temporaryFolder } from '../helper/cli.js'
import { office, vietnamese } from '../helper/office.js'
import { tool } from '../helper/terminal.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const folder = await desk.folderOf('vietnam-1')
const passphraseFile = join(folder, 'passphrase')
const runtime = join(await temporaryFolder(t), 'run')
await mkdir(runtime, { mode: 0o700 })

const run = (args: readonly string[], stdin?: string) =>
  khancap(args, {
    folder,
    environment: { runtimeFolder: runtime },
    ...(stdin === undefined ? {} : { stdin }),
  })
const place = async (ending: string) => {
  const name = (await readdir(join(runtime, 'khancap'))).find(file => file.endsWith(ending))
  return join(runtime, 'khancap', name ?? '')
}
/** Without a passphrase anywhere, as after a night's first command. */
const forgetPassphrase = () => rm(passphraseFile, { force: true })
const writePassphrase = () => writeFile(passphraseFile, `${passphrase}\n`, { mode: 0o600 })

const agentPid = async (): Promise<number> =>
  json((await run(['agent', 'status', '--json'])).out).pid

t.teardown(() => run(['agent', 'stop']))

await t.test('steps 9 and 10 go through the agent, with no passphrase', async t => {
  const none = await run(['agent', 'status', '--json'])
  t.strictSame(json(none.out), {
    running: false,
    handler: null,
    locks_in_seconds: null,
    pid: null,
  })
  const started = await run(['agent', 'start', '--idle', '60'])
  t.equal(started.code, 0, started.err)
  t.match(
    started.out,
    /^the agent holds the identity of vietnam-1; it locks in (1 h|59 min) without work$/m,
  )
  await forgetPassphrase()

  const { caseId } = await desk.newCase()
  t.equal((await run(['claim', caseId])).code, 0)
  const opened = await run(['open', caseId, '--json'])
  t.equal(opened.code, 0, opened.err)
  t.strictSame(json(opened.out).content.answers, vietnamese)
  const reply = await run(['reply', caseId], 'Chào chị Hoa.')
  t.equal(reply.code, 0, reply.err)
  const after = json((await run(['open', caseId, '--json'])).out)
  t.equal(after.replies[0].text, 'Chào chị Hoa.')
  t.strictSame(after.warnings, [], 'what it signs verifies')

  const me = desk.organisation.identities['vietnam-1']
  if (me === undefined) throw new Error('no handler')
  const { primitives } = desk.organisation
  const file = join(runtime, 'letter.age')
  await writeFile(file, await sealToSelf(primitives, 'words', [identityRecipient(primitives, me)]))
  t.match((await run(['open', '--file', file])).out, 'words')
  t.equal((await run(['add-reader', caseId, '--to', 'china-1'])).code, 0)
  const stick = join(runtime, 'stick')
  t.equal((await run(['bundle', '--out', stick, caseId])).code, 0)
  t.equal((await run(['note', caseId, '--bundle', stick], 'away')).code, 0)
  t.equal((await run(['import', stick])).code, 0)
})

await t.test('only its user can reach it, and its process shows nothing', async t => {
  const [socket, token] = [await place('.sock'), await place('.token')]
  t.equal((await stat(socket)).mode & 0o777, 0o600)
  t.equal((await stat(token)).mode & 0o777, 0o600)
  t.equal((await stat(join(runtime, 'khancap'))).mode & 0o777, 0o700)

  const me = desk.organisation.identities['vietnam-1']
  const secrets = [
    ...(me?.opening ?? []),
    ...(me?.opening ?? []).map(one => Buffer.from(decodeIdentity(one)).toString('hex')),
    passphrase,
  ]
  const pid = await agentPid()
  for (const name of ['cmdline', 'environ']) {
    const said = await readFile(`/proc/${pid}/${name}`, 'utf8')
    for (const secret of secrets) t.notOk(said.includes(secret), name)
  }

  const ask = (question: string) =>
    new Promise<string>(resolve => {
      let heard = ''
      const line = connect(socket, () => line.write(question))
      line.on('data', part => (heard += part.toString()))
      line.on('close', () => resolve(heard))
      line.on('error', () => resolve(heard))
    })
  const other = encodeBase64url(randomBytes(32))
  t.equal(await ask(`{"ask":"who","token":"${other}"}\n`), '{"refused":"another token"}\n')
  t.equal(await ask(`{"ask":"export","token":"${other}"}\n`), '{"refused":"this is no question"}\n')
  t.equal(await ask(`${'a'.repeat(200_000)}\n`), '', 'an endless line is cut off')
  t.equal((await run(['agent', 'status'])).code, 0, 'and it is still there')
})

await t.test('a place that others could enter is not used', async t => {
  const loose = join(await temporaryFolder(t), 'loose')
  await mkdir(join(loose, 'khancap'), { recursive: true })
  await chmod(join(loose, 'khancap'), 0o755)
  const started = (runtimeFolder: string | null) =>
    khancap(['agent', 'start', '--passphrase-file', passphraseFile], {
      folder,
      environment: { runtimeFolder },
    })
  const refused = await started(loose)
  t.equal(refused.code, 1)
  t.match(refused.err, 'others may enter it; no agent was started')
  const linked = join(await temporaryFolder(t), 'linked')
  await mkdir(linked)
  await symlink(join(runtime, 'khancap'), join(linked, 'khancap'))
  t.equal((await started(linked)).code, 1, 'nor one behind a link')
  t.equal((await started(null)).code, 1)
  t.equal((await run(['agent', 'start', '--idle', '0'])).code, 2)
  t.equal((await run(['agent', 'start', '--idle', '721'])).code, 2)

  await chmod(join(runtime, 'khancap'), 0o750)
  for (const verb of ['status', 'stop']) {
    const unasked = await run(['agent', verb])
    t.equal(unasked.code, 1, 'that none is asked does not mean that there is none')
    t.equal(unasked.out, '')
    t.match(unasked.err, `others may use ${join(runtime, 'khancap')}: an agent there is not asked`)
    t.match(unasked.err, `hint: chmod 700 ${join(runtime, 'khancap')}\n`)
  }
  await chmod(join(runtime, 'khancap'), 0o700)
  for (const ending of ['.sock', '.token']) {
    const file = await place(ending)
    await chmod(file, 0o640)
    const stopped = await run(['agent', 'stop'])
    t.equal(stopped.code, 1, ending)
    t.match(stopped.err, `hint: chmod 600 ${file}\n`)
    await chmod(file, 0o600)
  }
  const behindLink = await khancap(['agent', 'stop'], {
    folder,
    environment: { runtimeFolder: linked },
  })
  t.equal(behindLink.code, 1)
  t.match(behindLink.err, 'is a link or belongs to somebody else')
  t.match((await run(['agent', 'status'])).out, 'vietnam-1')
})

await t.test(
  'a rotation needs the secrets: it asks for the passphrase, never the agent',
  async t => {
    const sealed = await readFile(join(folder, 'identity.age'))
    const shown = await readFile(join(folder, 'identity.json'))
    const locked = await run(['keys', 'rotate'])
    t.equal(locked.code, 1)
    t.match(locked.err, 'there is no passphrase file')
    t.ok(sealed.equals(await readFile(join(folder, 'identity.age'))))
    await writePassphrase()
    const rotated = await run(['keys', 'rotate', '--json'])
    t.equal(rotated.code, 0, rotated.err)
    const sheet = await run(['keys', 'export', '--sheet'])
    const me = desk.organisation.identities['vietnam-1']
    for (const secret of me?.opening ?? []) t.match(sheet.out, secret, 'the true secret is kept')
    await writeFile(join(folder, 'identity.age'), sealed)
    await writeFile(join(folder, 'identity.json'), shown)
    await forgetPassphrase()
  },
)

await t.test('stopped, it is gone; a passphrase is needed again', async t => {
  t.equal((await run(['agent', 'stop'])).out, 'the agent is locked and gone\n')
  while (
    existsSync(join(runtime, 'khancap')) &&
    (await readdir(join(runtime, 'khancap'))).length > 0
  )
    await new Promise(passed => setTimeout(passed, 50))
  const none = await run(['agent', 'stop'])
  t.equal(none.out, 'no agent was running\n')
  t.match(
    none.err,
    `looked in ${join(runtime, 'khancap')}; one that was started in another session`,
  )
  const locked = await run(['inbox'])
  t.equal(locked.code, 1)
  t.match(locked.err, 'there is no passphrase file')
  await writePassphrase()
  t.equal((await run(['inbox'])).code, 0)
})

/** An agent of its own, with a token that is known here. */
async function ownAgent(idleMs: number) {
  const own = join(await temporaryFolder(t), 'own')
  await mkdir(own, { mode: 0o700 })
  const [socket, token] = [join(own, 'own.sock'), randomBytes(32)]
  const child = spawn(process.execPath, [tool, '--agent'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const handover = {
    handler: 'vi-1',
    opening: 1,
    signing: 1,
    socket,
    token: join(own, 'own.token'),
    idleMs,
  }
  child.stdin.end(
    Buffer.concat([Buffer.from(`${JSON.stringify(handover)}\n`), randomBytes(64), token]),
  )
  await new Promise(ready => child.stdout.once('data', ready))
  const ask = (question: object) =>
    new Promise<string>(resolve => {
      let heard = ''
      const line = connect(socket, () =>
        line.write(`${JSON.stringify({ ...question, token: encodeBase64url(token) })}\n`),
      )
      line.on('data', part => (heard += part.toString()))
      line.on('close', () => resolve(heard))
      line.on('error', () => resolve(heard))
    })
  return { child, ask }
}

const pauseMs = 50
const sign = { ask: 'sign', key: 0, bytes: 'AAAA' }

await t.test('what nobody has just typed is no work: it locks all the same', async t => {
  for (const [name, question] of [
    ['who is asked whether it is there', { ask: 'who' }],
    ['a command that looks again by itself', { ...sign, by_itself: true }],
    ['another question', { ask: 'export' }],
  ] as const) {
    const { ask, child } = await ownAgent(2000)
    t.teardown(() => child.kill())
    const until = Date.now() + 20_000
    let answered = 0
    while (child.exitCode === null && Date.now() < until) {
      // oxlint-disable-next-line no-await-in-loop
      if ((await ask(question)) !== '') answered += 1
      // oxlint-disable-next-line no-await-in-loop
      await new Promise(passed => setTimeout(passed, pauseMs))
    }
    t.equal(child.exitCode, 0, name)
    t.ok(answered > 0, `${answered} times`)
  }
})

await t.test('work keeps it unlocked', async t => {
  const { ask, child } = await ownAgent(600_000)
  t.teardown(() => child.kill())
  const left = async () => json(await ask({ ask: 'who' })).identity.locks_in_seconds
  while ((await left()) > 595) await new Promise(passed => setTimeout(passed, pauseMs))
  const before = await left()
  t.match(await ask(sign), /^\{"signature"/)
  t.ok((await left()) > before, 'it locks later than it would have')
})

await t.test(
  'watch: after a lock it says what to type, and goes on with the next agent',
  async t => {
    await writePassphrase()
    t.equal((await run(['agent', 'start'])).code, 0)
    await forgetPassphrase()
    const enough = new AbortController()
    const looks = (out: string) =>
      out
        .split('\n')
        .filter(line => line !== '')
        .map(json)
    let step = 0
    const watching = khancap(['watch', '--json', '--every', '5'], {
      folder,
      environment: { runtimeFolder: runtime },
      unheard: enough.signal,
      heard(out) {
        const last = looks(out).at(-1)
        if (step === 0 && last?.cases !== undefined) {
          step = 1
          void run(['agent', 'stop'])
        } else if (step === 1 && last?.failure !== undefined) {
          step = 2
          void writePassphrase().then(() => run(['agent', 'start']))
        } else if (step === 2 && last?.cases !== undefined) enough.abort()
      },
    })
    const { code, out } = await watching
    t.equal(code, 0)
    const lost = looks(out).find(look => look.failure !== undefined)
    t.match(lost, {
      failure: 'the agent has locked itself, or it refuses',
      hint: 'khancap agent start unlocks it again',
    })
    t.ok(Array.isArray(looks(out).at(-1)?.cases))
    t.equal((await run(['agent', 'stop'])).code, 0)
  },
)

await t.test('watch: an agent that holds another identity by now is not asked', async t => {
  const files = ['identity.age', 'identity.json'].map(name => join(folder, name))
  const before = await Promise.all(files.map(file => readFile(file)))
  await writePassphrase()
  t.equal((await run(['agent', 'start'])).code, 0)
  const enough = new AbortController()
  let step = 0
  const { out } = await khancap(['watch', '--json', '--every', '5'], {
    folder,
    environment: { runtimeFolder: runtime },
    unheard: enough.signal,
    heard(out) {
      const last = json(out.trimEnd().split('\n').at(-1) ?? '')
      if (step === 0 && last.cases !== undefined) {
        step = 1
        // The newest key stands in front: where the old one stood, there is another.
        void run(['agent', 'stop'])
          .then(() => run(['keys', 'new']))
          .then(() => run(['agent', 'start']))
          .then(() => (step = 2))
      } else if (step === 2 && last.failure !== undefined) enough.abort()
    },
  })
  t.match(json(out.trimEnd().split('\n').at(-1) ?? ''), {
    failure: 'the agent holds another identity than when this command began',
    hint: 'end this command, and run it again',
  })
  t.equal((await run(['agent', 'stop'])).code, 0)
  for (const [at, file] of files.entries()) await writeFile(file, before[at] ?? '')
})

await t.test(
  'it locks itself without work, and on a signal; one that was killed is not missed',
  async t => {
    const socket = join(runtime, 'khancap', 'own.sock')
    const token = join(runtime, 'khancap', 'own.token')
    const start = async (idleMs: number) => {
      const child = spawn(process.execPath, [tool, '--agent'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const handover = { handler: 'vi-1', opening: 1, signing: 1, socket, token, idleMs }
      child.stdin.end(
        Buffer.concat([Buffer.from(`${JSON.stringify(handover)}\n`), randomBytes(96)]),
      )
      const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
      await new Promise(ready => child.stdout.once('data', ready))
      return { child, ended }
    }
    const idle = await start(200)
    t.equal(await idle.ended, 0)
    t.notOk(existsSync(socket))
    t.notOk(existsSync(token))
    const ended = await start(60_000)
    ended.child.kill('SIGTERM')
    t.equal(await ended.ended, 0)
    t.notOk(existsSync(socket))

    t.equal((await run(['agent', 'start'])).code, 0)
    const pid = await agentPid()
    process.kill(pid, 'SIGKILL')
    const state = () => readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z')
    while (!/^State:\s+Z/m.test(await state())) await new Promise(passed => setTimeout(passed, 20))
    t.ok(existsSync(await place('.sock')), 'its socket is left behind')
    const inbox = await run(['inbox'])
    t.equal(inbox.code, 0, inbox.err)
  },
)
