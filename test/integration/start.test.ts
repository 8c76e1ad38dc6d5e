// `npm start` as a stranger meets it: one line when it serves, a clean end, a clear sentence where it cannot start, and
// nothing lost or left by a kill.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { parseSettings } from '../../keys/handler-folder.js'
import { readDirectory } from '../../keys/directory.js'
import { until } from '../helper/workers.js'
import { clean, dataFolder, databasePid, npmStart, signalGroup } from '../helper/npm-start.js'

const isRoot = process.getuid?.() === 0

/** The service's own sentence. */
const sentence = (stderr: string) => /^khancap: .*$/m.exec(stderr)?.[0] ?? ''

async function published(directory: string) {
  const answer = await fetch(directory)
  return readDirectory(new Uint8Array(await answer.arrayBuffer()))
}

const build = spawnSync('env', clean([process.execPath, 'build.mjs', '--if-stale']))
t.equal(build.status, 0, 'the build is there')

await t.test('one data folder through its life', async t => {
  const home = await dataFolder(t)
  const settings = { KHANCAP_HOME: home, KHANCAP_PORT: String(await freePort()) }
  let sequence = 0

  await t.test('the first start makes everything and says where it is', async t => {
    const began = performance.now()
    const service = npmStart(t, settings)
    const ready = await service.ready
    t.comment(`first start: ${Math.round(performance.now() - began)} ms`)
    t.equal(ready.url, `http://127.0.0.1:${settings.KHANCAP_PORT}`)
    t.equal(ready.directory, `${ready.url}/v1/directory`)
    const directory = await published(ready.directory)
    t.match(directory, { demo: true, sequence: 1, addresses: [ready.url], origin: ready.url })
    t.strictSame(
      directory.handlers.map(({ id, teams }) => [id, ...teams]),
      [
        ['vi-1', 'vi'],
        ['zh-1', 'zh'],
        ['en-1', 'en'],
        ['fr-1', 'fr'],
      ],
    )
    t.strictSame(
      directory.programs.map(({ id }) => id),
      ['emergency', 'pil'],
    )
    await until(async () => (await fetch(`${ready.url}/readyz`)).status === 200, 'readyz')
    t.match(await (await fetch(ready.url)).text(), /<html/, 'the form is served')
    t.match(service.stderr(), new RegExp(`${ready.url}/`))
    t.match(service.stderr(), /never for a real case/)
    t.match(service.stderr(), /Ctrl-C/)

    await t.test('the printed line for handlers just works', async t => {
      const line = /KHANCAP_CONFIG_DIR=\S+ npx khancap inbox/.exec(service.stderr())?.[0] ?? ''
      const tool = spawnSync('env', clean(['sh', '-c', `${line} --json`]), {
        encoding: 'utf8',
      })
      t.equal(tool.status, 0, tool.stderr)
      t.match(JSON.parse(tool.stdout), { cases: [] })
    })

    await t.test('the pages that it serves are those that its directory signs', async t => {
      const line = /KHANCAP_CONFIG_DIR=\S+ npx khancap/.exec(service.stderr())?.[0] ?? ''
      const asked = `${line} verify site ${ready.url} --json`
      const tool = spawnSync('env', clean(['sh', '-c', asked]), { encoding: 'utf8' })
      t.equal(tool.status, 0, tool.stderr)
      t.match(JSON.parse(tool.stdout), { same: true, differences: [] })
    })

    await t.test('secrets are for their owner alone', async t => {
      const files = ['secrets/receipt.key', 'secrets/router.identity', 'contacts.json']
      for (const file of [...files, 'demo/root/root.key', 'demo/handlers/vi-1/identity.age'])
        t.equal((await stat(join(home, file))).mode & 0o777, 0o600, file)
      for (const folder of ['secrets', 'demo', 'demo/handlers/vi-1'])
        t.equal((await stat(join(home, folder))).mode & 0o777, 0o700, folder)
    })

    await t.test('a second start on the same data folder is refused in one sentence', async t => {
      const second = npmStart(t, { ...settings, KHANCAP_PORT: '0' })
      t.match(await second.ended, { code: 1 })
      t.match(sentence(second.stderr()), /already runs on this data folder \(process \d+\)/)
      t.equal((await fetch(`${ready.url}/healthz`)).status, 200, 'the first one goes on')
    })

    service.child.kill('SIGTERM')
    t.strictSame(await service.ended, { code: 0, signal: null }, 'through npm')
    t.equal(await databasePid(home), null, 'no database is left behind')
    t.strictSame(service.stdout().match(/^\{.*$/gm)?.length, 1, 'one line of JSON')
    ;({ sequence } = directory)
  })

  await t.test('a later start changes nothing, and Ctrl-C ends it cleanly', async t => {
    const began = performance.now()
    const service = npmStart(t, settings)
    const ready = await service.ready
    t.comment(`later start: ${Math.round(performance.now() - began)} ms`)
    t.equal((await published(ready.directory)).sequence, sequence)
    signalGroup(service.child, 'SIGINT')
    t.strictSame(await service.ended, { code: 0, signal: null })
    t.equal(await databasePid(home), null)
  })

  await t.test('after kill -9 it starts again on what is there', async t => {
    const service = npmStart(t, settings)
    const before = await published((await service.ready).directory)
    signalGroup(service.child, 'SIGKILL')
    await service.ended
    t.ok(await databasePid(home), 'the database outlives it')
    const again = npmStart(t, settings)
    const after = await published((await again.ready).directory)
    t.strictSame(after, before)
    again.child.kill('SIGTERM')
    t.match(await again.ended, { code: 0 })
    t.equal(await databasePid(home), null, 'the adopted database is stopped too')
  })

  await t.test('a stop while it starts is a clean stop', async t => {
    for (const [index, delay] of [300, 900, 1500].entries()) {
      const service = npmStart(t, settings)
      // From the moment on in which the service itself runs.
      await until(
        async () => (await readFile(join(home, 'khancap.pid'), 'utf8').catch(() => '')) !== '',
        'started',
      )
      await new Promise(resolve => {
        setTimeout(resolve, delay)
      })
      service.child.kill('SIGTERM')
      t.match(await service.ended, { code: 0 }, `try ${index}`)
      t.equal(await databasePid(home), null)
    }
  })

  await t.test('another port: the directory follows, and so do the handlers', async t => {
    const port = await freePort()
    const service = npmStart(t, { ...settings, KHANCAP_PORT: String(port) })
    const ready = await service.ready
    const directory = await published(ready.directory)
    t.match(directory, { sequence: sequence + 1, addresses: [`http://127.0.0.1:${port}`] })
    t.equal(directory.origin, `http://127.0.0.1:${settings.KHANCAP_PORT}`, 'its name stays')
    const handler = await readFile(join(home, 'demo/handlers/vi-1/settings.json'), 'utf8')
    t.equal(parseSettings(handler).url, `http://127.0.0.1:${port}`)
    service.child.kill('SIGTERM')
    t.match(await service.ended, { code: 0 })
  })

  await t.test('another organisation.json: a new directory, or a sentence', async t => {
    const file = join(home, 'demo', 'organisation.json')
    const shipped = JSON.parse(await readFile('demo/organisation.json', 'utf8'))
    await writeFile(file, JSON.stringify({ ...shipped, name: 'Another name' }))
    const service = npmStart(t, settings)
    t.match(await published((await service.ready).directory), {
      name: 'Another name',
      sequence: sequence + 2,
    })
    service.child.kill('SIGTERM')
    await service.ended
    const nobody = shipped.handlers.filter((each: { id: string }) => each.id !== 'en-1')
    for (const [text, words] of [
      ['{', /could not be read/],
      [JSON.stringify({ ...shipped, handlers: nobody }), /leaves requests to nobody/],
      [JSON.stringify({ ...shipped, programs: ['visa'] }), /not shipped: visa/],
    ] as const) {
      await writeFile(file, text)
      const refused = npmStart(t, settings)
      t.match(await refused.ended, { code: 1 })
      t.match(sentence(refused.stderr()), words)
      t.equal(await databasePid(home), null)
    }
  })
})

await t.test(
  'what cannot start says so in one sentence, exits 1 and leaves nothing running',
  async t => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.teardown(() => taken.close())
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const home = await dataFolder(t)
    const file = join(home, 'file')
    await writeFile(file, '')
    const closed = join(home, 'closed')
    await mkdir(closed, { mode: 0o500 })
    const table: readonly [string, Record<string, string>, RegExp][] = [
      ['a taken port', { KHANCAP_PORT: String(port) }, /port \d+ is taken/],
      ['not loopback', { KHANCAP_HOST: '0.0.0.0' }, /listens on this machine only/],
      ['a setting that is none', { KHANCAP_PROT: '1' }, /KHANCAP_PROT is not a setting/],
      ['a folder below a file', { KHANCAP_HOME: join(file, 'home') }, /cannot be written/],
      // Root may write everywhere, except where the kernel says no.
      [
        'a folder that cannot be written',
        { KHANCAP_HOME: isRoot ? '/sys/kernel/khancap' : join(closed, 'home') },
        /cannot be written/,
      ],
      ['a database that is not there', { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' }, /database/],
    ]
    for (const [title, settings, words] of table) {
      const service = npmStart(t, { KHANCAP_HOME: home, KHANCAP_PORT: '0', ...settings })
      t.match(await service.ended, { code: 1 }, title)
      t.match(sentence(service.stderr()), words, title)
      t.notMatch(service.stderr(), /\n {4}at /, 'no stack')
      t.equal(await databasePid(home), null, title)
    }
    await chmod(closed, 0o700)
  },
)

await t.test('it starts as somebody who is not root', async t => {
  const own = await mkdtemp(join(tmpdir(), 'khancap-user-'))
  t.teardown(() => rm(own, { recursive: true, force: true, maxRetries: 5 }))
  const settings = { HOME: own, KHANCAP_HOME: join(own, 'data'), KHANCAP_PORT: '0' }
  const before = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  if (isRoot) spawnSync('chown', ['65534:65534', own])
  const service = npmStart(t, settings, { before, cwd: enterable(t) })
  const ready = await service.ready
  t.equal((await published(ready.directory)).demo, true)
  t.equal((await stat(join(own, 'data'))).mode & 0o777, 0o700)
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0 })
})

/** This checkout, or a copy of it where others may not enter: root's home is usually closed. */
function enterable(t: { teardown(release: () => unknown): unknown }): string {
  const here = process.cwd()
  const enters = spawnSync('setpriv', [
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    'test',
    '-r',
    join(here, 'start.mjs'),
  ])
  if (!isRoot || enters.status === 0) return here
  const made = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
  t.teardown(() => rm(made, { recursive: true, force: true }))
  spawnSync('chmod', ['755', made])
  // Links where it is the same disk, copies elsewhere.
  const linked = spawnSync('cp', ['-al', here, join(made, 'tree')])
  if (linked.status !== 0) spawnSync('cp', ['-r', here, join(made, 'tree')])
  return join(made, 'tree')
}
