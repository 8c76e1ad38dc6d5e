// What takes more than a second: said on a line of the terminal that is gone before anything else is said, and nowhere else.
import { spawn } from 'node:child_process'
import { scryptSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { progressLine } from '../../cli/terminal/progress.js'
import { printer } from '../../cli/terminal/printer.js'
import { safe } from '../../cli/terminal/safe.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { openWithPassphrase, sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { handlerFolder, passphrase, temporaryFolder } from '../helper/cli.js'
import { type Lie, lyingServer, says } from '../helper/lying-server.js'
import { testOrganisation } from '../helper/organisation.js'
import { inTerminal, tool } from '../helper/terminal.js'

// Real processes, one after the other, on a machine that may be busy.
t.setTimeout(300_000)

const at = await temporaryFolder(t)
const organisation = await testOrganisation()
const slowMs = 3500

const slowly =
  (then: Lie): Lie =>
  (asked, answer, body) =>
    void setTimeout(() => then(asked, answer, body), slowMs)

/** What stands on the screen in the end: each return begins its line anew. */
function linesOn(screen: string): string[] {
  return screen.split('\n').map(line => {
    let shown = ''
    for (const part of line.split('\r')) shown = part + shown.slice(part.length)
    return shown.trimEnd()
  })
}

/** The built tool, with stderr in a pipe. */
function piped(args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<{ readonly code: number | null; readonly err: string }>(resolve => {
    const child = spawn(process.execPath, [tool, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    child.stderr.on('data', part => (err += String(part)))
    child.on('close', code => resolve({ code, err }))
  })
}

await t.test('a slow server: who is waited for, and for how long', async t => {
  const server = await lyingServer(t, { '*': slowly(says('', 'text/plain', 502)) })
  const { host } = new URL(server.url)
  const env = { KHANCAP_CONFIG_DIR: join(at, 'none') }
  const init = `init --url ${server.url} --root ${organisation.root}`
  for (const more of [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { code, screen } = await inTerminal(`khancap ${init}`, [], { ...env, ...more })
    t.equal(code, 3, screen)
    for (const seconds of [1, 2, 3]) t.match(screen, `waiting for ${host}, ${seconds} s …`)
    t.notMatch(screen, '\u001b', 'no escape that a terminal could not know')
    t.match(linesOn(screen)[0], /^khancap: the server answered with status 502/)
  }
  const elsewhere = join(at, 'err')
  const { screen } = await inTerminal(`khancap ${init} 2> ${elsewhere}`, [], env)
  t.equal(screen, '')
  const { code, err } = await piped(init.split(' '), env)
  t.equal(code, 3)
  t.match(err, /^khancap: the server answered with status 502\nhint: [^\r]+\n$/)
  t.equal(err, await readFile(elsewhere, 'utf8'), 'the same words in a file')
})

await t.test('the line is gone before a question, and a slow passphrase is waited for', async t => {
  const server = await lyingServer(t, {
    '/v1/directory': slowly(says(organisation.note, 'text/plain')),
  })
  const folder = await handlerFolder(t, organisation, 'vietnam-1', server.url)
  const settings = join(folder, 'settings.json')
  const text = await readFile(settings, 'utf8')
  await writeFile(
    settings,
    text.replace('"passphrase_file": "passphrase"', '"passphrase_file": null'),
  )
  // As slow on any machine: two seconds and more.
  const began = performance.now()
  scryptSync('', '', 32, { N: 2 ** 15, r: 8, maxmem: 2 ** 27 })
  const doublings = Math.ceil(Math.log2(2500 / (performance.now() - began)))
  const identity = join(folder, 'identity.age')
  const p = await nodePrimitives()
  const opened = await openWithPassphrase(p, await readFile(identity), passphrase)
  const factor = Math.min(20, 15 + doublings)
  await writeFile(identity, await sealWithPassphrase(p, opened, passphrase, factor))

  const { screen } = await inTerminal('khancap inbox', [[/passphrase for/, `${passphrase}\r`]], {
    KHANCAP_CONFIG_DIR: folder,
  })
  const { host } = new URL(server.url)
  t.match(screen, `waiting for ${host}, 2 s …`)
  t.match(screen, /trying the passphrase, \d s …/)
  const lines = linesOn(screen)
  t.match(lines[0], /^passphrase for \S+:$/)
  t.match(lines[1], /^khancap: the server answered with status 404/)
})

/** A terminal that keeps what is written to it. */
function terminal() {
  const kept = { text: '' }
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      kept.text += chunk.toString('utf8')
      done()
    },
  })
  return { kept, stream }
}

const passed = (ms: number) => new Promise(done => setTimeout(done, ms))

await t.test('what is said in the meantime stands on a line of its own', async t => {
  const { kept, stream } = terminal()
  const screen = { stream, terminal: true, columns: 80 }
  const out = printer({ out: screen, words: screen, colour: false })
  const work = out.waiting(safe`waiting for a`, passed(2500))
  const other = out.waiting(safe`waiting for b`, passed(1200))
  await passed(1500)
  t.match(kept.text, 'waiting for a, 1 s …')
  out.say(safe`said`)
  out.out(safe`a result`)
  await other
  await passed(250)
  t.match(linesOn(kept.text), ['said', 'a result', 'waiting for a, 1 s …'])
  out.json([])
  await work
  t.strictSame(linesOn(kept.text), ['said', 'a result', '[]', ''])
  t.equal(await out.waiting(safe`waiting for c`, Promise.resolve(1)), 1)
  await t.rejects(out.waiting(safe`waiting for d`, Promise.reject(new Error('no'))), 'no')
  t.strictSame(linesOn(kept.text), ['said', 'a result', '[]', ''], 'nothing of what was quick')
})

await t.test('how far something is stands beside it, in the columns that there are', async t => {
  const { kept, stream } = terminal()
  const line = progressLine(stream, 60)
  line.tell(safe`attachment: 1 %`)
  t.equal(kept.text, '', 'not within a second')
  const over = line.wait(safe`waiting for ${'a'.repeat(56)}.onion`)
  await passed(1400)
  line.tell(safe`attachment: 9 %`)
  t.match(linesOn(kept.text)[0], /^attachment: 9 %, waiting for a{20,}…, 1 s …$/)
  t.ok(kept.text.split('\r').every(part => part.length < 60))
  over()
  t.strictSame(linesOn(kept.text), ['attachment: 9 %'])
  line.tell(null)
  t.strictSame(linesOn(kept.text), [''])
  t.ok(kept.text.endsWith('\r'), 'whatever comes next begins the line')
})
